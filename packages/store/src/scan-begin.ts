/** The first step of a scan's report. */
import { randomUUID } from 'node:crypto';
import type { Kind, ScanBegin, ScanBegun } from '@pharos/contract';
import { kindOfRepository } from '@pharos/library';
import { sql } from 'kysely';
import { type Db, first, iso } from './database.ts';
import { StoreError } from './errors.ts';

interface ExistingRow {
  registry_id: string;
  repository: string | null;
  agent_id: string | null;
  next_chunk: number;
  committed: boolean;
}

/**
 * Begins a scan, or goes on with one: a requested one, one that was begun before, one that failed because its agent was
 * silent. Sent twice it answers the same. A scan that another agent takes over begins at its first chunk.
 */
export function beginScan(db: Db, begin: ScanBegin, now: Date): Promise<ScanBegun> {
  return db.transaction().execute(async (trx) => {
    await refuseStaleAgent(trx, begin.agentId, begin.epoch);
    const registry = await first(
      sql<{ location_id: string }>`select location_id from registries where id = ${begin.registryId} for key share`,
      trx,
    );
    if (registry === null) throw stale('The registry of this scan is not known here.');
    const existing = await first(
      sql<ExistingRow>`select registry_id, repository, agent_id, next_chunk, answer is not null as committed
        from scans where id = ${begin.scanId} for update`,
      trx,
    );
    if (existing !== null && (existing.registry_id !== begin.registryId || existing.repository !== begin.repository)) {
      throw stale('A scan of another repository has this id.');
    }
    if (existing?.committed) return { scanId: begin.scanId, nextChunk: existing.next_chunk, committed: true };
    const repositoryId = begin.repository === null ? null : await ensureRepository(trx, begin, begin.repository, now);
    const isTakenOver = existing !== null && existing.agent_id !== null && existing.agent_id !== begin.agentId;
    if (isTakenOver) await sql`delete from scan_chunks where scan_id = ${begin.scanId}`.execute(trx);
    const nextChunk = existing === null || isTakenOver ? 0 : existing.next_chunk;
    await sql`
      insert into scans as s (id, parent_id, registry_id, repository, repository_id, location_id, agent_id, epoch,
        trigger, only_tags, status, started_at, heard_at, rule_ids)
      values (${begin.scanId}, ${begin.parentId}, ${begin.registryId}, ${begin.repository}, ${repositoryId},
        ${registry.location_id}, ${begin.agentId}, ${begin.epoch}, ${begin.trigger}, ${begin.only}::text[], 'running',
        ${iso(begin.startedAt)}, ${iso(now)}, ${begin.ruleIds}::uuid[])
      on conflict (id) do update set parent_id = excluded.parent_id, repository_id = excluded.repository_id,
        agent_id = excluded.agent_id, epoch = excluded.epoch, status = 'running', started_at = excluded.started_at,
        heard_at = excluded.heard_at, rule_ids = excluded.rule_ids, next_chunk = ${nextChunk}, finished_at = null,
        message = '', code = null, hint = null,
        progress = case when s.agent_id is null then null else s.progress end`.execute(trx);
    if (repositoryId !== null && begin.only === null) {
      await sql`update repositories set last_scan_id = ${begin.scanId}
        where id = ${repositoryId} and last_scan_id is null`.execute(trx);
    }
    return { scanId: begin.scanId, nextChunk, committed: false };
  });
}

/** Another process of this agent, started later, has said hello: this one must not write any more. */
export async function refuseStaleAgent(trx: Db, agentId: string, epoch: number): Promise<void> {
  const newer = await first(sql`select 1 from agents where id = ${agentId} and epoch > ${epoch}`, trx);
  if (newer !== null) throw stale('A newer process of this agent reports now.');
}

export function stale(message: string): StoreError {
  return new StoreError('stale-scan', message, 'Begin a new scan.');
}

async function ensureRepository(trx: Db, begin: ScanBegin, name: string, now: Date): Promise<string> {
  // Until there is a tag to go by: what a rule declares, else what the name says.
  const declared = await first(
    sql<{ kind: Kind }>`select kind from rules where id = any(${begin.ruleIds}::uuid[]) and kind is not null
      order by position limit 1`,
    trx,
  );
  const kind = declared?.kind ?? kindOfRepository(name)?.kind ?? 'other';
  const row = await first(
    sql<{ id: string }>`
      insert into repositories (id, registry_id, name, kind, first_seen_at, updated_at)
      values (${randomUUID()}, ${begin.registryId}, ${name}, ${kind}, ${iso(now)}, ${iso(now)})
      on conflict (registry_id, name) do update set name = excluded.name returning id`,
    trx,
  );
  return row!.id;
}
