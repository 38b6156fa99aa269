/** The end of a sweep over a registry: what the agent says of it, and the sum of its scans. */
import type { ScanCommitted } from '@pharos/contract';
import { sql } from 'kysely';
import { type Db, first, iso, json } from './database.ts';
import { noteSweep } from './registry-statistics.ts';
import { tellSweep } from './scan-activity.ts';
import type { CommitInput } from './scan-commit.ts';
import { endOvertaken, noteRequests, noteSpool, openScan } from './scan-open.ts';
import { SUMS } from './scan-row.ts';

interface Sums {
  requests: number | null;
  listed: number | null;
  seen: number | null;
  added: number | null;
  moved: number | null;
  missing: number | null;
  retired: number | null;
  failed: number | null;
}

/** Requests of a sweep are all that it cost: at least those of its scans, which are counted for the registry already. */
export function commitSweep(db: Db, { id, commit, now }: CommitInput): Promise<ScanCommitted> {
  return db.transaction().execute(async (trx) => {
    const scan = await openScan(trx, id, true);
    if (scan.answer !== null) return scan.answer;
    const sums = await first(sql<Sums>`select ${SUMS} from scans k where k.parent_id = ${id}`, trx);
    const counts = {
      added: sums?.added ?? 0,
      moved: sums?.moved ?? 0,
      missing: sums?.missing ?? 0,
      retired: sums?.retired ?? 0,
    };
    const answer: ScanCommitted = { scanId: id, status: commit.status, ...counts, message: commit.message };
    await sql`update scans set status = ${commit.status}, finished_at = ${iso(commit.finishedAt)}, heard_at = ${iso(now)},
        requests = ${Math.max(commit.requests, sums?.requests ?? 0)}, listed = ${sums?.listed ?? 0},
        seen = ${sums?.seen ?? 0}, added = ${counts.added}, moved = ${counts.moved}, missing = ${counts.missing},
        retired = ${counts.retired}, failed = ${Math.max(commit.failedCount, sums?.failed ?? 0)}, progress = null,
        message = ${commit.message}, code = ${commit.code}, hint = ${commit.hint},
        failures = ${json(commit.failures)}, answer = ${json(answer)}
      where id = ${id}`.execute(trx);
    const { status, message } = commit;
    await tellSweep(trx, { id, registryId: scan.registry_id }, { status, message, now });
    await noteSpool(trx, scan, commit.spoolDepth);
    await noteSweep(trx, scan.registry_id, Math.max(0, commit.requests - (sums?.requests ?? 0)), now);
    await noteRequests(trx, scan.registry_id, Math.max(0, commit.requests - (sums?.requests ?? 0)), now);
    await endOvertaken(trx, { ...scan, status: commit.status, now });
    return answer;
  });
}
