/** A scan between its begin and its commit: its row, its staged tags, and whether they are what the agent sent. */
import { createHash } from 'node:crypto';
import type { ScanCommit, ScanCommitted } from '@pharos/contract';
import { setDigestText } from '@pharos/library';
import { sql } from 'kysely';
import { type Db, first, iso } from './database.ts';
import { StoreError } from './errors.ts';
import { refuseStaleAgent, stale } from './scan-begin.ts';
import type { StagedTag } from './scan-chunk.ts';
import type { TagReport } from './scan-tags.ts';

export interface OpenScan {
  readonly id: string;
  readonly parent_id: string | null;
  readonly registry_id: string;
  readonly repository: string | null;
  readonly repository_id: string | null;
  readonly agent_id: string | null;
  readonly epoch: number;
  readonly status: string;
  readonly started_at: Date;
  readonly rule_ids: string[];
  readonly only_tags: string[] | null;
  readonly answer: ScanCommitted | null;
}

/** The scan, locked when `lock`. Throws `stale-scan` for one that cannot be committed. */
export async function openScan(db: Db, id: string, lock: boolean): Promise<OpenScan> {
  const scan = await first(
    sql<OpenScan>`select id, parent_id, registry_id, repository, repository_id, agent_id, epoch, status, started_at,
      rule_ids, only_tags, answer from scans where id = ${id} ${lock ? sql`for update` : sql``}`,
    db,
  );
  if (scan === null || scan.agent_id === null) throw stale('This scan was not begun here.');
  if (scan.answer !== null) return scan;
  await refuseStaleAgent(db, scan.agent_id, scan.epoch);
  if (scan.status !== 'running') throw stale('This scan was given up because its agent was silent.');
  return scan;
}

/**
 * Ends scans that this one has overtaken. An agent keeps one report of a repository, the newest: a scan that began earlier
 * and is still open here will never be reported, and whoever asked for it has the answer in this one.
 */
export async function endOvertaken(
  trx: Db,
  scan: OpenScan & { status: ScanCommit['status']; now: Date },
): Promise<void> {
  await sql`update scans set status = ${scan.status}, finished_at = ${iso(scan.now)}, progress = null,
      message = 'A scan that began later answered for this one.'
    where registry_id = ${scan.registry_id} and repository_id is not distinct from ${scan.repository_id}::uuid
      and status = 'running' and id <> ${scan.id} and started_at <= ${iso(scan.started_at)}`.execute(trx);
}

/** A name sent twice counts once, as it was sent last. */
export async function stagedTags(db: Db, id: string): Promise<Map<string, TagReport>> {
  const chunks = await sql<{ tags: string }>`
    select tags from scan_chunks where scan_id = ${id} order by n`.execute(db);
  const tags = chunks.rows.flatMap((chunk) => JSON.parse(chunk.tags) as StagedTag[]);
  return new Map(tags.map(([name, digest, pushedAt]) => [name, { name, digest, pushedAt: iso(pushedAt) }]));
}

/**
 * What the library has as present: the set of a report that says that nothing changed. Throws `set-digest-mismatch` when
 * an image of it was never read here (a database restored in part), so that the agent sends all of it.
 */
export async function presentTags(db: Db, id: string, repositoryId: string): Promise<Map<string, TagReport>> {
  const unread = await first(
    sql`select 1 from tags t where t.repository_id = ${repositoryId} and t.presence = 'present'
      and not exists (select from images i where i.digest = t.digest) limit 1`,
    db,
  );
  if (unread !== null) {
    await beginAgain(db, id);
    throw new StoreError(
      'set-digest-mismatch',
      'The library misses images of this repository.',
      'Send the scan again.',
    );
  }
  const found = await sql<{ name: string; digest: string; pushed_at: Date | null }>`
    select name, digest, pushed_at from tags where repository_id = ${repositoryId} and presence = 'present'`.execute(
    db,
  );
  return new Map(
    found.rows.map((row) => [row.name, { name: row.name, digest: row.digest, pushedAt: iso(row.pushed_at) }]),
  );
}

/** A report is taken whole or not at all. After a mismatch the next report begins at the first chunk. */
export async function verify(db: Db, id: string, commit: ScanCommit, staged: Map<string, TagReport>): Promise<void> {
  const hash = createHash('sha256');
  for (const line of setDigestText(staged.values())) hash.update(line);
  const isWhole = commit.setDigest === null ? staged.size === 0 : commit.setDigest === hash.digest('hex');
  if (isWhole && commit.tagCount === staged.size) return;
  await beginAgain(db, id);
  throw new StoreError(
    'set-digest-mismatch',
    `The report was to have ${commit.tagCount} tags and another sum; ${staged.size} arrived.`,
    'Send the scan again from the first chunk.',
  );
}

/** The next report of this scan begins at the first chunk. */
async function beginAgain(db: Db, id: string): Promise<void> {
  await sql`delete from scan_chunks where scan_id = ${id}`.execute(db);
  await sql`update scans set next_chunk = 0 where id = ${id} and answer is null`.execute(db);
}

/** What the agent says of itself beside its report. A long poll says it too, but only when it ends. */
export async function noteSpool(trx: Db, scan: OpenScan, spoolDepth: number | undefined): Promise<void> {
  if (spoolDepth === undefined) return;
  await sql`update agents set spool_depth = ${spoolDepth} where id = ${scan.agent_id}`.execute(trx);
}

/** What a scan cost is spent by the first rule that takes its repository. */
export async function noteRuleRequests(trx: Db, scan: OpenScan, requests: number, now: Date): Promise<void> {
  const ruleId = scan.rule_ids[0];
  if (ruleId === undefined || requests === 0) return;
  await sql`insert into rule_requests as q (rule_id, hour, requests)
    select id, date_trunc('hour', ${iso(now)}::timestamptz), ${requests} from rules where id = ${ruleId}
    on conflict (rule_id, hour) do update set requests = q.requests + excluded.requests`.execute(trx);
}

/** Last in its transaction, because every scan of a registry writes these two rows. */
export async function noteRequests(trx: Db, registryId: string, requests: number, now: Date): Promise<void> {
  await sql`insert into registry_requests as q (registry_id, hour, requests)
    values (${registryId}, date_trunc('hour', ${iso(now)}::timestamptz), ${requests})
    on conflict (registry_id, hour) do update set requests = q.requests + excluded.requests`.execute(trx);
  await sql`update registries set last_scan_at = greatest(last_scan_at, ${iso(now)}) where id = ${registryId}`.execute(
    trx,
  );
}
