/** People, robots and teams, and the roles they hold. */
import { z } from 'zod';
import { DisplayName, Id, Time } from './common.ts';
import { PageQuery } from './page.ts';
import { secret } from './secret.ts';
import { Role } from './token.ts';

export const UserName = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .regex(/^[\w.@-]+$/, 'must be letters, digits, ".", "_", "@" or "-"');
export const NewPassword = secret(z.string().min(10, 'must have at least 10 characters').max(1000));

/** Roles of people and robots; `agent` is for the tokens of agents alone. */
export const UserRole = Role.exclude(['agent']);
export type UserRole = z.infer<typeof UserRole>;

/** Where a role holds. */
export const Scope = z
  .string()
  .max(600)
  .regex(
    /^(everywhere|location:.+|repositories:.+)$/s,
    'must be "everywhere", "location:<id>" or "repositories:<pattern>"',
  )
  .meta({ description: 'everywhere, location:<id>, or repositories:<glob over repository names>' });

export const UserGrant = z.strictObject({ role: UserRole, scope: Scope.default('everywhere') });
export type UserGrant = z.infer<typeof UserGrant>;
const Grants = z.array(UserGrant).max(50);

export const UserKind = z.enum(['person', 'robot']);
export type UserKind = z.infer<typeof UserKind>;

const Named = z.object({ id: Id, name: z.string() });

export const User = z.object({
  id: Id,
  name: z.string(),
  displayName: z.string(),
  kind: UserKind,
  origin: z.enum(['local', 'oidc']).meta({ description: 'Roles of oidc come from its groups and are read-only here' }),
  state: z
    .enum(['active', 'invited', 'disabled'])
    .meta({ description: 'invited: has no password yet, and cannot sign in' }),
  grants: z.array(UserGrant).meta({ description: 'Given to the user; teams give more' }),
  teams: z.array(Named),
  createdAt: Time,
  lastSignInAt: Time.nullable(),
});
export type User = z.infer<typeof User>;

export const UserQuery = PageQuery.extend({
  q: z.string().max(200).optional(),
  kind: UserKind.optional(),
});
export type UserQuery = z.infer<typeof UserQuery>;

export const UserInput = z.strictObject({
  name: UserName,
  displayName: z.string().trim().max(200).default(''),
  kind: UserKind.default('person').meta({ description: 'A robot has no password; tokens are made for it' }),
  grants: Grants.default([]),
});
export type UserInput = z.infer<typeof UserInput>;

export const UserPatch = z.strictObject({
  displayName: z.string().trim().max(200).optional(),
  disabled: z.boolean().optional().meta({ description: 'true ends the sessions and stops the tokens' }),
  grants: Grants.optional().meta({ description: 'Replaces all of them' }),
});
export type UserPatch = z.infer<typeof UserPatch>;

/** A one-time link with which somebody chooses a password. */
export const PasswordLink = z.object({
  url: z.string().meta({ description: 'Shown this once; whoever has it chooses the password' }),
  expiresAt: Time,
});
export type PasswordLink = z.infer<typeof PasswordLink>;

export const UserCreated = z.object({ user: User, link: PasswordLink.nullable() });
export type UserCreated = z.infer<typeof UserCreated>;

export const Team = z.object({
  id: Id,
  name: z.string(),
  description: z.string(),
  grants: z.array(UserGrant),
  groups: z.array(z.string()).meta({ description: 'Groups of the identity provider whose members join at sign-in' }),
  members: z.array(Named),
  createdAt: Time,
});
export type Team = z.infer<typeof Team>;

export const TeamQuery = PageQuery.extend({ q: z.string().max(200).optional() });
export type TeamQuery = z.infer<typeof TeamQuery>;

const Groups = z.array(z.string().min(1).max(500)).max(100);
const Members = z.array(Id).max(1000);

export const TeamInput = z.strictObject({
  name: DisplayName,
  description: z.string().trim().max(1000).default(''),
  grants: Grants.default([]),
  groups: Groups.default([]),
  members: Members.default([]),
});
export type TeamInput = z.infer<typeof TeamInput>;

export const TeamPatch = z.strictObject({
  name: DisplayName.optional(),
  description: z.string().trim().max(1000).optional(),
  grants: Grants.optional(),
  groups: Groups.optional(),
  members: Members.optional().meta({ description: 'Replaces the members; those of the identity provider stay' }),
});
export type TeamPatch = z.infer<typeof TeamPatch>;

/** One sign-in of a browser. */
export const SignedIn = z.object({
  id: Id,
  userId: Id,
  user: z.string(),
  address: z.string().nullable(),
  userAgent: z.string().nullable(),
  createdAt: Time,
  lastUsedAt: Time,
  expiresAt: Time,
  isCurrent: z.boolean().meta({ description: 'The one that asks' }),
});
export type SignedIn = z.infer<typeof SignedIn>;

export const SessionQuery = PageQuery.extend({ userId: Id.optional() });
export type SessionQuery = z.infer<typeof SessionQuery>;
