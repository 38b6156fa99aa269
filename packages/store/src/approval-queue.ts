/**
 * The queue: what was asked for, oldest first; then the newest builds of what is approved, newest first; then everything
 * else that is pending, newest first. The first and the last are walked by their indexes from the cursor on; the second is
 * few and is put together here.
 */
import type { ApprovalItem, ApprovalQuery, ApprovalWhy, Page } from '@pharos/contract';
import { type RawBuilder, sql } from 'kysely';
import { cardsOf } from './approval-cards.ts';
import { newerBuilds } from './approval-newer.ts';
import { after, cursorAfter, decode, type Order, orderBy } from './cursor.ts';
import { allOf, countUpTo, type Db, EXACT_TOTAL, first, iso, plannedRows } from './database.ts';

interface QueueRow {
  readonly why: ApprovalWhy;
  readonly digest: string;
  readonly at: Date;
}

/** Where a cursor stands. */
interface Position {
  readonly why: ApprovalWhy;
  readonly at: Date;
  readonly digest: string;
}

const WHYS: readonly ApprovalWhy[] = ['requested', 'newer', 'waiting'];
/** So many images of one person, and of a repository that is read by its own tags. */
const MOST_ASSIGNED = 5_000;
const SMALL_REPOSITORY = 10_000;

/** Cursors only: which part, and where in it. */
const QUEUE: Order<QueueRow> = {
  name: 'approvals',
  descending: false,
  keys: [
    { column: sql`0`, type: 'number', read: (row) => WHYS.indexOf(row.why) },
    { column: sql`0`, type: 'time', read: (row) => iso(row.at) },
    { column: sql`0`, type: 'text', read: (row) => row.digest },
  ],
};

const REQUESTED: Order<QueueRow> = {
  name: 'approvals-requested',
  descending: false,
  keys: [
    { column: sql`q.at`, type: 'time', read: (row) => iso(row.at) },
    { column: sql`q.digest`, type: 'text', read: (row) => row.digest },
  ],
};

const WAITING: Order<QueueRow> = {
  name: 'approvals-waiting',
  descending: true,
  keys: [
    { column: sql`i.first_seen_at`, type: 'time', read: (row) => iso(row.at) },
    { column: sql`i.digest`, type: 'text', read: (row) => row.digest },
  ],
};

/** What narrows the queue, read once for all its parts. */
interface Scope {
  readonly repositoryId: string | undefined;
  /** Its tags, when the repository is small enough to begin with them. */
  readonly isSmall: boolean;
  /** Digests that the person is assigned; null: nobody was asked for. */
  readonly assigned: readonly string[] | null;
}

export async function listApprovals(db: Db, query: ApprovalQuery, now: Date): Promise<Page<ApprovalItem>> {
  const { limit, cursor, why } = query;
  const from = cursor === undefined ? null : positionOf(cursor);
  const scope = await scopeOf(db, query);
  const parts = WHYS.filter((part) => (why === undefined || why === part) && WHYS.indexOf(part) >= partOf(from));
  const rows: QueueRow[] = [];
  let newer: QueueRow[] | null = null;
  for (const part of parts) {
    const left = limit + 1 - rows.length;
    if (left <= 0) break;
    const at = from?.why === part ? from : null;
    if (part === 'requested') rows.push(...(await requestedOf(db, scope, at, left)));
    else {
      newer ??= await newerOf(db, scope, now);
      const mine = part === 'newer' ? newer.filter((row) => at === null || isOlder(row, at)) : null;
      rows.push(...(mine?.slice(0, left) ?? (await waitingOf(db, scope, newer, at, left))));
    }
  }
  const kept = rows.slice(0, limit);
  const total = await totalOf(db, scope, why, async () => newer ?? newerOf(db, scope, now));
  const cards = await cardsOf(
    db,
    kept.map((row) => row.digest),
    now,
  );
  return {
    items: kept.flatMap((row) => {
      const card = cards.get(row.digest);
      return card === undefined ? [] : [{ ...card, why: row.why }];
    }),
    next: rows.length > limit ? cursorAfter(QUEUE, kept.at(-1)!) : null,
    ...total,
  };
}

function positionOf(cursor: string): Position {
  const [part, at, digest] = decode(QUEUE, cursor) as [number, string, string];
  return { why: WHYS[part] ?? 'waiting', at: new Date(at), digest };
}

function partOf(from: Position | null): number {
  return from === null ? 0 : WHYS.indexOf(from.why);
}

function isOlder(row: QueueRow, { at, digest }: Position): boolean {
  const [one, other] = [iso(row.at), iso(at)];
  return one < other || (one === other && row.digest < digest);
}

async function scopeOf(db: Db, { repositoryId, assignee }: ApprovalQuery): Promise<Scope> {
  const repository =
    repositoryId === undefined
      ? null
      : await first(sql<{ tag_count: number }>`select tag_count from repositories where id = ${repositoryId}`, db);
  const assigned =
    assignee === undefined
      ? null
      : await sql<{ digest: string }>`select a.digest from approval_assignees a join public.users u on u.id = a.user_id
          where lower(u.name) = lower(${assignee}) limit ${MOST_ASSIGNED}`.execute(db);
  return {
    repositoryId,
    isSmall: repositoryId !== undefined && (repository?.tag_count ?? 0) <= SMALL_REPOSITORY,
    assigned: assigned?.rows.map(({ digest }) => digest) ?? null,
  };
}

/** Images that somebody asked for, by the oldest open request. An image that left every repository waits for nothing. */
async function requestedOf(db: Db, scope: Scope, from: Position | null, limit: number): Promise<QueueRow[]> {
  const where = [...requestedWhere(scope), ...(from === null ? [] : [after(REQUESTED, cursorAfter(REQUESTED, from))])];
  const found = await sql<{ digest: string; at: Date }>`select q.digest, q.at from approval_requests q
    where ${allOf(where)} order by ${orderBy(REQUESTED)} limit ${limit}`.execute(db);
  return found.rows.map((row) => ({ ...row, why: 'requested' }));
}

function requestedWhere(scope: Scope): RawBuilder<unknown>[] {
  const isOldest = sql`not exists (select from approval_requests o
    where o.digest = q.digest and o.state = 'open' and (o.at, o.id) < (q.at, q.id))`;
  return [sql`q.state = 'open'`, isOldest, standing(sql`q.digest`, scope), ...assignedTo(sql`q.digest`, scope)];
}

const ASKED_FOR = sql`exists (select from approval_requests q where q.digest = i.digest and q.state = 'open')`;

/** Without those that somebody asked for: they are in the queue already. */
async function newerOf(db: Db, { repositoryId, assigned }: Scope, now: Date): Promise<QueueRow[]> {
  const builds = await newerBuilds(db, repositoryId, now);
  const mine = assigned === null ? null : new Set(assigned);
  const shown = builds.filter(({ digest }) => mine?.has(digest) ?? true);
  if (shown.length === 0) return [];
  const asked = await sql<{ digest: string }>`select distinct digest from approval_requests where state = 'open'
    and digest = any(${shown.map(({ digest }) => digest)}::text[])`.execute(db);
  const isAsked = new Set(asked.rows.map(({ digest }) => digest));
  return shown.filter(({ digest }) => !isAsked.has(digest)).map((row) => ({ ...row, why: 'newer' }));
}

async function waitingOf(
  db: Db,
  scope: Scope,
  newer: readonly QueueRow[],
  from: Position | null,
  limit: number,
): Promise<QueueRow[]> {
  const where = [
    ...undecidedWhere(scope),
    sql`not ${ASKED_FOR}`,
    // PostgreSQL looks these up in a table of its own; NOT (… = ANY) it would walk for each row.
    ...(newer.length === 0 ? [] : [sql`i.digest <> all(${newer.map(({ digest }) => digest)}::text[])`]),
    ...(from === null ? [] : [after(WAITING, cursorAfter(WAITING, from))]),
  ];
  const found = await sql<{ digest: string; at: Date }>`select i.digest, i.first_seen_at as at from images i
    where ${allOf(where)} order by ${orderBy(WAITING)} limit ${limit}`.execute(db);
  return found.rows.map((row) => ({ ...row, why: 'waiting' }));
}

function undecidedWhere(scope: Scope): RawBuilder<unknown>[] {
  return [sql`i.undecided`, standing(sql`i.digest`, scope), ...assignedTo(sql`i.digest`, scope)];
}

/**
 * All parts together are what is undecided, and what was asked for though it is decided. Beyond EXACT_TOTAL undecided images the
 * planner's number is told: to count who of them stands somewhere would be most of the work of a page.
 */
async function totalOf(
  db: Db,
  scope: Scope,
  why: ApprovalWhy | undefined,
  newerOnes: () => Promise<readonly QueueRow[]>,
): Promise<Pick<Page<unknown>, 'total' | 'totalIsEstimate'>> {
  if (why === 'newer') return { total: (await newerOnes()).length };
  if (why === 'requested') return countUpTo(db, sql`from approval_requests q where ${allOf(requestedWhere(scope))}`);
  const asked = sql`from approval_requests q join images i on i.digest = q.digest where ${allOf(requestedWhere(scope))}`;
  const more =
    why === undefined
      ? (await countUpTo(db, sql`${asked} and not i.undecided`)).total
      : -(await newerOnes()).length - (await countUpTo(db, sql`${asked} and i.undecided`)).total;
  const counted = await undecidedTotal(db, scope);
  return { ...counted, total: Math.max(0, counted.total + more) };
}

async function undecidedTotal(db: Db, scope: Scope): Promise<Pick<Page<unknown>, 'total' | 'totalIsEstimate'>> {
  const { repositoryId, isSmall, assigned } = scope;
  if (assigned === null && !isSmall) {
    const isMore = await first(sql`select 1 from images i where i.undecided offset ${EXACT_TOTAL} limit 1`, db);
    if (isMore !== null && repositoryId === undefined) {
      const planned = await plannedRows(db, sql`from images i where i.undecided`);
      return { total: Math.max(EXACT_TOTAL + 1, planned), totalIsEstimate: true };
    }
    if (isMore !== null) return { total: await undecidedTags(db, repositoryId!), totalIsEstimate: true };
  }
  return countUpTo(db, sql`from images i where ${allOf(undecidedWhere(scope))}`);
}

/** Tags, not images: of a large repository that is near enough. */
async function undecidedTags(db: Db, repositoryId: string): Promise<number> {
  const counted = await first(
    sql<{ n: number }>`select r.tag_count - (select count(*) from decided_tags d where d.repository_id = r.id)::int as n
      from repositories r where r.id = ${repositoryId}`,
    db,
  );
  return Math.max(0, counted?.n ?? 0);
}

/** It stands in some repository, or in the one asked for; a small one is begun with. */
function standing(digest: RawBuilder<unknown>, { repositoryId, isSmall }: Scope): RawBuilder<unknown> {
  if (isSmall) {
    return sql`${digest} in (select t.digest from tags t where t.repository_id = ${repositoryId} and t.presence <> 'retired'
      offset 0)`;
  }
  const there = repositoryId === undefined ? sql`` : sql`and t.repository_id = ${repositoryId}`;
  return sql`exists (select from tags t where t.digest = ${digest} and t.presence <> 'retired' ${there})`;
}

function assignedTo(digest: RawBuilder<unknown>, { assigned }: Scope): RawBuilder<unknown>[] {
  return assigned === null ? [] : [sql`${digest} = any(${[...assigned]}::text[])`];
}
