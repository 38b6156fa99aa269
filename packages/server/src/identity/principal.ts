import type { Role, Session } from '@pharos/contract';
import { type Access, accessOf, type Grant } from '@pharos/library';
import { ProblemError } from '../problem.ts';

/** Who asks. */
export interface Principal {
  readonly name: string;
  readonly kind: Session['kind'];
  /** What may be done, and where: roles of user and teams, within what the token says. */
  readonly access: Access;
  /** For people to read; what counts is `access`. */
  readonly grants: readonly Grant[];
  /** The person or robot behind it; null for the environment's token, agents, and tokens made with it. */
  readonly userId: string | null;
  readonly hasPassword: boolean;
  readonly expiresAt: string | null;
  /** SHA-256 of the session id, of session cookies only. */
  readonly sessionSha256?: string;
  /** Of agents that sign for themselves: which one it is, and the location it belongs to. */
  readonly agent?: { readonly id: string; readonly locationId: string };
}

const HIGHEST_FIRST: readonly Role[] = ['admin', 'approver', 'curator', 'consumer', 'viewer', 'agent'];

/** A principal with a role everywhere that belongs to no user. */
export function nobodysPrincipal(name: string, kind: Principal['kind'], role: Role): Principal {
  const grants: Grant[] = [{ role, scope: 'everywhere' }];
  return { name, kind, grants, access: accessOf(grants), userId: null, hasPassword: false, expiresAt: null };
}

/** The highest role of a list, wherever it holds; null for an empty one. */
function highestRole(grants: readonly Grant[]): Role | null {
  return HIGHEST_FIRST.find((role) => grants.some((grant) => grant.role === role)) ?? null;
}

/** The name that changes are noted with. Routes that change something have a principal; the table's permission sees to it. */
export function whoAsks(principal: Principal | null): string {
  return principal?.name ?? 'nobody';
}

/** The person who asks. Throws `user-needed` for tokens. */
export function userOf(principal: Principal | null, why: string): string {
  if (principal?.kind === 'session' && principal.userId !== null) return principal.userId;
  throw new ProblemError('user-needed', why);
}

/** Who asks, as the API shows it. */
export function toSession(principal: Principal): Session {
  const { name, kind, expiresAt, grants, access, userId, hasPassword } = principal;
  return {
    name,
    role: highestRole(grants) ?? 'viewer',
    kind,
    expiresAt,
    permissions: [...access.keys()],
    grants: grants.map(({ role, scope }) => ({ role, scope })),
    userId,
    hasPassword,
  };
}
