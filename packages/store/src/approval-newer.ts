/**
 * The newest builds of what is approved. A line of builds is a repository, major and flavour; lines with something approved are
 * found by one step in an index each, and so are the newest approved and the newest build of all in each of them.
 */
import { type RawBuilder, sql } from 'kysely';
import type { Db } from './database.ts';
import { decidedNow } from './decision-row.ts';

/** So many lines are looked at. */
const MOST_LINES = 5_000;

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
): Promise<{ digest: string; at: Date }[]> {
  const inIt = repositoryId === undefined ? sql`` : sql`and b.repository_id = ${repositoryId}`;
  const first = (after: RawBuilder<unknown>) => sql`select b.repository_id, b.major, b.flavour from decided_tags b
    where b.state = 'approved' and not b.floating ${inIt} ${after} order by b.repository_id, b.major, b.flavour limit 1`;
  const found = await sql<{ digest: string; at: Date }>`
    with recursive walk as (
      (${first(sql``)})
      union all
      select n.* from walk w cross join lateral (
        ${first(sql`and (b.repository_id, b.major, b.flavour) > (w.repository_id, w.major, w.flavour)`)}) n),
    lines as materialized (select * from walk limit ${MOST_LINES})
    select distinct i.digest, i.first_seen_at as at from lines l
    cross join lateral (${newestApproved(sql`l.repository_id, l.major, l.flavour`, sql`b.sort_key`, now)}) a
    cross join lateral (
      select t.digest from tags t
      where (${LINE_OF_TAG}) = (l.repository_id, l.major, l.flavour) and t.sort_key > a.sort_key
        and t.presence <> 'retired' and not t.floating
      order by t.sort_key desc, t.name desc limit 1) n
    join images i on i.digest = n.digest
    where i.undecided order by i.first_seen_at desc, i.digest desc`.execute(db);
  return found.rows;
}
