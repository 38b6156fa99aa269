import { z } from 'zod';
import { DisplayName, Id, Time } from './common.ts';

/**
 * viewer reads; consumer will provision from approved images; curator writes rules, READMEs and labels; approver will
 * decide; admin does everything. `agent` is for Beacon Agents only: it reports, and reads nothing of the library.
 */
export const Role = z.enum(['viewer', 'consumer', 'curator', 'approver', 'admin', 'agent']);
export type Role = z.infer<typeof Role>;

/** What bounds a token further: `location:<id>`, `repositories:<glob>`, `permission:<name>`. */
export const TokenScope = z
  .string()
  .max(600)
  .regex(
    /^(location:.+|repositories:.+|permission:[a-z:-]+)$/s,
    'must be "location:<id>", "repositories:<pattern>" or "permission:<name>"',
  );

const Scopes = z.array(TokenScope).max(50).meta({
  description:
    'Places (location:<id>, repositories:<glob>; any of them) and permissions (permission:<name>) that it is bounded to',
});

export const Token = z.object({
  id: Id,
  name: DisplayName,
  role: Role.nullable().meta({ description: 'null: what its robot may' }),
  scopes: z.array(z.string()),
  owner: z
    .object({ id: Id, name: z.string(), kind: z.enum(['person', 'robot']) })
    .nullable()
    .meta({ description: 'Whose rights bound it; it ends with them' }),
  prefix: z.string().meta({ description: 'The first characters, to know it again' }),
  createdAt: Time,
  createdBy: z.string(),
  expiresAt: Time.nullable(),
  lastUsedAt: Time.nullable(),
  oldValidUntil: Time.nullable().meta({ description: 'Until when the secret before the last rotation still works' }),
});
export type Token = z.infer<typeof Token>;

export const TokenInput = z
  .strictObject({
    name: DisplayName,
    role: Role.optional().meta({ description: 'May be left out for a robot: what the robot may' }),
    robotId: Id.optional().meta({ description: 'The robot it is for; left out: for whoever makes it' }),
    scopes: Scopes.optional(),
    expiresAt: Time.nullable()
      .optional()
      .meta({ description: 'Default: in 30 days, for agents never; at most 365 days' }),
  })
  .refine((input) => input.role !== undefined || input.robotId !== undefined, {
    path: ['role'],
    message: 'must be given, except for a robot',
  });
export type TokenInput = z.infer<typeof TokenInput>;

export const TokenRotation = z.strictObject({
  graceSeconds: z
    .number()
    .int()
    .min(0)
    .max(7 * 86_400)
    .default(86_400)
    .meta({ description: 'How long the old secret still works; default a day' }),
  expiresAt: Time.nullable().optional().meta({ description: 'As for a new token' }),
});
export type TokenRotation = z.infer<typeof TokenRotation>;

export const TokenCreated = z.object({
  id: Id,
  token: z.string().meta({ description: 'Shown this once' }),
  expiresAt: Time.nullable(),
});
export type TokenCreated = z.infer<typeof TokenCreated>;
