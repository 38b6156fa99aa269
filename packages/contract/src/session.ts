import { z } from 'zod';
import { Id, Time } from './common.ts';
import { secret } from './secret.ts';
import { Role } from './token.ts';
import { NewPassword, UserName } from './user.ts';

/** Who is asking. */
export const Session = z.object({
  name: z.string(),
  role: Role.meta({ description: 'The highest one held, wherever it holds' }),
  kind: z.enum(['session', 'token', 'environment-token']),
  permissions: z.array(z.string()).meta({ description: 'Held everywhere or somewhere' }),
  grants: z.array(z.object({ role: Role, scope: z.string() })).meta({ description: 'Roles, and where they hold' }),
  userId: Id.nullable(),
  hasPassword: z.boolean().meta({ description: 'Signs in here with a password, which can be changed here' }),
  expiresAt: Time.nullable(),
});
export type Session = z.infer<typeof Session>;

export const SignIn = z.strictObject({
  username: z.string().min(1).max(100),
  password: secret(z.string().min(1).max(1000)),
});
export type SignIn = z.infer<typeof SignIn>;

export const SetupState = z.object({
  done: z.boolean(),
  oidc: z
    .object({ name: z.string() })
    .nullable()
    .meta({ description: 'The identity provider to sign in with, where there is one' }),
});
export const Setup = z.strictObject({
  token: secret(z.string().min(1).max(200)),
  username: UserName,
  password: NewPassword,
});
export type Setup = z.infer<typeof Setup>;

/** A password chosen with a one-time link. */
export const LinkPassword = z.strictObject({ token: secret(z.string().min(1).max(200)), password: NewPassword });
export type LinkPassword = z.infer<typeof LinkPassword>;

export const PasswordChange = z.strictObject({ current: secret(z.string().min(1).max(1000)), password: NewPassword });
export type PasswordChange = z.infer<typeof PasswordChange>;

export const OidcStart = z.object({ url: z.string().meta({ description: 'Where the browser goes to sign in' }) });

/** What the identity provider sent the browser back with, as it stood in the address. */
export const OidcReturn = z.strictObject({ query: secret(z.string().min(1).max(8000)) });
export type OidcReturn = z.infer<typeof OidcReturn>;
