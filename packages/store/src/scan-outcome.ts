/** What came of a scan: its counts, what is said of it, and its row once it is over. */
import type { ScanCommit, ScanCommitted } from '@pharos/contract';
import type { Reconciliation } from '@pharos/library';
import { sql } from 'kysely';
import { type Db, iso, json } from './database.ts';
import { noteScan } from './registry-statistics.ts';
import { tellOutcome } from './scan-activity.ts';
import { endOvertaken, noteRequests, noteRuleRequests, noteSpool, type OpenScan } from './scan-open.ts';
import type { KnownRow } from './scan-tags.ts';

type Counts = Pick<ScanCommitted, 'added' | 'moved' | 'missing' | 'retired'>;

/** Tags that come back after they were retired count as added; those that were only missing were here all the time. */
export function countsOf(changes: Reconciliation, known: readonly KnownRow[]): Counts {
  const retired = new Set(known.filter((row) => row.presence === 'retired').map((row) => row.name));
  const back = changes.reappeared.filter(({ name }) => retired.has(name)).length;
  const movedBack = changes.reappeared.filter(({ digest, previous }) => digest !== previous).length;
  return {
    added: changes.added.length + back,
    moved: changes.moved.length + movedBack,
    missing: changes.missing.length,
    retired: changes.retired.length + changes.released.length,
  };
}

export const SUPERSEDED = 'A later scan of this repository was taken already, so this one changed nothing.';

export function releasedMessage(count: number): string {
  if (count === 0) return '';
  return `${count} ${count === 1 ? 'tag' : 'tags'} left the library because no rule takes them any more.`;
}

/** Codes by which the registry client says that it may not read (any more). */
const ACCESS_LOST = new Set(['unauthorized', 'forbidden', 'policy-blocked', 'token-failed', 'token-realm-refused']);

export function warningsOf(commit: ScanCommit, changes: Reconciliation): string[] {
  if (changes.held !== null) return [`${changes.held.message} ${changes.held.hint}`];
  if (commit.status !== 'complete' && commit.code !== null && ACCESS_LOST.has(commit.code)) {
    return [`Access lost: ${commit.message} What was known before stays as it was.`];
  }
  return [];
}

export async function finishScan(
  trx: Db,
  { commit, now }: { readonly commit: ScanCommit; readonly now: Date },
  scan: OpenScan,
  outcome: Counts & { message: string },
): Promise<ScanCommitted> {
  const answer: ScanCommitted = { scanId: scan.id, status: commit.status, ...outcome };
  await sql`update scans set status = ${commit.status}, finished_at = ${iso(commit.finishedAt)}, heard_at = ${iso(now)},
      requests = ${commit.requests}, listed = ${commit.listedCount}, seen = ${commit.tagCount},
      added = ${outcome.added}, moved = ${outcome.moved}, missing = ${outcome.missing}, retired = ${outcome.retired},
      failed = ${commit.failedCount}, progress = null, message = ${outcome.message}, code = ${commit.code},
      hint = ${commit.hint}, failures = ${json(commit.failures)}, answer = ${json(answer)}
    where id = ${scan.id}`.execute(trx);
  await sql`delete from scan_chunks where scan_id = ${scan.id}`.execute(trx);
  await sql`update scans set heard_at = greatest(heard_at, ${iso(now)}) where id = ${scan.parent_id}
    and status = 'running'`.execute(trx);
  await tellOutcome(trx, scan, { status: commit.status, message: commit.message, now });
  await noteSpool(trx, scan, commit.spoolDepth);
  await noteRuleRequests(trx, scan, commit.requests, now);
  await noteScan(trx, scan, commit, now);
  await noteRequests(trx, scan.registry_id, commit.requests, now);
  if (scan.only_tags === null) await endOvertaken(trx, { ...scan, status: commit.status, now });
  return answer;
}
