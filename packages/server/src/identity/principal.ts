import type { Role, Session } from '@pharos/contract';
import { ROLE_PERMISSIONS } from '@pharos/contract';

/** Who asks. */
export interface Principal {
  readonly name: string;
  readonly role: Role;
  readonly kind: Session['kind'];
  readonly expiresAt: string | null;
  /** SHA-256 of the session id, of session cookies only. */
  readonly sessionSha256?: string;
}

/** The name that changes are noted with. Routes that change something have a principal; the table's permission sees to it. */
export function whoAsks(principal: Principal | null): string {
  return principal?.name ?? 'nobody';
}

/** Who asks, as the API shows it. */
export function toSession(principal: Principal): Session {
  const { name, role, kind, expiresAt } = principal;
  return { name, role, kind, expiresAt, permissions: [...ROLE_PERMISSIONS[role]] };
}
