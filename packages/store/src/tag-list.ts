/**
 * Lists of tags, by keyset. Each sort has an index that ends in the tag's identity, one within a repository and one over
 * all, so that a page of a million tags costs what a page of a hundred costs.
 */
import type { Page, RepositoryTagQuery, Tag, TagQuery } from '@pharos/contract';
import { type RawBuilder, sql } from 'kysely';
import { after, cut, type Order, orderBy, type SortKey } from './cursor.ts';
import { allOf, containing, countUpTo, type Db, EXACT_TOTAL, iso, storableText } from './database.ts';
import { imagesWith } from './hcp-tag-labels.ts';
import { TAG_COLUMNS, type TagRow, tagOf } from './tag-row.ts';

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

function orderOf(sort: string, isOfRepository: boolean): Order<TagRow> {
  const isDescending = sort.startsWith('-');
  const name = isDescending ? sort.slice(1) : sort;
  const identity = isOfRepository ? [NAME] : name === 'name' ? [NAME, REPOSITORY] : [REPOSITORY, NAME];
  return {
    name: `${isOfRepository ? 'repository-tags' : 'tags'}:${sort}`,
    descending: isDescending,
    keys: [...SORTS[name]!, ...identity],
  };
}

/** Tags of every repository, or of one: then the order's index begins with it. */
export async function listTags(db: Db, query: TagQuery): Promise<Page<Tag>> {
  const order = orderOf(query.sort, query.repositoryId !== undefined);
  const indexed = indexedFilters(query);
  const others = [...otherFilters(query), ...(await imagesWith(db, query.hcpTag))];
  const position = query.cursor === undefined ? [] : [after(order, query.cursor)];
  const filters = [...indexed, ...others];
  const total = await countUpTo(db, sql`from tags t where ${allOf(filters)}`);
  const found = await sql<TagRow>`
    ${pageOf(order, filters, position, query.limit, others.length > 0 && total.total <= EXACT_TOTAL)}
    select ${TAG_COLUMNS} from page p
      join tags t on t.repository_id = p.repository_id and t.name = p.name
      join repositories r on r.id = t.repository_id join registries g on g.id = r.registry_id
    order by ${orderBy(order)}`.execute(db);
  const { rows, next } = cut(order, found.rows, query.limit);
  return { items: rows.map(tagOf), next, ...total };
}

/**
 * `with page as (…)`: the identities of one page. Few hits are collected first and then sorted: walking the order's index
 * until enough of them came by could walk all of it. Many hits come by soon, so there the index is walked.
 */
function pageOf(
  order: Order<TagRow>,
  filters: readonly RawBuilder<unknown>[],
  position: readonly RawBuilder<unknown>[],
  limit: number,
  isSelective: boolean,
): RawBuilder<unknown> {
  const last = sql`order by ${orderBy(order)} limit ${limit + 1}`;
  if (!isSelective) {
    return sql`with page as materialized (
      select t.repository_id, t.name from tags t where ${allOf([...filters, ...position])} ${last})`;
  }
  return sql`with hit as materialized (
      select t.repository_id, t.name, t.sort_key, t.effective_at, t.pushed_at, t.first_seen_at
      from tags t where ${allOf(filters)}),
    page as materialized (select t.repository_id, t.name from hit t where ${allOf(position)} ${last})`;
}

function indexedFilters(query: TagQuery): RawBuilder<unknown>[] {
  const filters: RawBuilder<unknown>[] = [];
  if (query.repositoryId !== undefined) filters.push(sql`t.repository_id = ${query.repositoryId}`);
  if (query.presence === 'present') filters.push(sql`t.presence <> 'retired'`);
  return filters;
}

function otherFilters(query: TagQuery): RawBuilder<unknown>[] {
  const filters: RawBuilder<unknown>[] = [];
  if (query.presence === 'missing' || query.presence === 'retired') filters.push(sql`t.presence = ${query.presence}`);
  if (query.q) filters.push(matching(query.q));
  if (query.platform !== undefined) filters.push(onPlatform(query.platform));
  if (query.engine !== undefined) filters.push(sql`t.engine = ${query.engine}`);
  if (query.major !== undefined) filters.push(sql`t.major = ${query.major}`);
  if (query.flavour !== undefined) filters.push(sql`t.flavour = ${storableText(query.flavour)}`);
  if (query.kind !== undefined) filters.push(sql`t.kind = ${query.kind}`);
  if (query.registryId !== undefined) filters.push(sql`t.registry_id = ${query.registryId}`);
  if (query.floating !== undefined) filters.push(sql`t.floating = ${query.floating}`);
  if (query.extension !== undefined) {
    filters.push(sql`t.extension_names @> array[${storableText(query.extension)}]::text[]`);
  }
  if (query.locationId !== undefined) {
    filters.push(sql`t.registry_id in (select id from registries where location_id = ${query.locationId})`);
  }
  return filters;
}

/** `linux/arm64` finds `linux/arm64/v8` too. All variants in use are v1 to v9, so that an index can answer. */
function onPlatform(platform: string): RawBuilder<unknown> {
  const wanted = storableText(platform);
  const variants = Array.from({ length: 9 }, (_, index) => `${wanted}/v${index + 1}`);
  return sql`t.platforms && ${[wanted, ...variants]}::text[]`;
}

/** Six hex digits and more may begin a digest, as people copy it, with or without the algorithm. */
function matching(q: string): RawBuilder<unknown> {
  const byName = sql`t.name ilike ${containing(q)}`;
  const digest = /^(?:(sha256|sha512):)?([a-f0-9]{1,128})$/i.exec(q.trim());
  if (digest === null || (digest[1] === undefined && digest[2]!.length < 6)) return byName;
  const algorithms = digest[1] === undefined ? ['sha256', 'sha512'] : [digest[1].toLowerCase()];
  const prefixes = algorithms.map((algorithm) => `${algorithm}:${digest[2]!.toLowerCase()}`);
  // `g` follows the last hex digit.
  const byDigest = prefixes.map((prefix) => sql`(t.digest >= ${prefix} and t.digest < ${`${prefix}g`})`);
  return sql`(${sql.join([byName, ...byDigest], sql` or `)})`;
}

/** A repository's list is the same list with the repository fixed. */
export function listRepositoryTags(db: Db, repositoryId: string, query: RepositoryTagQuery): Promise<Page<Tag>> {
  return listTags(db, { ...query, repositoryId });
}
