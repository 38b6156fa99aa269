/** What scans tell of themselves: what they changed, and when reading begins to fail or works again. */
import type { ScanStatus } from '@pharos/contract';
import {
  type ActivityDraft,
  activityDraft,
  activityOfScan,
  MAX_ACTIVITY_ITEMS,
  type Reconciliation,
} from '@pharos/library';
import { sql } from 'kysely';
import { tell } from './activity.ts';
import { batches, type Db, first } from './database.ts';
import type { OpenScan } from './scan-open.ts';
import type { KnownRow } from './scan-tags.ts';

const DIGEST_BATCH = 1_000;

/** Digests among the new and moved tags at which no tag ever stood. Asked before the tags are written. */
export async function newDigests(trx: Db, changes: Reconciliation): Promise<ReadonlySet<string>> {
  const tags = [...changes.added, ...changes.moved, ...changes.reappeared];
  const digests = [...new Set(tags.map(({ digest }) => digest))];
  if (digests.length === 0) return new Set();
  // Few at a time are looked up by index (1.5 µs each); for many at once the planner walks the whole table.
  const known = new Set<string>();
  for (const batch of batches(digests, DIGEST_BATCH)) {
    for (const table of ['tags', 'tag_history']) {
      const found = await sql<{ digest: string }>`select digest from ${sql.table(table)}
        where digest = any(${[...batch]}::text[])`.execute(trx);
      for (const { digest } of found.rows) known.add(digest);
    }
  }
  return new Set(digests.filter((digest) => !known.has(digest)));
}

export async function tellChanges(
  trx: Db,
  scan: OpenScan,
  changes: Reconciliation,
  {
    known,
    digests,
    wasHeld,
    now,
  }: { known: readonly KnownRow[]; digests: ReadonlySet<string>; wasHeld: boolean; now: Date },
): Promise<void> {
  const presence = new Map(known.map((row) => [row.name, row.presence]));
  const place = {
    registryId: scan.registry_id,
    registry: await registryName(trx, scan.registry_id),
    repositoryId: scan.repository_id!,
    repository: scan.repository!,
    scanId: scan.id,
  };
  const drafts = activityOfScan(changes, place, {
    newDigests: digests,
    wasPresent: (name) => presence.get(name) === 'present',
    wasRetired: (name) => presence.get(name) === 'retired',
    wasHeld,
  });
  await tell(trx, drafts, now);
}

interface Ended {
  readonly status: ScanStatus;
  readonly message: string;
  readonly now: Date;
}

/**
 * The end of a scan of one repository. Scans of a sweep are told of by the sweep, together: a registry that is down would
 * else be told of once for each of its repositories.
 */
export async function tellOutcome(
  trx: Db,
  scan: Omit<GivenUp, 'message'>,
  { status, message, now }: Ended,
): Promise<void> {
  if (scan.parent_id !== null || scan.repository_id === null) return;
  const isFailing = status === 'failed';
  const changed = await first(
    sql<{ name: string }>`update repositories set scan_failing = ${isFailing}
      where id = ${scan.repository_id} and scan_failing <> ${isFailing} returning name`,
    trx,
  );
  if (changed === null) return;
  const words = isFailing ? `The scan of ${changed.name} failed: ${message}` : `${changed.name} is read again`;
  await tell(
    trx,
    [
      activityDraft(isFailing ? 'scan.failed' : 'scan.recovered', words, {
        registryId: scan.registry_id,
        registry: await registryName(trx, scan.registry_id),
        repositoryId: scan.repository_id,
        repository: changed.name,
        scanId: scan.id,
      }),
    ],
    now,
  );
}

interface Turned {
  readonly id: string;
  readonly name: string;
  readonly message: string;
  readonly failing: boolean;
}

/** The end of a sweep: what began to fail in it, and what works again, each in one entry. */
export async function tellSweep(
  trx: Db,
  sweep: { readonly id: string; readonly registryId: string },
  { status, message, now }: Ended,
): Promise<void> {
  const registry = await registryName(trx, sweep.registryId);
  const turned = await sql<Turned>`
    update repositories r set scan_failing = k.failing
    from (select distinct on (repository_id) repository_id, message, status = 'failed' as failing from scans
      where parent_id = ${sweep.id} and repository_id is not null and status <> 'running'
      order by repository_id, started_at desc) k
    where r.id = k.repository_id and r.scan_failing <> k.failing
    returning r.id, r.name, k.message, k.failing`.execute(trx);
  const isFailing = status === 'failed';
  const whole = await first(
    sql`update registries set scan_failing = ${isFailing} where id = ${sweep.registryId}
      and scan_failing <> ${isFailing} returning id`,
    trx,
  );
  const drafts: ActivityDraft[] = [];
  for (const failing of [true, false]) {
    const rows = turned.rows.filter((row) => row.failing === failing);
    const isWhole = whole !== null && isFailing === failing;
    if (rows.length === 0 && !isWhole) continue;
    const what = rows.length === 1 ? rows[0]!.name : `${rows.length} repositories`;
    const words = isWhole
      ? failing
        ? `${registry} could not be read: ${message}`
        : `${registry} is read again`
      : failing
        ? `${what} of ${registry} could not be read${rows.length === 1 ? `: ${rows[0]!.message}` : ''}`
        : `${what} of ${registry} ${rows.length === 1 ? 'is' : 'are'} read again`;
    drafts.push(
      activityDraft(failing ? 'scan.failed' : 'scan.recovered', words, {
        registryId: sweep.registryId,
        registry,
        scanId: sweep.id,
        count: Math.max(1, rows.length),
        items: rows.slice(0, MAX_ACTIVITY_ITEMS).map(({ id, name, message: said }) => {
          return failing ? { name, repositoryId: id, message: said.slice(0, 200) } : { name, repositoryId: id };
        }),
      }),
    );
  }
  await tell(trx, drafts, now);
}

/** A scan that nobody finished. */
export type GivenUp = Pick<OpenScan, 'id' | 'parent_id' | 'registry_id' | 'repository_id' | 'repository'> & {
  readonly message: string;
};

export async function tellGivenUp(trx: Db, scans: readonly GivenUp[], now: Date): Promise<void> {
  for (const scan of scans) {
    const ended = { status: 'failed', message: scan.message, now } as const;
    if (scan.repository_id === null) await tellSweep(trx, { id: scan.id, registryId: scan.registry_id }, ended);
    else await tellOutcome(trx, scan, ended);
  }
}

async function registryName(trx: Db, id: string): Promise<string> {
  return (await first(sql<{ name: string }>`select name from registries where id = ${id}`, trx))?.name ?? '';
}
