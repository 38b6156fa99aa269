/** Scans as rows, and as the contract shows them. */
import type { Scan, ScanCommitted } from '@pharos/contract';
import { type RawBuilder, sql } from 'kysely';
import { type Db, first, iso } from './database.ts';

export interface ScanRow {
  id: string;
  parent_id: string | null;
  registry_id: string;
  registry: string;
  repository_id: string | null;
  repository: string | null;
  location_id: string;
  agent_id: string | null;
  epoch: number;
  trigger: Scan['trigger'];
  only_tags: string[] | null;
  status: Scan['status'];
  started_at: Date;
  finished_at: Date | null;
  requests: number;
  listed: number;
  seen: number;
  added: number;
  moved: number;
  missing: number;
  retired: number;
  failed: number;
  progress: Scan['progress'];
  message: string;
  code: string | null;
  hint: string | null;
  failures: Scan['failures'];
  rule_ids: string[];
  next_chunk: number;
  answer: ScanCommitted | null;
}

/** A running sweep shows the sum of what its scans have come to so far. */
export const SCAN_COLUMNS: RawBuilder<ScanRow> = sql`
  s.id, s.parent_id, s.registry_id, g.name as registry, s.repository_id, s.repository, s.location_id, s.agent_id,
  s.epoch, s.trigger, s.only_tags, s.status, s.started_at, s.finished_at, s.progress, s.message, s.code, s.hint, s.failures,
  s.rule_ids, s.next_chunk, s.answer,
  greatest(s.requests, c.requests) as requests, coalesce(c.listed, s.listed) as listed, coalesce(c.seen, s.seen) as seen,
  coalesce(c.added, s.added) as added, coalesce(c.moved, s.moved) as moved, coalesce(c.missing, s.missing) as missing,
  coalesce(c.retired, s.retired) as retired, coalesce(c.failed, s.failed) as failed`;

/** Sums over the scans of a sweep `s`; null columns for none. */
export const SUMS = sql`
  sum(k.requests)::bigint as requests, sum(k.listed)::bigint as listed, sum(k.seen)::bigint as seen,
  sum(k.added)::bigint as added, sum(k.moved)::bigint as moved, sum(k.missing)::bigint as missing,
  sum(k.retired)::bigint as retired, sum(k.failed)::bigint as failed`;

export const SCAN_SOURCE = sql`from scans s join registries g on g.id = s.registry_id
  left join lateral (select ${SUMS} from scans k
    where k.parent_id = s.id and s.repository is null and s.status = 'running') c on true`;

export async function scanById(db: Db, id: string): Promise<Scan | null> {
  const row = await first(sql<ScanRow>`select ${SCAN_COLUMNS} ${SCAN_SOURCE} where s.id = ${id}`, db);
  return row && scanOf(row);
}

export function scanOf(row: ScanRow): Scan {
  return {
    id: row.id,
    parentId: row.parent_id,
    registryId: row.registry_id,
    registry: row.registry,
    repositoryId: row.repository_id,
    repository: row.repository,
    locationId: row.location_id,
    agentId: row.agent_id,
    trigger: row.trigger,
    only: row.only_tags,
    status: row.status,
    startedAt: iso(row.started_at),
    finishedAt: iso(row.finished_at),
    requests: row.requests,
    tags: {
      listed: row.listed,
      seen: row.seen,
      added: row.added,
      moved: row.moved,
      missing: row.missing,
      retired: row.retired,
      failed: row.failed,
    },
    progress: row.progress,
    message: row.message,
    code: row.code,
    hint: row.hint,
    failures: row.failures,
  };
}
