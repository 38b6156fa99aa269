/**
 * The queue: what was asked for, oldest first; then the newest builds of what is approved, newest first; then everything
 * else that is pending, newest first. The first two are few and are put together here; the rest is walked by its index.
 */
import type { ApprovalItem, ApprovalQuery, ApprovalWhy, Page } from '@pharos/contract';
import { versionKeyOf } from '@pharos/library';
import { type RawBuilder, sql } from 'kysely';
import { cardsOf } from './approval-cards.ts';
import { after, cursorAfter, decode, type Order, orderBy } from './cursor.ts';
import { allOf, countUpTo, type Db, iso, jsonText } from './database.ts';
import { digestsIn } from './decision-row.ts';

interface QueueRow {
  readonly why: ApprovalWhy;
  readonly digest: string;
  readonly at: Date;
}

const WHYS: readonly ApprovalWhy[] = ['requested', 'newer', 'waiting'];
/** So many requests, and so many lines of builds, are looked at. */
const MOST_REQUESTED = 5_000;
const MOST_LINES = 5_000;

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

const WAITING: Order<QueueRow> = {
  name: 'approvals-waiting',
  descending: true,
  keys: [
    { column: sql`i.first_seen_at`, type: 'time', read: (row) => iso(row.at) },
    { column: sql`i.digest`, type: 'text', read: (row) => row.digest },
  ],
};

export async function listApprovals(db: Db, query: ApprovalQuery, now: Date): Promise<Page<ApprovalItem>> {
  const { limit, cursor, why } = query;
  const [part, at, digest] = (cursor === undefined ? [0, null, null] : decode(QUEUE, cursor)) as [
    number,
    string | null,
    string | null,
  ];
  const requested = await requestedOf(db, query);
  const asked = new Set(requested.map((row) => row.digest));
  const newer = (await newerOf(db, query, now)).filter((row) => !asked.has(row.digest));
  const wants = (one: ApprovalWhy) => why === undefined || why === one;
  const first = [...(wants('requested') ? requested : []), ...(wants('newer') ? newer : [])];
  const from = at === null ? 0 : first.findIndex((row) => isAfter(row, part, at, digest!));
  const rows = from === -1 ? [] : first.slice(from, from + limit + 1);
  const others = [...asked, ...newer.map((row) => row.digest)];
  const where = waitingWhere(query, others);
  if (wants('waiting') && rows.length <= limit) {
    const bound =
      part === 2 && at !== null
        ? [after(WAITING, cursorAfter(WAITING, { why: 'waiting', at: new Date(at), digest: digest! }))]
        : [];
    const found = await sql<{ digest: string; at: Date }>`select i.digest, i.first_seen_at as at from images i
      where ${allOf([...where, ...bound])} order by ${orderBy(WAITING)} limit ${limit + 1 - rows.length}`.execute(db);
    rows.push(...found.rows.map((row): QueueRow => ({ ...row, why: 'waiting' })));
  }
  const kept = rows.slice(0, limit);
  const waiting = wants('waiting') ? await countUpTo(db, sql`from images i where ${allOf(where)}`) : { total: 0 };
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
    ...waiting,
    total: waiting.total + first.length,
  };
}

/** Within one part requests rise with time, newer builds fall. */
function isAfter(row: QueueRow, part: number, at: string, digest: string): boolean {
  const own = WHYS.indexOf(row.why);
  if (own !== part) return own > part;
  const order = compare(iso(row.at), at) || compare(row.digest, digest);
  return row.why === 'requested' ? order > 0 : order < 0;
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/** Images that somebody asked for, by the oldest open request. An image that left every repository waits for nothing. */
async function requestedOf(db: Db, query: ApprovalQuery): Promise<QueueRow[]> {
  const found = await sql<{ digest: string; at: Date }>`
    select q.digest, min(q.at) as at from approval_requests q
    where q.state = 'open' and ${standing(sql`q.digest`, query)} and ${assigned(sql`q.digest`, query)}
    group by q.digest order by min(q.at), q.digest limit ${MOST_REQUESTED}`.execute(db);
  return found.rows.map((row) => ({ ...row, why: 'requested' }));
}

interface Line {
  repository_id: string;
  major: number | null;
  flavour: string | null;
  sort_key: string;
}

/** The newest build of each line (repository, major, flavour) of which an older one is approved, when it is pending. */
async function newerOf(db: Db, query: ApprovalQuery, now: Date): Promise<QueueRow[]> {
  const ofRepository = query.repositoryId === undefined ? sql`true` : sql`t.repository_id = ${query.repositoryId}`;
  const lines = await sql<Line>`
    select t.repository_id, t.major, t.flavour, max(t.sort_key collate "C") as sort_key
    from image_states s join tags t on t.digest = s.digest
    where s.digest in (${digestsIn('approved', now)}) and t.presence <> 'retired' and not t.floating and ${ofRepository}
    group by t.repository_id, t.major, t.flavour limit ${MOST_LINES}`.execute(db);
  if (lines.rows.length === 0) return [];
  // Keys of one major stand together, so a line is looked for between its approved build and the next major.
  const bounded = lines.rows.map((line) => ({
    ...line,
    above: line.major === null ? '3' : versionKeyOf([line.major + 1]),
  }));
  const found = await sql<{ digest: string; at: Date }>`
    select distinct i.digest, i.first_seen_at as at
    from jsonb_to_recordset(${jsonText(bounded)}::jsonb)
      as l(repository_id uuid, major int, flavour text, sort_key text, above text)
    cross join lateral (
      select t.digest from tags t
      where t.repository_id = l.repository_id and t.sort_key > l.sort_key collate "C" and t.sort_key < l.above collate "C"
        and t.major is not distinct from l.major and t.flavour is not distinct from l.flavour
        and t.presence <> 'retired' and not t.floating
      order by t.sort_key desc, t.name desc limit 1) n
    join images i on i.digest = n.digest
    where i.undecided and ${assigned(sql`i.digest`, query)}
    order by i.first_seen_at desc, i.digest desc`.execute(db);
  return found.rows.map((row) => ({ ...row, why: 'newer' }));
}

function waitingWhere(query: ApprovalQuery, others: readonly string[]): RawBuilder<unknown>[] {
  return [
    sql`i.undecided`,
    standing(sql`i.digest`, query),
    ...(query.assignee === undefined ? [] : [assigned(sql`i.digest`, query)]),
    ...(others.length === 0 ? [] : [sql`not (i.digest = any(${[...others]}::text[]))`]),
  ];
}

/** It stands in some repository, or in the one asked for. */
function standing(digest: RawBuilder<unknown>, { repositoryId }: ApprovalQuery): RawBuilder<unknown> {
  const there = repositoryId === undefined ? sql`` : sql`and t.repository_id = ${repositoryId}`;
  return sql`exists (select from tags t where t.digest = ${digest} and t.presence <> 'retired' ${there})`;
}

function assigned(digest: RawBuilder<unknown>, { assignee }: ApprovalQuery): RawBuilder<unknown> {
  if (assignee === undefined) return sql`true`;
  return sql`${digest} in (select a.digest from approval_assignees a join public.users u on u.id = a.user_id
    where lower(u.name) = lower(${assignee}))`;
}
