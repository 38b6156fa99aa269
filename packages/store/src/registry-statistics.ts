/** How long scans of a registry take and what they spend, by the hour. Written last in its transaction: all scans do. */
import type { RegistryHistory, ScanCommit } from '@pharos/contract';
import { sql } from 'kysely';
import { type Db, first, iso } from './database.ts';
import type { OpenScan } from './scan-open.ts';

const KEPT_DAYS = 90;
/** Agents' clocks may jump: no scan of one repository is believed to have taken longer than a day. */
const MOST_SECONDS = 86_400;
/** Spans of up to this many days are drawn by the hour. */
const HOURLY_DAYS = 3;

export async function noteScan(trx: Db, scan: OpenScan, commit: ScanCommit, now: Date): Promise<void> {
  const took = (Date.parse(commit.finishedAt) - scan.started_at.getTime()) / 1000;
  const seconds = Math.min(Math.max(took, 0), MOST_SECONDS);
  const failed = commit.status === 'failed' ? 1 : 0;
  await note(trx, scan.registry_id, { scans: 1, failed, requests: commit.requests, seconds }, now);
}

/** What a sweep spent beside its scans. */
export async function noteSweep(trx: Db, registryId: string, requests: number, now: Date): Promise<void> {
  if (requests > 0) await note(trx, registryId, { scans: 0, failed: 0, requests, seconds: 0 }, now);
}

async function note(
  trx: Db,
  registryId: string,
  { scans, failed, requests, seconds }: { scans: number; failed: number; requests: number; seconds: number },
  now: Date,
): Promise<void> {
  await sql`insert into registry_statistics as s (registry_id, hour, scans, failed, requests, seconds, longest_seconds)
    values (${registryId}, date_trunc('hour', ${iso(now)}::timestamptz), ${scans}, ${failed}, ${requests}, ${seconds},
      ${seconds})
    on conflict (registry_id, hour) do update set scans = s.scans + excluded.scans, failed = s.failed + excluded.failed,
      requests = s.requests + excluded.requests, seconds = s.seconds + excluded.seconds,
      longest_seconds = greatest(s.longest_seconds, excluded.longest_seconds)`.execute(trx);
}

interface SpanRow {
  at: Date;
  scans: number;
  failed: number;
  requests: number;
  seconds: number;
  longest: number;
}

/** Oldest first, spans without a scan left out; null: no such registry. */
export async function registryHistory(db: Db, id: string, days: number, now: Date): Promise<RegistryHistory | null> {
  if ((await first(sql`select 1 from registries where id = ${id}`, db)) === null) return null;
  const step = days <= HOURLY_DAYS ? 'hour' : 'day';
  const since = iso(new Date(now.getTime() - days * 86_400_000));
  const found = await sql<SpanRow>`
    select date_trunc(${step}, hour, 'UTC') as at, sum(scans)::int as scans, sum(failed)::int as failed,
      sum(requests)::bigint as requests, sum(seconds) as seconds, max(longest_seconds) as longest
    from registry_statistics where registry_id = ${id} and hour > ${since} group by 1 order by 1`.execute(db);
  const spans = found.rows.map(({ at, longest, ...row }) => ({ at: iso(at), ...row, longestSeconds: longest }));
  return { step, spans };
}

export async function pruneRegistryStatistics(db: Db, now: Date): Promise<void> {
  const oldest = iso(new Date(now.getTime() - KEPT_DAYS * 86_400_000));
  await sql`delete from registry_statistics where hour < ${oldest}`.execute(db);
}
