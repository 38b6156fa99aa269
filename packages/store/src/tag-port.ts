/** The port of the store: tags. */
import type {
  CompletionQuery,
  Completions,
  Page,
  PageQuery,
  RepositoryTagQuery,
  Tag,
  TagAt,
  TagChange,
  TagChangeQuery,
  TagDetail,
  TagFacets,
  TagFacetsQuery,
  TagHistoryEntry,
  TagQuery,
} from '@pharos/contract';
import type { NewerTags } from '@pharos/library';

export interface Tags {
  /** Throws QueryError for a `q` that cannot be read; `now` is what ages are counted from. */
  ofRepository(repositoryId: string, query: RepositoryTagQuery, now?: Date): Promise<Page<Tag>>;
  list(query: TagQuery, now?: Date): Promise<Page<Tag>>;
  facets(query: TagFacetsQuery, now?: Date): Promise<TagFacets>;
  completions(query: CompletionQuery): Promise<Completions>;
  /** `now` is what ages are counted to. */
  get(repositoryId: string, name: string, now?: Date): Promise<TagDetail | null>;
  history(repositoryId: string, name: string, query: PageQuery, now?: Date): Promise<Page<TagHistoryEntry> | null>;
  /** What it pointed to at a time (RFC 3339, UTC); null: no such tag. */
  at(repositoryId: string, name: string, time: string): Promise<TagAt | null>;
  /** Tags that moved or vanished, newest first. */
  changes(query: TagChangeQuery): Promise<Page<TagChange>>;
  /** For each of these tags, newer ones of its repository, flavour and base: one statement for all of them. */
  newer(tags: readonly Tag[]): Promise<NewerTags[]>;
}
