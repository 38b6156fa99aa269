import { z } from 'zod';
import { Time } from './common.ts';
import { Role } from './token.ts';

const UserName = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .regex(/^[\w.@-]+$/, 'must be letters, digits, ".", "_", "@" or "-"');
const NewPassword = z.string().min(10, 'must have at least 10 characters').max(1000);

/** Who is asking. */
export const Session = z.object({
  name: z.string(),
  role: Role,
  kind: z.enum(['session', 'token', 'environment-token']),
  permissions: z.array(z.string()),
  expiresAt: Time.nullable(),
});
export type Session = z.infer<typeof Session>;

export const SignIn = z.strictObject({ username: z.string().min(1).max(100), password: z.string().min(1).max(1000) });
export type SignIn = z.infer<typeof SignIn>;

export const SetupState = z.object({ done: z.boolean() });
export const Setup = z.strictObject({ token: z.string().min(1).max(200), username: UserName, password: NewPassword });
export type Setup = z.infer<typeof Setup>;
