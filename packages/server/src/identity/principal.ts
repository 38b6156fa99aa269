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

/** Who asks, as the API shows it. */
export function toSession(principal: Principal): Session {
  const { name, role, kind, expiresAt } = principal;
  return { name, role, kind, expiresAt, permissions: [...ROLE_PERMISSIONS[role]] };
}
