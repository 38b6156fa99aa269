/** Upgrades of clusters: what waits, what was begun, what came of it. Each step is taken once, whoever takes it. */
import type { ActivityType, UpgradeKind, UpgradeState, UpgradeTiming } from '@pharos/contract';
import { activityDraft } from '@pharos/library';
import { type RawBuilder, sql } from 'kysely';
import { tell } from './activity.ts';
import { noteChange } from './cluster-notes.ts';
import type { ClusterNote } from './cluster-port.ts';
import type { ClusterUpgrades, NewUpgrade, StoredUpgrade, UpgradeChange } from './cluster-upgrade-port.ts';
import { type Db, first, iso, json, storableText } from './database.ts';
import { isPerson } from './decision-checks.ts';
import { StoreError } from './errors.ts';
import { maintenanceOf } from './maintenance.ts';

export interface UpgradeRow {
  id: string;
  cluster_id: string;
  kind: UpgradeKind;
  digest: string;
  extension: string | null;
  from_tag: string;
  to_tag: string;
  timing: UpgradeTiming;
  change: UpgradeChange | null;
  state: UpgradeState;
  requested_at: Date;
  requested_by: string;
  requested_person: string | null;
  approved_at: Date | null;
  approved_by: string | null;
  started_at: Date | null;
  generation: number | null;
  finished_at: Date | null;
  result: string;
}

const ITSELF = 'Pharos';
const MOST = 1_000;

export function clusterUpgradesOf(db: Db): ClusterUpgrades {
  return {
    get: async (id) => {
      const row = await first(sql<UpgradeRow>`select * from cluster_upgrades where id = ${id}`, db);
      return row && upgradeOf(row);
    },

    ofCluster: async (clusterId, most) => {
      const found = await sql<UpgradeRow>`select * from cluster_upgrades where cluster_id = ${clusterId}
        order by requested_at desc, id limit ${most}`.execute(db);
      return found.rows.map(upgradeOf);
    },

    open: async (clusterIds) => {
      if (clusterIds.length === 0) return new Map();
      // One that waits comes before one that runs: it is what people can still do something about.
      const found = await sql<UpgradeRow>`select * from cluster_upgrades
        where cluster_id = any(${[...clusterIds]}::uuid[]) and state in ('requested', 'scheduled', 'applying')
        order by state = 'applying' desc, requested_at`.execute(db);
      return new Map(found.rows.map((row) => [row.cluster_id, upgradeOf(row)]));
    },

    request: (upgrade, now) =>
      db.transaction().execute(async (trx) => {
        const needs = await needsApproval(trx, upgrade.clusterId);
        const row = await insert(trx, upgrade, needs ? 'requested' : 'scheduled', now);
        if (row === null) throw waitsAlready();
        const when = upgrade.timing === 'now' ? 'at once' : 'in the next maintenance window';
        const detail = `${stepOf(row)}, ${when}${needs ? '; a second person confirms it first' : ''}`;
        await noteChange(trx, row.cluster_id, { action: 'upgrade-request', actor: upgrade.requestedBy, detail }, now);
        if (needs) await tellOf(trx, row, 'upgrade.waiting', `waits for a second person`, now);
        return upgradeOf(row);
      }),

    approve: (id, { actor, person }, now) =>
      db.transaction().execute(async (trx) => {
        const row = await locked(trx, id);
        if (row?.state !== 'requested') throw notWaiting(row, 'for approval');
        if (person === null || !(await isPerson(trx, person))) {
          const hint = 'Sign in as a person who may write clusters here.';
          throw new StoreError('second-person-needed', 'A person confirms an upgrade, not a program.', hint);
        }
        if (person === row.requested_person) {
          const hint = 'Somebody else who may write clusters here has to.';
          throw new StoreError('second-person-needed', 'Who asks for an upgrade does not confirm it.', hint);
        }
        const changes = sql`state = 'scheduled', approved_at = ${iso(now)}, approved_by = ${storableText(actor)}`;
        const done = await change(trx, id, ['requested'], changes);
        await noteChange(trx, row.cluster_id, { action: 'upgrade-approve', actor, detail: stepOf(row) }, now);
        return upgradeOf(done!);
      }),

    cancel: (id, actor, now) =>
      db.transaction().execute(async (trx) => {
        const result = `${actor} cancelled it.`;
        const changes = sql`state = 'cancelled', finished_at = ${iso(now)}, result = ${storableText(result)}`;
        const row = await change(trx, id, ['requested', 'scheduled'], changes);
        if (row === null) throw notWaiting(await locked(trx, id), '');
        await noteChange(trx, row.cluster_id, { action: 'upgrade-cancel', actor, detail: stepOf(row) }, now);
        return upgradeOf(row);
      }),

    stop: (id, reason, now) =>
      db.transaction().execute((trx) => {
        const result = `It was not done: ${reason}`;
        const changes = sql`state = 'stopped', finished_at = ${iso(now)}, result = ${storableText(result)}`;
        return end(trx, id, ['scheduled'], changes, { action: 'upgrade-stop', type: 'upgrade.stopped', result }, now);
      }),

    scheduled: async () => {
      const found = await sql<UpgradeRow>`select * from cluster_upgrades where state = 'scheduled'
        order by requested_at, id limit ${MOST}`.execute(db);
      const maintenance = await maintenanceOf(db).ofClusters(found.rows.map((row) => row.cluster_id));
      return found.rows.flatMap((row) => {
        const of = maintenance.get(row.cluster_id);
        return of === undefined ? [] : [{ upgrade: upgradeOf(row), maintenance: of }];
      });
    },

    unproven: async (since) => {
      const found = await sql<UpgradeRow>`select u.* from cluster_upgrades u
        where u.state in ('applying', 'unverified') and u.started_at > ${iso(since)} and not exists (
          select from cluster_upgrades later where later.cluster_id = u.cluster_id and later.started_at > u.started_at)
        order by u.started_at, u.id limit ${MOST}`.execute(db);
      return found.rows.map(upgradeOf);
    },

    conclude: (id, state, result, now) =>
      db.transaction().execute((trx) => {
        const from: UpgradeState[] = state === 'verified' ? ['applying', 'unverified'] : ['applying'];
        const changes = sql`state = ${state}, finished_at = ${iso(now)}, result = ${storableText(result)}`;
        const action = state === 'verified' ? 'upgrade-verify' : 'upgrade-fail';
        return end(trx, id, from, changes, { action, type: `upgrade.${state}`, result }, now);
      }),
  };
}

/** Takes a step that changes a cluster, in the transaction of the change. */
export async function beginUpgrade(
  trx: Db,
  step: { readonly scheduled: string } | { readonly at: 'once'; readonly upgrade: NewUpgrade },
  generation: number | null,
  now: Date,
): Promise<void> {
  const started = sql`state = 'applying', started_at = ${iso(now)}, generation = ${generation}`;
  const row =
    'scheduled' in step
      ? await change(trx, step.scheduled, ['scheduled'], started)
      : await beginAtOnce(trx, step.upgrade, started, now);
  if (row === null) throw new StoreError('conflict', 'The upgrade does not wait any more.', 'Load the cluster again.');
  const words = generation === null ? 'its manifest has changed' : 'it goes to the agents of the location';
  await tellOf(trx, row, 'upgrade.started', words, now);
  // What was under way before is not what the cluster shall become any more.
  const result = 'Another upgrade came after it before all instances were seen to run it.';
  await sql`update cluster_upgrades set state = 'unverified', finished_at = ${iso(now)}, result = ${result}
    where cluster_id = ${row.cluster_id} and state = 'applying' and id <> ${row.id}`.execute(trx);
}

async function beginAtOnce(
  trx: Db,
  upgrade: NewUpgrade,
  started: RawBuilder<unknown>,
  now: Date,
): Promise<UpgradeRow | null> {
  if (await needsApproval(trx, upgrade.clusterId)) {
    const hint = 'Ask for the upgrade; it begins when somebody else has confirmed it.';
    throw new StoreError('second-person-needed', 'A second person confirms upgrades of this cluster.', hint);
  }
  if ((await insert(trx, upgrade, 'scheduled', now)) === null) throw waitsAlready();
  return change(trx, upgrade.id, ['scheduled'], started);
}

/** null: another one of the cluster waits. */
function insert(trx: Db, upgrade: NewUpgrade, state: UpgradeState, now: Date): Promise<UpgradeRow | null> {
  return first(
    sql<UpgradeRow>`insert into cluster_upgrades (id, cluster_id, kind, digest, extension, from_tag, to_tag, timing, change, state,
        requested_at, requested_by, requested_person)
      values (${upgrade.id}, ${upgrade.clusterId}, ${upgrade.kind}, ${upgrade.digest}, ${upgrade.extension},
        ${upgrade.fromTag}, ${upgrade.toTag}, ${upgrade.timing},
        ${upgrade.change == null ? null : json(upgrade.change)}, ${state}, ${iso(now)}, ${storableText(upgrade.requestedBy)},
        ${upgrade.requestedPerson})
      on conflict (cluster_id) where state in ('requested', 'scheduled') do nothing returning *`,
    trx,
  );
}

/** null: it is in none of these states any more. */
function change(
  trx: Db,
  id: string,
  from: readonly UpgradeState[],
  changes: RawBuilder<unknown>,
): Promise<UpgradeRow | null> {
  return first(
    sql<UpgradeRow>`update cluster_upgrades set ${changes}
      where id = ${id} and state = any(${[...from]}::text[]) returning *`,
    trx,
  );
}

async function end(
  trx: Db,
  id: string,
  from: readonly UpgradeState[],
  changes: RawBuilder<unknown>,
  told: { action: ClusterNote['action']; type: ActivityType; result: string },
  now: Date,
): Promise<boolean> {
  const row = await change(trx, id, from, changes);
  if (row === null) return false;
  const { action, type, result } = told;
  const detail = `${stepOf(row)}. ${result}`;
  await noteChange(trx, row.cluster_id, { action, actor: ITSELF, detail }, now);
  await tellOf(trx, row, type, result, now);
  return true;
}

/** One entry of the activity feed, with the name of the cluster. */
async function tellOf(trx: Db, row: UpgradeRow, type: ActivityType, words: string, now: Date): Promise<void> {
  const cluster = await first(
    sql<{ name: string; location_id: string }>`select name, location_id from clusters where id = ${row.cluster_id}`,
    trx,
  );
  const message = `${cluster?.name} in ${cluster?.location_id}, ${stepOf(row)}: ${words}`;
  const items = [{ name: row.to_tag, digest: row.digest }];
  await tell(trx, [activityDraft(type, message, { subjectId: row.cluster_id, items })], now);
}

/** Locks the row: who approves and who cancels at once come one after the other. */
function locked(trx: Db, id: string): Promise<UpgradeRow | null> {
  return first(sql<UpgradeRow>`select * from cluster_upgrades where id = ${id} for update`, trx);
}

/** Whether a second person confirms what restarts the cluster. Throws `not-found`. */
export async function needsApproval(trx: Db, clusterId: string): Promise<boolean> {
  // Shared locks: approval that is being asked for now is waited for.
  const row = await first(
    sql<{ needs: boolean }>`select c.upgrade_approval or l.upgrade_approval as needs
      from clusters c join locations l on l.id = c.location_id where c.id = ${clusterId} for share`,
    trx,
  );
  if (row !== null) return row.needs;
  throw new StoreError('not-found', 'The cluster does not exist any more.', 'Load the list again.');
}

function waitsAlready(): StoreError {
  return new StoreError('conflict', 'An upgrade of this cluster waits already.', 'Cancel that one first.');
}

function notWaiting(row: UpgradeRow | null, what: string): StoreError {
  if (row === null) return new StoreError('not-found', 'The upgrade does not exist.', 'Load the cluster again.');
  const message = `The upgrade is ${row.state} and does not wait ${what}`.trimEnd();
  return new StoreError('conflict', `${message}${what === '' ? ' any more' : ''}.`, 'Load the cluster again.');
}

function stepOf({
  extension,
  from_tag,
  to_tag,
  change: other,
}: Pick<UpgradeRow, 'extension' | 'from_tag' | 'to_tag' | 'change'>): string {
  if (other !== null) return other.words;
  return `${extension === null ? '' : `${extension} `}${from_tag} to ${to_tag}`;
}

function upgradeOf(row: UpgradeRow): StoredUpgrade {
  return {
    id: row.id,
    clusterId: row.cluster_id,
    kind: row.kind,
    digest: row.digest,
    extension: row.extension,
    fromTag: row.from_tag,
    toTag: row.to_tag,
    timing: row.timing,
    change: row.change,
    state: row.state,
    requestedAt: iso(row.requested_at),
    requestedBy: row.requested_by,
    approvedAt: iso(row.approved_at),
    approvedBy: row.approved_by,
    startedAt: iso(row.started_at),
    generation: row.generation,
    finishedAt: iso(row.finished_at),
    result: row.result,
  };
}
