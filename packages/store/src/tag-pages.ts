/**
 * The ways to a page of tags: along an order's index, out of the beginnings of profiles, or out of all hits sorted. Each reads
 * only what its order and its conditions name until the page is known, so that an index alone can answer.
 */
import { type RawBuilder, sql } from 'kysely';
import { type Order, orderBy } from './cursor.ts';
import { allOf, type Db } from './database.ts';
import { TAG_COLUMNS, type TagRow } from './tag-row.ts';
import type { TagSearch } from './tag-search.ts';

export const LIVE = sql`t.presence <> 'retired'`;

export interface PageRequest {
  readonly order: Order<TagRow>;
  /** The columns of `tags t` that the order sorts by. */
  readonly keys: RawBuilder<unknown>;
  readonly position: readonly RawBuilder<unknown>[];
  readonly limit: number;
}

/** How far an index is walked in the hope that hits come by. */
export const WALKED = 4_000;
/** So many tags of all fitting profiles together are looked at in the hope that nearly all are hits. */
const AHEAD = 120;

/** The page, when it is full within the first part of the order; else null. */
export async function soonOf(
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

/**
 * The page, when it is full within the first tags of the fitting profiles; else null. What must look at images looks at
 * these few only: mostly all tags of a profile have a label, or none.
 */
export async function aheadOf(db: Db, search: TagSearch, request: PageRequest): Promise<TagRow[] | null> {
  const { order, limit } = request;
  const rows = await rowsOf(
    db,
    order,
    sql`with ${merged(search, request, [], AHEAD, sql`ahead`)},
    page as materialized (
      select t.repository_id, t.name from ahead a join tags t on t.repository_id = a.repository_id and t.name = a.name
      where ${allOf(search.conditions)} order by ${orderBy(order)} limit ${limit + 1})`,
  );
  return rows.length > limit ? rows : null;
}

/** All that a tag must fulfil. */
export function everything(search: TagSearch): RawBuilder<unknown>[] {
  return [...(search.isLive ? [LIVE] : []), ...placed(search), ...search.conditions];
}

/** In these repositories, and of these profiles. */
export function placed(search: TagSearch): RawBuilder<unknown>[] {
  const isEvery = search.fitting.length === search.candidates.length;
  return [
    ...(search.repositoryIds === null ? [] : [inRepositories(search)]),
    ...(isEvery ? [] : [sql`t.profile_id = any(${profileList(search)}::int[])`]),
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
export function walk(
  filters: readonly RawBuilder<unknown>[],
  { order, position, limit }: PageRequest,
): RawBuilder<unknown> {
  return sql`with page as materialized (
    select t.repository_id, t.name from tags t where ${allOf([...filters, ...position])}
    order by ${orderBy(order)} limit ${limit + 1})`;
}

/** Merges the beginnings of the profiles. */
export function merge(
  search: TagSearch,
  request: PageRequest,
  residual: readonly RawBuilder<unknown>[],
): RawBuilder<unknown> {
  return sql`with ${merged(search, request, residual, request.limit + 1, sql`page`)}`;
}

/**
 * The first n tags of all are in the n profiles whose own first tag comes first, so one look into the index for each
 * profile and n rows of n of them are all that is read.
 */
function merged(
  search: TagSearch,
  { order, keys, position }: PageRequest,
  residual: readonly RawBuilder<unknown>[],
  n: number,
  name: RawBuilder<unknown>,
): RawBuilder<unknown> {
  const sorted = orderBy(order);
  const where = allOf([LIVE, ...residual, ...position]);
  return sql`best as materialized (
      select t.profile_id from unnest(${profileList(search)}::int[]) as p(id) cross join lateral (
        select t.profile_id, ${keys} from tags t where t.profile_id = p.id and ${where} order by ${sorted} limit 1) t
      order by ${sorted} limit ${n}),
    ${name} as materialized (
      select t.repository_id, t.name from best b cross join lateral (
        select ${keys} from tags t where t.profile_id = b.profile_id and ${where} order by ${sorted} limit ${n}) t
      order by ${sorted} limit ${n})`;
}

/** Only the tags of the page are read whole. */
const SHOWN = sql`select ${TAG_COLUMNS} from page p
  join tags t on t.repository_id = p.repository_id and t.name = p.name
  join repositories r on r.id = t.repository_id join registries g on g.id = r.registry_id`;

export async function rowsOf(db: Db, order: Order<TagRow>, page: RawBuilder<unknown>): Promise<TagRow[]> {
  return (await sql<TagRow>`${page} ${SHOWN} order by ${orderBy(order)}`.execute(db)).rows;
}

/** Finds and sorts all hits: the page with their number, in one go. null: there are more than `most`. `source`: called `t`. */
export async function sortedOf(
  db: Db,
  filters: readonly RawBuilder<unknown>[],
  { order, keys, position, limit }: PageRequest,
  most: number | null,
  source = sql`tags t`,
): Promise<{ rows: TagRow[]; total: number } | null> {
  const bounded = most === null ? sql`` : sql`bounded as materialized (select * from hit limit ${most + 1}),`;
  const from = most === null ? sql`hit` : sql`bounded`;
  const isWhole = most === null ? [] : [sql`(select hits from number) <= ${most}`];
  const found = await sql<TagRow & { hits: number }>`
    with hit as materialized (select ${keys} from ${source} where ${allOf(filters)}), ${bounded}
      number as materialized (select count(*) as hits from ${from}),
      page as materialized (
        select t.repository_id, t.name from ${from} t where ${allOf([...isWhole, ...position])}
        order by ${orderBy(order)} limit ${limit + 1})
    select n.hits, t.* from number n left join (${SHOWN}) t on true order by ${orderBy(order)}`.execute(db);
  const total = found.rows[0]!.hits;
  if (most !== null && total > most) return null;
  return { total, rows: found.rows.filter((row) => row.name !== null) };
}
