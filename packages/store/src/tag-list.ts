/**
 * Lists of tags, by keyset. Each sort has an index that ends in the tag's identity: over all, within a repository, and
 * within a profile, so that a page of a million tags costs what a page of a hundred costs, whatever narrows it.
 */
import type { Page, RepositoryTagQuery, Tag, TagQuery } from '@pharos/contract';
import { PROFILE_FIELDS, type Term, versionKeyOf } from '@pharos/library';
import { type RawBuilder, sql } from 'kysely';
import { after, cut, type Order, orderBy } from './cursor.ts';
import { allOf, type Db, EXACT_TOTAL, plannedRows } from './database.ts';
import type { ProfileReader } from './tag-profiles.ts';
import { TAG_COLUMNS, type TagRow, tagOf } from './tag-row.ts';
import { readSearch, type TagSearch } from './tag-search.ts';
import { orderOf } from './tag-sorts.ts';

/** What an order reads of a tag. */
const KEYS = sql`t.repository_id, t.name, t.sort_key, t.effective_at, t.pushed_at, t.first_seen_at`;
export const LIVE = sql`t.presence <> 'retired'`;

interface PageRequest {
  readonly order: Order<TagRow>;
  readonly position: readonly RawBuilder<unknown>[];
  readonly limit: number;
}

type Total = Pick<Page<Tag>, 'total' | 'totalIsEstimate'>;

/** Tags of every repository, or of one: then the order's index begins with it. @throws QueryError */
export async function listTags(db: Db, profiles: ProfileReader, query: TagQuery, now: Date): Promise<Page<Tag>> {
  const order = orderOf(query.sort, query.repositoryId !== undefined);
  const position = query.cursor === undefined ? [] : [after(order, query.cursor)];
  const request = { order, position, limit: query.limit };
  const search = await readSearch(db, profiles, query, now);
  const page = (rows: readonly TagRow[], total: Total): Page<Tag> => {
    const kept = cut(order, rows, query.limit);
    return { items: kept.rows.map((row) => tagOf(row, now)), next: kept.next, ...total };
  };
  if (search.fitting.length === 0 || search.repositoryIds?.length === 0) return page([], { total: 0 });
  if (search.isLive && search.conditions.length === 0) {
    const total = search.fitting.reduce((sum, { tags }) => sum + tags, 0);
    return page(await counted(db, search, request, total, query), { total });
  }
  if (search.isLive && query.repositoryId === undefined && isDearToCount(search)) {
    const soon = await soonOf(db, search, request);
    if (soon !== null) return page(soon, { total: await estimate(db, search), totalIsEstimate: true });
  }
  const total = await estimate(db, search);
  const few = total > SURELY_MANY ? null : await fewOf(db, search, request);
  if (few !== null) return page(few.rows, { total: few.total });
  return page(await many(db, search, request, query, total), { total, totalIsEstimate: true });
}

/** A page whose number of hits is known from the profiles. */
async function counted(
  db: Db,
  search: TagSearch,
  request: PageRequest,
  total: number,
  query: TagQuery,
): Promise<TagRow[]> {
  const { order } = request;
  const isEvery = search.fitting.length === search.candidates.length;
  if (search.repositoryIds === null) {
    if (isEvery) return rowsOf(db, order, walk([LIVE], request));
    const soon = search.fitting.length > MERGED_AT_ONCE ? await soonOf(db, search, request) : null;
    return soon ?? rowsOf(db, order, merge(search, request, []));
  }
  const where = everything(search);
  if (query.repositoryId !== undefined && (isEvery || total > EXACT_TOTAL)) {
    return rowsOf(db, order, walk([...where, ...versionBounds(search.terms, query.sort)], request));
  }
  if (total <= EXACT_TOTAL) return rowsOf(db, order, collect(where, request));
  return (await soonOf(db, search, request)) ?? rowsOf(db, order, merge(search, request, [inRepositories(search)]));
}

/** A page of more hits than are counted. */
async function many(
  db: Db,
  search: TagSearch,
  request: PageRequest,
  query: TagQuery,
  total: number,
): Promise<TagRow[]> {
  const { order } = request;
  const isEvery = search.fitting.length === search.candidates.length;
  if (search.isLive && !isEvery && search.repositoryIds === null && search.fitting.length <= MERGED_AT_ONCE) {
    return rowsOf(db, order, merge(search, request, search.conditions));
  }
  const where = [...everything(search), ...versionBounds(search.terms, query.sort)];
  if (query.repositoryId !== undefined) return rowsOf(db, order, walk(where, request));
  const bounds = orderBounds(search.terms, query.sort);
  if (bounds === 'sorted') return rowsOf(db, order, walk(where, request));
  const soon = await soonOf(db, search, request, bounds);
  if (soon !== null) return soon;
  if (
    search.isLive &&
    search.within !== null &&
    search.repositoryIds === null &&
    search.fitting.length <= MERGED_LAST
  ) {
    return rowsOf(db, order, merge(search, request, search.conditions));
  }
  const later = total > SURELY_DENSE ? await soonOf(db, search, request, bounds, 5 * WALKED) : null;
  return later ?? rowsOf(db, order, total <= COLLECTED ? collect(where, request) : walk(where, request));
}

/**
 * What the terms say of the order's own column: bounds between which the hits stand, or `sorted` when they are all that stands
 * there, so that the beginning of the range is the page.
 */
function orderBounds(terms: readonly Term[], sort: string): RawBuilder<unknown>[] | 'sorted' {
  const name = sort.replace('-', '');
  const asked = terms.filter(({ negated, values }) => !negated && values.length === 1);
  if (name === 'created' && asked.some(({ field }) => field === 'created' || field === 'age')) return 'sorted';
  if (name !== 'name') return [];
  return asked.flatMap(({ field, values: [value] }) => {
    const start =
      field === 'tag' && value?.type === 'text' && value.pattern ? /^[^*?]+/.exec(value.text)?.[0] : undefined;
    return start === undefined || !/^[ -~]+$/.test(start)
      ? []
      : [sql`t.name >= ${start}`, sql`t.name < ${`${start}\u{10ffff}`}`];
  });
}

/** Labels of half of the images cannot be counted in time: where a page is full within WALKED of very many, there are many. */
function isDearToCount(search: TagSearch): boolean {
  const isOfImages = search.terms.some(({ field }) => field === 'label' || field === 'annotation');
  return isOfImages && search.candidates.reduce((sum, { tags }) => sum + tags, 0) > 20 * EXACT_TOTAL;
}

/** So many profiles are merged sooner than anything else is tried. */
const MERGED_AT_ONCE = 200;
/** So many hits are sorted sooner than an index is walked that has them at its other end. */
const COLLECTED = 150_000;
/** So many profiles are merged, of those that can hold a word or a label, when hits do not come by early. */
const MERGED_LAST = 2_500;
/** By the planner's number these are more than are counted, whatever it is wrong by. */
const SURELY_MANY = 2 * EXACT_TOTAL;
const SURELY_DENSE = 4 * EXACT_TOTAL;
/** How far an index is walked in the hope that hits come by. */
const WALKED = 4_000;

/** The page, when it is full within the first part of the order; else null. */
async function soonOf(
  db: Db,
  search: TagSearch,
  request: PageRequest,
  bounds: readonly RawBuilder<unknown>[] = [],
  walked = WALKED,
): Promise<TagRow[] | null> {
  const { order, position, limit } = request;
  const sorted = orderBy(order);
  const beginning = allOf([...(search.isLive ? [LIVE] : []), ...bounds, ...position]);
  const rows = await rowsOf(
    db,
    order,
    sql`with page as materialized (
      select t.repository_id, t.name from (
        select t.* from tags t where ${beginning} order by ${sorted} limit ${walked}) t
      where ${allOf(everything(search))} order by ${sorted} limit ${limit + 1})`,
  );
  return rows.length > limit ? rows : null;
}

/** All that a tag must fulfil. */
export function everything(search: TagSearch): RawBuilder<unknown>[] {
  const isEvery = search.fitting.length === search.candidates.length;
  return [
    ...(search.isLive ? [LIVE] : []),
    ...(search.repositoryIds === null ? [] : [inRepositories(search)]),
    ...(isEvery ? [] : [sql`t.profile_id = any(${profileList(search)}::int[])`]),
    ...search.conditions,
  ];
}

export function inRepositories({ repositoryIds }: TagSearch): RawBuilder<unknown> {
  const ids = repositoryIds ?? [];
  return ids.length === 1 ? sql`t.repository_id = ${ids[0]}` : sql`t.repository_id = any(${[...ids]}::uuid[])`;
}

function profileList({ fitting }: TagSearch): number[] {
  return fitting.map(({ profile }) => profile.id);
}

/** Walks the order's index until the page is full. */
function walk(filters: readonly RawBuilder<unknown>[], { order, position, limit }: PageRequest): RawBuilder<unknown> {
  return sql`with page as materialized (
    select t.repository_id, t.name from tags t where ${allOf([...filters, ...position])}
    order by ${orderBy(order)} limit ${limit + 1})`;
}

/** Finds all hits and sorts them. */
function collect(
  filters: readonly RawBuilder<unknown>[],
  { order, position, limit }: PageRequest,
): RawBuilder<unknown> {
  return sql`with hit as materialized (select ${KEYS} from tags t where ${allOf(filters)}),
    page as materialized (
      select t.repository_id, t.name from hit t where ${allOf(position)} order by ${orderBy(order)} limit ${limit + 1})`;
}

/**
 * Merges the beginnings of the profiles. The first n tags of all are in the n profiles whose own first tag comes first, so
 * one look into the index for each profile and n rows of n of them are all that is read.
 */
function merge(
  search: TagSearch,
  { order, position, limit }: PageRequest,
  residual: readonly RawBuilder<unknown>[],
): RawBuilder<unknown> {
  const sorted = orderBy(order);
  const where = allOf([LIVE, ...residual, ...position]);
  return sql`with best as materialized (
      select t.profile_id from unnest(${profileList(search)}::int[]) as p(id) cross join lateral (
        select t.profile_id, ${KEYS} from tags t where t.profile_id = p.id and ${where} order by ${sorted} limit 1) t
      order by ${sorted} limit ${limit + 1}),
    page as materialized (
      select t.repository_id, t.name from best b cross join lateral (
        select ${KEYS} from tags t where t.profile_id = b.profile_id and ${where} order by ${sorted} limit ${limit + 1}) t
      order by ${sorted} limit ${limit + 1})`;
}

/** In version order the hits of a major stand together: a walk begins where they do. */
function versionBounds(terms: readonly Term[], sort: string): RawBuilder<unknown>[] {
  if (sort !== 'version' && sort !== '-version') return [];
  return terms
    .filter(({ field, negated }) => field === 'major' && !negated)
    .flatMap(({ values }) => {
      const ranges = values.filter((value) => value.type === 'range');
      const lows = ranges.map(({ from }) => from?.value ?? 0);
      const highs = ranges.map(({ to }) => to?.value ?? Number.MAX_SAFE_INTEGER - 1);
      const low = versionKeyOf([Math.min(...lows)]);
      const high = versionKeyOf([Math.max(...highs) + 1]);
      // Floating tags stand below exact ones, by the same numbers.
      return [sql`t.sort_key >= ${`1${low.slice(1)}`} collate "C"`, sql`t.sort_key < ${high} collate "C"`];
    });
}

/** Only the tags of the page are read whole. */
const SHOWN = sql`select ${TAG_COLUMNS} from page p
  join tags t on t.repository_id = p.repository_id and t.name = p.name
  join repositories r on r.id = t.repository_id join registries g on g.id = r.registry_id`;

async function rowsOf(db: Db, order: Order<TagRow>, page: RawBuilder<unknown>): Promise<TagRow[]> {
  return (await sql<TagRow>`${page} ${SHOWN} order by ${orderBy(order)}`.execute(db)).rows;
}

/** The page of at most EXACT_TOTAL hits, with their number, in one go; null: there are more. */
async function fewOf(
  db: Db,
  search: TagSearch,
  request: PageRequest,
): Promise<{ rows: TagRow[]; total: number } | null> {
  const { order, position, limit } = request;
  const found = await sql<TagRow & { hits: number }>`
    with hit as materialized (select ${KEYS} from tags t where ${allOf(everything(search))}),
      bounded as materialized (select * from hit limit ${EXACT_TOTAL + 1}),
      number as materialized (select count(*) as hits from bounded),
      page as materialized (
        select t.repository_id, t.name from bounded t
        where (select hits from number) <= ${EXACT_TOTAL} and ${allOf(position)}
        order by ${orderBy(order)} limit ${limit + 1})
    select n.hits, t.* from number n left join (${SHOWN}) t on true order by ${orderBy(order)}`.execute(db);
  const total = found.rows[0]!.hits;
  if (total > EXACT_TOTAL) return null;
  return { total, rows: found.rows.filter((row) => row.name !== null) };
}

/** The planner's number of hits, within what the profiles leave. It takes words for independent of the profiles that have them. */
async function estimate(db: Db, search: TagSearch): Promise<number> {
  const isOfProfiles = search.terms.some(({ field }) => field !== null && PROFILE_FIELDS.has(field));
  const where =
    search.within === null || isOfProfiles ? everything(search) : everything({ ...search, fitting: search.candidates });
  const planned = await plannedRows(db, sql`from tags t where ${allOf(where)}`);
  const most = search.isLive ? search.fitting.reduce((sum, { tags }) => sum + tags, 0) : planned;
  return Math.max(EXACT_TOTAL + 1, Math.min(planned, most));
}

/** A repository's list is the same list with the repository fixed. */
export function listRepositoryTags(
  db: Db,
  profiles: ProfileReader,
  repositoryId: string,
  query: RepositoryTagQuery,
  now: Date,
): Promise<Page<Tag>> {
  return listTags(db, profiles, { ...query, repositoryId }, now);
}
