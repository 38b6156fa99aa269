/** Readings of repositories, and sweeps over registries. The protocol's steps stand in scan-begin, scan-chunk, scan-commit. */
import type { ScanQuery } from '@pharos/contract';
import type { AbsencePolicy } from '@pharos/library';
import { type RawBuilder, sql } from 'kysely';
import { after, cut, type Order, orderBy } from './cursor.ts';
import { allOf, countUpTo, type Db, first, iso, json } from './database.ts';
import { StoreError } from './errors.ts';
import { ObservationCache } from './observation-cache.ts';
import { type GivenUp, tellGivenUp } from './scan-activity.ts';
import { beginScan } from './scan-begin.ts';
import { takeChunk } from './scan-chunk.ts';
import { commitScan } from './scan-commit.ts';
import type { Scans } from './scan-port.ts';
import { SCAN_COLUMNS, SCAN_SOURCE, type ScanRow, scanById, scanOf } from './scan-row.ts';
import { profilesChanged } from './tag-profiles.ts';
import type { Upkeep } from './upkeep.ts';

const KEPT = 50;

const NEWEST: Order<ScanRow> = {
  name: 'scans',
  descending: true,
  keys: [
    { column: sql`s.started_at`, type: 'time', read: (row) => iso(row.started_at) },
    { column: sql`s.id`, type: 'id', read: (row) => row.id },
  ],
};

export function scansOf(db: Db, upkeep: Upkeep, absence: AbsencePolicy): Scans {
  const observations = new ObservationCache();
  return {
    list: async (query) => {
      const filters = filtersOf(query);
      const where = allOf(query.cursor === undefined ? filters : [...filters, after(NEWEST, query.cursor)]);
      const found = await sql<ScanRow>`select ${SCAN_COLUMNS} ${SCAN_SOURCE}
        where ${where} order by ${orderBy(NEWEST)} limit ${query.limit + 1}`.execute(db);
      const { rows, next } = cut(NEWEST, found.rows, query.limit);
      return { items: rows.map(scanOf), next, ...(await countUpTo(db, sql`from scans s where ${allOf(filters)}`)) };
    },

    get: (id) => scanById(db, id),

    request: async ({ id, registryId, repositoryId, locationId }, now) => {
      const made = await first(
        sql<{ id: string }>`
          insert into scans (id, registry_id, repository_id, repository, location_id, trigger, status, started_at,
            heard_at, progress)
          select ${id}::uuid, g.id, r.id, r.name, ${locationId}, 'manual', 'running', ${iso(now)}::timestamptz,
            ${iso(now)}::timestamptz, ${json({ done: 0, total: null, step: 'waiting for the agent' })}
          from registries g left join repositories r on r.registry_id = g.id and r.id = ${repositoryId}::uuid
          where g.id = ${registryId} and (${repositoryId}::uuid is null or r.id is not null)
          on conflict (id) do nothing returning id`,
        db,
      );
      const scan = await scanById(db, id);
      if (made !== null || scan !== null) return scan!;
      throw new StoreError('not-found', 'The registry or repository is not known.', 'It may have been removed.');
    },

    begin: (begin, now) => beginScan(db, begin, now),

    progress: async (id, { done, total, requests, step }, now) => {
      await sql`update scans set heard_at = ${iso(now)}, progress = ${json({ done, total, step })},
          requests = greatest(requests, ${requests})
        where id = ${id} and status = 'running'`.execute(db);
      await hearParent(db, id, now);
      return scanById(db, id);
    },

    chunk: (id, n, chunk, now) => takeChunk(db, { id, n, chunk, now, observations }),

    commit: (id, commit, now) =>
      commitScan(db, { id, commit, now, upkeep, absence, observations }).finally(profilesChanged),

    failStale: (before, now) =>
      db.transaction().execute(async (trx) => {
        const failed = await sql<GivenUp>`
        update scans set status = 'failed', finished_at = ${iso(now)}, progress = null, code = 'agent-silent',
          message = case when agent_id is null then 'No agent took this scan.'
            else 'The agent stopped reporting before the scan was done.' end,
          hint = 'Look at Agents: is the agent of this location connected? Then scan again.'
        where status = 'running' and heard_at < ${iso(before)}
        returning id, parent_id, registry_id, repository_id, repository, message`.execute(trx);
        await tellGivenUp(trx, failed.rows, now);
        return failed.rows.map((row) => row.id);
      }),

    prune: async () => {
      await sql`delete from scans where id in (
          select id from (select id, status, row_number() over (
            partition by registry_id, repository_id order by started_at desc, id desc) as place from scans) ranked
          where place > ${KEPT} and status <> 'running')`.execute(db);
      // A scan that failed silently may be taken up again; without its chunks it begins at the first one.
      await sql`update scans set next_chunk = 0 where status <> 'running' and answer is null and next_chunk > 0`.execute(
        db,
      );
      await sql`delete from scan_chunks c using scans s where s.id = c.scan_id and s.status <> 'running'`.execute(db);
      await sql`delete from registry_requests where hour < now() - interval '48 hours'`.execute(db);
    },
  };
}

/** What a scan of a sweep says, the sweep says too: a long sweep is not silent. */
async function hearParent(db: Db, id: string, now: Date): Promise<void> {
  await sql`update scans set heard_at = ${iso(now)}
    where id = (select parent_id from scans where id = ${id}) and status = 'running'
      and heard_at < ${iso(now)}`.execute(db);
}

function filtersOf(query: ScanQuery): RawBuilder<unknown>[] {
  const filters: RawBuilder<unknown>[] = [];
  if (query.registryId !== undefined) filters.push(sql`s.registry_id = ${query.registryId}`);
  if (query.repositoryId !== undefined) filters.push(sql`s.repository_id = ${query.repositoryId}`);
  if (query.parentId !== undefined) filters.push(sql`s.parent_id = ${query.parentId}`);
  if (query.status !== undefined) filters.push(sql`s.status = ${query.status}`);
  return filters;
}
