import type { Role, Session } from '@pharos/contract';
import { ROLE_PERMISSIONS } from '@pharos/contract';
import { ProblemError } from '../problem.ts';

/** Who asks. */
export interface Principal {
  readonly name: string;
  readonly role: Role;
  readonly kind: Session['kind'];
  readonly expiresAt: string | null;
  /** The person, of sessions only: a token stands for no person. */
  readonly userId?: string;
  /** SHA-256 of the session id, of session cookies only. */
  readonly sessionSha256?: string;
}

/** The name that changes are noted with. Routes that change something have a principal; the table's permission sees to it. */
export function whoAsks(principal: Principal | null): string {
  return principal?.name ?? 'nobody';
}

/** The person who asks. Throws `user-needed` for tokens. */
export function userOf(principal: Principal | null, why: string): string {
  if (principal?.userId !== undefined) return principal.userId;
  throw new ProblemError('user-needed', why);
}

/** Who asks, as the API shows it. */
export function toSession(principal: Principal): Session {
  const { name, role, kind, expiresAt } = principal;
  return { name, role, kind, expiresAt, permissions: [...ROLE_PERMISSIONS[role]] };
}
