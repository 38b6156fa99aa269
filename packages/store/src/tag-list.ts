/**
 * Lists of tags, by keyset. Each sort has an index that ends in the tag's identity: over all, within a repository, and
 * within a profile, so that a page of a million tags costs what a page of a hundred costs, whatever narrows it.
 */
import type { Page, RepositoryTagQuery, Tag, TagQuery } from '@pharos/contract';
import { PROFILE_FIELDS, type Term, versionKeyOf } from '@pharos/library';
import { type RawBuilder, sql } from 'kysely';
import { after, cut } from './cursor.ts';
import { allOf, type Db, EXACT_TOTAL, plannedRows } from './database.ts';
import { decidedNowAs, decidedStates } from './decided-tags.ts';
import {
  aheadOf,
  everything,
  inRepositories,
  LIVE,
  merge,
  type PageRequest,
  placed,
  rowsOf,
  soonOf,
  sortedOf,
  WALKED,
  walk,
} from './tag-pages.ts';
import type { ProfileReader } from './tag-profiles.ts';
import { type TagRow, tagOf } from './tag-row.ts';
import { readSearch, type TagSearch } from './tag-search.ts';
import { keysOf, orderOf } from './tag-sorts.ts';

type Total = Pick<Page<Tag>, 'total' | 'totalIsEstimate'>;

/** Tags of every repository, or of one: then the order's index begins with it. @throws QueryError */
export async function listTags(db: Db, profiles: ProfileReader, query: TagQuery, now: Date): Promise<Page<Tag>> {
  const order = orderOf(query.sort, query.repositoryId !== undefined);
  const position = query.cursor === undefined ? [] : [after(order, query.cursor)];
  const request = { order, keys: keysOf(query.sort), position, limit: query.limit };
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
  const decided = await decidedPage(db, search, request, query, now);
  if (decided !== null && decided !== 'many') return page(decided.rows, { total: decided.total });
  const isDear = search.isLive && query.repositoryId === undefined && isDearToCount(search);
  const early = isDear ? ((await soonOf(db, search, request)) ?? (await ahead(db, search, request))) : null;
  const total = await estimate(db, search);
  if (early !== null) return page(early, { total, totalIsEstimate: true });
  const isMany = total > SURELY_MANY || decided === 'many';
  const few = isMany ? null : await sortedOf(db, everything(search), request, SURELY_MANY);
  if (few !== null) return page(few.rows, { total: few.total });
  const found = await many(db, search, request, query, { total, isWalked: isDear });
  if (found.total !== undefined) return page(found.rows, { total: found.total });
  // A first page that is not full holds all there is, whatever the planner thought.
  if (query.cursor === undefined && found.rows.length <= query.limit)
    return page(found.rows, { total: found.rows.length });
  return page(found.rows, { total, totalIsEstimate: true });
}

/**
 * Tags that somebody decided about stand by themselves, with their profile: where nothing else is asked of single tags than such a
 * state, all others are not looked at. null: more is asked.
 */
async function decidedPage(
  db: Db,
  search: TagSearch,
  request: PageRequest,
  query: TagQuery,
  now: Date,
): Promise<{ rows: TagRow[]; total: number } | 'many' | null> {
  const { isLive, terms, conditions } = search;
  const term = terms.find(({ field }) => field === 'state');
  const states = isLive && term !== undefined && conditions.length === 1 ? decidedStates(term) : null;
  if (states === null) return null;
  const narrowed = placed(search);
  const filters = [...decidedNowAs(states, now), ...narrowed];
  const isHeld = !/pushed|seen/.test(query.sort);
  if (
    !isHeld &&
    narrowed.length === 0 &&
    (await isMoreThanCounted(db, sql`from decided_tags t where ${allOf(filters)}`))
  )
    return 'many';
  const source = isHeld ? sql`decided_tags t` : timesOfDecided(filters);
  return (await sortedOf(db, filters, request, EXACT_TOTAL, source)) ?? 'many';
}

async function isMoreThanCounted(db: Db, hits: RawBuilder<unknown>): Promise<boolean> {
  const found = await sql<{
    n: number;
  }>`select count(*)::int as n from (select 1 ${hits} limit ${EXACT_TOTAL + 1}) hit`.execute(db);
  return found.rows[0]!.n > EXACT_TOTAL;
}

/** With the times that only tags have, looked up one by one: a join would read all tags for them. */
function timesOfDecided(filters: readonly RawBuilder<unknown>[]): RawBuilder<unknown> {
  return sql`(select t.*, x.pushed_at, x.first_seen_at from (select * from decided_tags t where ${allOf(filters)} limit ${EXACT_TOTAL + 1}) t
    cross join lateral (select x.pushed_at, x.first_seen_at from tags x
      where x.repository_id = t.repository_id and x.name = t.name offset 0) x) t`;
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
  if (total <= EXACT_TOTAL) return (await sortedOf(db, where, request, null))!.rows;
  return (await soonOf(db, search, request)) ?? rowsOf(db, order, merge(search, request, [inRepositories(search)]));
}

interface Found {
  readonly rows: TagRow[];
  /** How many hits there are, where that came out on the way. */
  readonly total?: number;
}

/** A page of more hits than are counted, as far as the planner knows. `isWalked`: they are not at the order's beginning. */
async function many(
  db: Db,
  search: TagSearch,
  request: PageRequest,
  query: TagQuery,
  { total, isWalked }: { total: number; isWalked: boolean },
): Promise<Found> {
  const { order } = request;
  const isEvery = search.fitting.length === search.candidates.length;
  const merging = async () => ({ rows: await rowsOf(db, order, merge(search, request, search.conditions)) });
  const isMergeable = search.isLive && search.repositoryIds === null;
  if (isMergeable && !isEvery && search.fitting.length <= MERGED_AT_ONCE) return merging();
  const where = [...everything(search), ...versionBounds(search.terms, query.sort)];
  const walking = async () => ({ rows: await rowsOf(db, order, walk(where, request)) });
  if (query.repositoryId !== undefined) return walking();
  const bounds = orderBounds(search.terms, query.sort);
  if (bounds === 'sorted') return walking();
  const soon = isWalked ? null : await soonOf(db, search, request, bounds);
  if (soon !== null) return { rows: soon };
  if (isMergeable && search.within !== null && search.fitting.length <= MERGED_LAST) return merging();
  const later = total > SURELY_DENSE ? await soonOf(db, search, request, bounds, 5 * WALKED) : null;
  if (later !== null) return { rows: later };
  return total <= COLLECTED ? (await sortedOf(db, where, request, null))! : walking();
}

/** Where a word or a label says which profiles can have it: the page out of their first tags. */
async function ahead(db: Db, search: TagSearch, request: PageRequest): Promise<TagRow[] | null> {
  if (search.within === null || search.repositoryIds !== null || search.fitting.length > MERGED_LAST) return null;
  return aheadOf(db, search, request);
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
