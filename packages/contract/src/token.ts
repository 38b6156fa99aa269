import { z } from 'zod';
import { DisplayName, Id, Time } from './common.ts';

/** `agent` is for Beacon Agents only: it reports, and reads nothing of the library. */
export const Role = z.enum(['admin', 'viewer', 'agent']);
export type Role = z.infer<typeof Role>;

export const Token = z.object({
  id: Id,
  name: DisplayName,
  role: Role,
  scopes: z.array(z.string()),
  prefix: z.string().meta({ description: 'The first characters, to know it again' }),
  createdAt: Time,
  createdBy: z.string(),
  expiresAt: Time.nullable(),
  lastUsedAt: Time.nullable(),
});
export type Token = z.infer<typeof Token>;

export const TokenInput = z.strictObject({
  name: DisplayName,
  role: Role,
  scopes: z.array(z.string().max(100)).max(50).optional(),
  expiresAt: Time.nullable()
    .optional()
    .meta({ description: 'Default: in 30 days, for agents never; at most 365 days' }),
});
export type TokenInput = z.infer<typeof TokenInput>;

export const TokenCreated = z.object({
  id: Id,
  token: z.string().meta({ description: 'Shown this once' }),
  expiresAt: Time.nullable(),
});
export type TokenCreated = z.infer<typeof TokenCreated>;
