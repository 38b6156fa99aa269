/** The port of the store: repositories. */
import type { Page, Repository, RepositoryDetail, RepositoryPatch, RepositoryQuery } from '@pharos/contract';
import type { By } from './hcp-tag-changes.ts';

export interface Repositories {
  /** `favourite` asks for the stars of `userId`; ages are counted to `now`. Throws QueryError for a `q` that cannot be read. */
  list(query: RepositoryQuery, asked?: { userId?: string | null; now?: Date }): Promise<Page<Repository>>;
  get(id: string): Promise<RepositoryDetail | null>;
  /** How many of its tags are in each state that counts at this time. */
  states(id: string, now: Date): Promise<NonNullable<RepositoryDetail['states']>>;
  /** The first of these names that the library holds in a registry; one that no rule wants any more does not count. */
  byName(registryId: string, names: readonly string[]): Promise<{ id: string; name: string } | null>;
  /** What people write about it. False: no such repository. Throws `conflict` when the revision is not the newest. */
  write(id: string, patch: RepositoryPatch, by: By): Promise<boolean>;
  /** A person confirms that tags are gone: the next complete scan is believed, however many it misses. */
  confirmAbsence(id: string): Promise<boolean>;
}
