/** Tags that point to a decided image (`decided_tags`, kept by triggers): counted by state, and looked after. */
import type { ImageState } from '@pharos/contract';
import { sql } from 'kysely';
import { type Db, EXACT_TOTAL, iso } from './database.ts';

type Decided = Exclude<ImageState, 'pending'>;

/** Longer than any commit of a scan takes. */
export const LOOKED_AFTER_MS = 10 * 60_000;

/** Tags of a state, in one repository or in all (null). At most one more than EXACT_TOTAL in all of them. */
export async function countDecided(db: Db, state: Decided, repositoryId: string | null, now: Date): Promise<number> {
  const where = sql`d.state = ${state} ${repositoryId === null ? sql`` : sql`and d.repository_id = ${repositoryId}`}`;
  const most = repositoryId === null ? sql`limit ${EXACT_TOTAL + 1}` : sql``;
  const found = await sql<{
    n: number;
  }>`select count(*)::int as n from (select 1 from decided_tags d where ${where} ${most}) d`.execute(db);
  const n = found.rows[0]?.n ?? 0;
  if (state !== 'approved' || n === 0 || n > EXACT_TOTAL) return n;
  // What has ended is written down within a minute: until then it is subtracted.
  const over = await sql<{ n: number }>`with over as materialized (select s.digest from image_states s
      where s.expires_at <= ${iso(now)}::timestamptz and s.state = 'approved')
    select count(*)::int as n from over join decided_tags d on d.digest = over.digest where ${where}`.execute(db);
  return n - (over.rows[0]?.n ?? 0);
}

/**
 * A decision and the commit of a scan that change the same tag at the same time do not see each other, and so their triggers miss
 * what the other one does. What was decided lately is put in order here.
 */
export async function tidyDecidedTags(trx: Db, now: Date): Promise<void> {
  const lately = sql`s.decided_at > ${iso(new Date(now.getTime() - LOOKED_AFTER_MS))}::timestamptz`;
  await sql`delete from decided_tags d using image_states s
    where ${lately} and d.digest = s.digest and not exists (select from tags t where t.repository_id = d.repository_id
      and t.name = d.name and t.digest = d.digest and t.presence <> 'retired' and s.state <> 'pending')`.execute(trx);
  await sql`insert into decided_tags as d (repository_id, name, digest, state, floating, major, flavour, sort_key)
    select t.repository_id, t.name, t.digest, s.state, t.floating, coalesce(t.major, -1), coalesce(t.flavour, ''), t.sort_key
    from image_states s join tags t on t.digest = s.digest
    where ${lately} and s.state <> 'pending' and t.presence <> 'retired' order by t.digest, t.repository_id, t.name
    on conflict (repository_id, name, digest) do update set state = excluded.state
    where d.state <> excluded.state`.execute(trx);
}
