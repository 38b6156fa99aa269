/** The orders in which tags are listed; each has an index that ends in the tag's identity. */
import { type RawBuilder, sql } from 'kysely';
import type { Order, SortKey } from './cursor.ts';
import { iso } from './database.ts';
import type { TagRow } from './tag-row.ts';

/** What a tag without push time sorts as. It is part of the index's expression. */
const NEVER = '1970-01-01T00:00:00.000Z';
const PUSHED = sql`coalesce(t.pushed_at, timestamptz '1970-01-01 00:00:00+00')`;

const NAME: SortKey<TagRow> = { column: sql`t.name`, type: 'text', read: (row) => row.name };
const REPOSITORY: SortKey<TagRow> = { column: sql`t.repository_id`, type: 'id', read: (row) => row.repository_id };

/** `created` is the best time known (created, else pushed, else first seen); `seen` is when it was first seen. */
const SORTS: Record<string, readonly SortKey<TagRow>[]> = {
  version: [{ column: sql`t.sort_key`, type: 'text', read: (row) => row.sort_key }],
  created: [{ column: sql`t.effective_at`, type: 'time', read: (row) => iso(row.effective_at) }],
  pushed: [{ column: PUSHED, type: 'time', read: (row) => iso(row.pushed_at) ?? NEVER }],
  seen: [{ column: sql`t.first_seen_at`, type: 'time', read: (row) => iso(row.first_seen_at) }],
  name: [],
};

const COLUMNS: Record<string, RawBuilder<unknown>> = {
  version: sql`, t.sort_key`,
  created: sql`, t.effective_at`,
  pushed: sql`, t.pushed_at`,
  seen: sql`, t.first_seen_at`,
  name: sql``,
};

/** The columns of `tags t` that a sort reads; no others, so that the index of its order has them all. */
export function keysOf(sort: string): RawBuilder<unknown> {
  return sql`t.repository_id, t.name${COLUMNS[sort.replace('-', '')]!}`;
}

/** The order of a sort, over all tags or within one repository. */
export function orderOf(sort: string, isOfRepository: boolean): Order<TagRow> {
  const isDescending = sort.startsWith('-');
  const name = isDescending ? sort.slice(1) : sort;
  const identity = isOfRepository ? [NAME] : name === 'name' ? [NAME, REPOSITORY] : [REPOSITORY, NAME];
  return {
    name: `${isOfRepository ? 'repository-tags' : 'tags'}:${sort}`,
    descending: isDescending,
    keys: [...SORTS[name]!, ...identity],
  };
}
