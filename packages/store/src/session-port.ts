/** The port of the store: sessions. */
import type { Page, PageQuery, SignedIn } from '@pharos/contract';
import type { Grant } from '@pharos/library';

export interface Sessions {
  create(
    session: { sha256: string; userId: string; expiresAt: Date; address: string | null; userAgent: string | null },
    now: Date,
  ): Promise<void>;
  /** Whose session it is, with the roles as they are now; notes the use at most once a minute. null: over, or disabled. */
  use(
    sha256: string,
    now: Date,
  ): Promise<{ userId: string; name: string; hasPassword: boolean; grants: Grant[]; expiresAt: string } | null>;
  /** The one used last first. */
  list(
    query: PageQuery & { userId?: string | undefined },
    currentSha256: string | null,
    now: Date,
  ): Promise<Page<SignedIn>>;
  remove(sha256: string): Promise<void>;
  /** Ends a session, with `userId` only if it is theirs. */
  end(id: string, userId?: string): Promise<boolean>;
  endOthers(userId: string, keptSha256: string): Promise<void>;
}
