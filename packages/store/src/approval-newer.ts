/**
 * The newest builds of what is approved. A line of builds is a repository, major and flavour; lines with something approved are
 * found by one step in an index each, and so are the newest approved and the newest build of all in each of them.
 */
import { type RawBuilder, sql } from 'kysely';
import { type Db, first, iso } from './database.ts';
import { decidedNow } from './decision-row.ts';

/** So many lines are looked at. */
const MOST_LINES = 5_000;
/** Up to so many approved builds are read in one go; among more, each line is stepped to. */
const MOST_GROUPED = 50_000;

/** The line of `tags t`, as the index has it. */
export const LINE_OF_TAG = sql`t.repository_id, coalesce(t.major, -1), coalesce(t.flavour, '') collate "C"`;

/**
 * SQL: the newest approved build `b` of a line, as `decided_tags b, image_states s`. An approval that has ended stands in the table
 * until that is written down, so the state is asked for once more.
 */
export function newestApproved(
  line: RawBuilder<unknown>,
  columns: RawBuilder<unknown>,
  now: Date,
  where: RawBuilder<unknown> = sql`true`,
): RawBuilder<unknown> {
  return sql`select ${columns} from decided_tags b join image_states s on s.digest = b.digest
    where (b.repository_id, b.major, b.flavour) = (${line}) and b.state = 'approved' and not b.floating
      and s.state = 'approved' and ${decidedNow(now)} and ${where}
    order by b.sort_key desc, b.name desc limit 1`;
}

/** Pending images that are the newest build of a line of which an older one is approved, newest first. */
export async function newerBuilds(
  db: Db,
  repositoryId: string | undefined,
  now: Date,
  mostGrouped = MOST_GROUPED,
): Promise<{ digest: string; at: Date }[]> {
  const inIt = repositoryId === undefined ? sql`` : sql`and b.repository_id = ${repositoryId}`;
  const approved = sql`decided_tags b where b.state = 'approved' and not b.floating ${inIt}`;
  const isMany = (await first(sql`select 1 from ${approved} offset ${mostGrouped} limit 1`, db)) !== null;
  const found = await sql<{ digest: string; at: Date }>`
    with recursive ${isMany ? steppedLines(approved, now) : groupedLines(approved, now)}
    select distinct i.digest, i.first_seen_at as at from lines l
    cross join lateral (
      select t.digest from tags t
      where (${LINE_OF_TAG}) = (l.repository_id, l.major, l.flavour) and t.sort_key > l.sort_key
        and t.presence <> 'retired' and not t.floating
      order by t.sort_key desc, t.name desc limit 1) n
    join images i on i.digest = n.digest
    where i.undecided order by i.first_seen_at desc, i.digest desc`.execute(db);
  return found.rows;
}

/** `lines`: each with its newest approved build. */
function groupedLines(approved: RawBuilder<unknown>, now: Date): RawBuilder<unknown> {
  return sql`over as materialized (select s.digest from image_states s
      where s.state = 'approved' and s.expires_at <= ${iso(now)}::timestamptz),
    lines as materialized (
      select b.repository_id, b.major, b.flavour, max(b.sort_key) as sort_key from ${approved}
        and b.digest not in (select digest from over)
      group by 1, 2, 3 order by 1, 2, 3 limit ${MOST_LINES})`;
}

/** The same, one step in an index for each line, however many builds it has. */
function steppedLines(approved: RawBuilder<unknown>, now: Date): RawBuilder<unknown> {
  const next = (after: RawBuilder<unknown>) => sql`select b.repository_id, b.major, b.flavour from ${approved} ${after}
    order by b.repository_id, b.major, b.flavour limit 1`;
  return sql`walk as (
      (${next(sql``)})
      union all
      select n.* from walk w cross join lateral (
        ${next(sql`and (b.repository_id, b.major, b.flavour) > (w.repository_id, w.major, w.flavour)`)}) n),
    steps as materialized (select * from walk limit ${MOST_LINES}),
    lines as materialized (select l.*, a.sort_key from steps l
      cross join lateral (${newestApproved(sql`l.repository_id, l.major, l.flavour`, sql`b.sort_key`, now)}) a)`;
}
