/** The port of the store: why a tag stayed out. */
import type { Explanation, LeftOutPage, LeftOutQuery } from '@pharos/contract';

export interface Explanations {
  /** Why a tag is in the library or not; the registry must exist. Null: there is no such registry. */
  ofTag(registryId: string, repository: string, tag: string, now: Date): Promise<Explanation | null>;
  /** Tags that the registry lists and no rule takes, with the reason. Null: there is no such repository. */
  leftOut(repositoryId: string, query: LeftOutQuery, now: Date): Promise<LeftOutPage | null>;
}
