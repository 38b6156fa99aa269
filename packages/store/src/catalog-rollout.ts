/** The stages of an edition: each step is taken under the lock of the catalog, so that several servers take it once. */
import type { Rollout } from '@pharos/contract';
import {
  afterAction,
  type CanaryHealth,
  canaryHealth,
  inWindow,
  nextStep,
  type RolloutAction,
  type RolloutPoint,
} from '@pharos/library';
import { sql } from 'kysely';
import { dispatchCatalog } from './catalog-dispatch.ts';
import { lockCatalog, type RolloutRow, readCatalog } from './catalog-row.ts';
import { type Db, first, iso, storableText } from './database.ts';
import type { Dispatch } from './dispatch-port.ts';
import { StoreError } from './errors.ts';
import { tellOfHolds } from './held-followers.ts';
import type { StoredCatalog } from './rollout-port.ts';
import { tellOfStep } from './rollout-telling.ts';
import { runningAs } from './usages.ts';

/** Who takes the steps that nobody asked for. */
const ITSELF = 'Pharos';

/**
 * @see Catalogs.step
 * What the edition before the step asks for is handed out first and what comes of the step last, in one transaction: a
 * crash between them cannot happen, and nothing is taken for applied that was never handed out.
 */
export async function takeStep(trx: Db, id: string, now: Date): Promise<boolean> {
  await dispatchCatalog(trx, id, now);
  if (!(await step(trx, id, now))) return false;
  await dispatchCatalog(trx, id, now);
  return true;
}

async function step(trx: Db, id: string, now: Date): Promise<boolean> {
  const catalog = await lockCatalog(trx, id);
  if (catalog?.rollout == null || catalog.policy === null) return false;
  const at = await pointOf(trx, id, catalog.rollout);
  if (at.state === 'out' || at.state === 'stopped') return false;
  // Past the wait for health, what agents said was said after the change.
  const changedAt = at.state === 'waiting-for-health' ? at.since : Number.NEGATIVE_INFINITY;
  const windows = await windowsOf(trx, catalog.key.location);
  const next = nextStep(at, {
    policy: catalog.policy,
    canaries: await healthOf(trx, catalog, changedAt, now),
    isCanaryApplied: await isCanaryApplied(trx, catalog),
    windows,
    now: now.getTime(),
  });
  if (next === null) return false;
  await write(trx, catalog, next, at.state === next.state ? null : ITSELF);
  const isOpen = isOpenNow(catalog.policy, windows, now);
  const told = { from: at.state, to: next.state, message: next.message, isHealthy: next.healthySince !== null, isOpen };
  await tellOfStep(trx, catalog, told, now);
  await tellOfNewHolds(trx, catalog, next.state === at.state ? null : next.state, now);
  return true;
}

/** @see Catalogs.act */
export async function actOn(
  trx: Db,
  id: string,
  edition: number,
  action: RolloutAction,
  { by, reason }: { by: string; reason: string },
  now: Date,
): Promise<void> {
  const catalog = await lockCatalog(trx, id);
  const rollout = catalog?.rollout ?? null;
  if (catalog === null || rollout === null || rollout.edition !== edition) {
    const hint = 'Read the catalog again: another edition may have taken its place.';
    throw new StoreError('conflict', `Edition ${edition} is not on its way.`, hint);
  }
  const at = await pointOf(trx, id, rollout);
  const next = afterAction(at, action, by, reason, now.getTime());
  if (typeof next === 'string') throw new StoreError('conflict', next, 'Read the catalog again.');
  await write(trx, catalog, next, by);
  const { state: to, message } = next;
  const isOpen = isOpenNow(catalog.policy, await windowsOf(trx, catalog.key.location), now);
  await tellOfStep(trx, catalog, { from: at.state, to, message, isHealthy: false, isOpen }, now);
  await tellOfNewHolds(trx, catalog, to, now);
  await dispatchCatalog(trx, id, now);
}

/** Once for each stage that an edition reaches. `to`: the state that was entered; null: none was. */
async function tellOfNewHolds(trx: Db, { id }: StoredCatalog, to: RolloutPoint['state'] | null, now: Date) {
  if (to !== 'canary' && to !== 'out') return;
  await tellOfHolds(trx, (await readCatalog(trx, id))!, to === 'canary' ? 'canary' : 'main', now);
}

/** Whether the window is no wait. */
function isOpenNow(
  policy: StoredCatalog['policy'],
  windows: Awaited<ReturnType<typeof windowsOf>>,
  now: Date,
): boolean {
  return policy?.window === 'any-time' || inWindow(windows, now);
}

async function pointOf(trx: Db, id: string, { edition }: Rollout): Promise<RolloutPoint> {
  const row = await first(
    sql<RolloutRow>`select * from catalog_rollouts where catalog_id = ${id} and edition = ${edition}`,
    trx,
  );
  const { state, since, healthy_since, forced, message } = row!;
  return { state, since: since.getTime(), healthySince: healthy_since?.getTime() ?? null, isForced: forced, message };
}

/** `by`: null keeps who took the last step. */
async function write(trx: Db, { id, newest }: StoredCatalog, point: RolloutPoint, by: string | null): Promise<void> {
  const { state, since, healthySince, isForced, message } = point;
  const { number } = newest;
  await sql`update catalog_rollouts set state = ${state}, since = ${iso(new Date(since))},
      healthy_since = ${healthySince === null ? null : iso(new Date(healthySince))}, forced = ${isForced},
      message = ${storableText(message)}, by = coalesce(${by === null ? null : storableText(by)}, by)
    where catalog_id = ${id} and edition = ${number}`.execute(trx);
  if (state === 'canary') await sql`update catalogs set canary_edition = ${number} where id = ${id}`.execute(trx);
  if (state === 'out') {
    await sql`update catalogs set main_edition = ${number}, canary_edition = ${number} where id = ${id}`.execute(trx);
  }
}

async function windowsOf(trx: Db, location: string): Promise<Parameters<typeof nextStep>[1]['windows']> {
  const row = await first(
    sql<{ windows: Parameters<typeof nextStep>[1]['windows'] | null }>`
      select windows from locations where id = ${location}`,
    trx,
  );
  return row?.windows ?? [];
}

/** Whether the canaries' catalog stands there with the edition: `takeStep` has handed it out before this is asked. */
async function isCanaryApplied(trx: Db, { id }: StoredCatalog): Promise<boolean> {
  const row = await first(
    sql<{ is_applied: boolean }>`select d.state = 'applied' and d.applied_generation = d.generation as is_applied
      from catalogs c join dispatches d on d.owner_kind = 'catalog' and d.owner_id = c.canary_id where c.id = ${id}`,
    trx,
  );
  return row?.is_applied ?? false;
}

interface CanaryRow {
  location_id: string;
  namespace: string;
  name: string;
  major: number | null;
  digest: string;
  is_guarded: boolean;
  confirmed_at: Date | null;
  state: Dispatch['state'] | null;
  is_applied: boolean | null;
  status: Dispatch['status'] | null;
  checked_at: Date | null;
}

async function healthOf(
  trx: Db,
  { id, key, canary }: StoredCatalog,
  since: number,
  now: Date,
): Promise<CanaryHealth[]> {
  const found =
    await sql<CanaryRow>`select k.location_id, k.namespace, k.name, (k.version ->> 'major')::integer as major,
      k.digest, k.upgrade_approval or l.upgrade_approval as is_guarded,
      (select max(u.started_at) from cluster_upgrades u where u.cluster_id = k.id and u.digest = k.digest) as confirmed_at,
      d.state, d.state = 'applied' and d.applied_generation = d.generation as is_applied, d.status, d.checked_at
    from catalog_canaries n join clusters k on k.id = n.cluster_id join locations l on l.id = k.location_id
      left join dispatches d on d.owner_kind = 'cluster' and d.owner_id = k.id
    where n.catalog_id = ${id} and k.catalog = ${key.name} and k.location_id = ${key.location} and k.apply
    order by k.namespace, k.name`.execute(trx);
  const health: CanaryHealth[] = [];
  for (const row of found.rows) {
    const digest = canary.entries.find(({ major }) => major === row.major)?.digest ?? null;
    const dispatch =
      row.state === null
        ? null
        : {
            isApplied: row.is_applied ?? false,
            status: row.status ?? [],
            checkedAt: row.checked_at?.getTime() ?? null,
          };
    const runsIt = digest === null ? null : await runs(trx, row, digest);
    const seen = { name: `${row.namespace}/${row.name}`, dispatch, runsIt, confirmedAt: confirmedAt(row, digest) };
    health.push(canaryHealth(seen, since, now.getTime()));
  }
  return health;
}

/** @see SeenCluster.confirmedAt */
function confirmedAt({ is_guarded, digest, confirmed_at }: CanaryRow, given: string | null): number | null | undefined {
  if (!is_guarded || given === null) return undefined;
  return digest === given ? confirmed_at?.getTime() : null;
}

/** Whether every instance of a cluster runs an image, by the pods that agents see; null: they see none. */
async function runs(trx: Db, { location_id, namespace, name }: CanaryRow, digest: string): Promise<boolean | null> {
  const found = await sql<{ digest: string; pinned: string | null }>`select digest, pinned from image_usages
    where location_id = ${location_id} and namespace = ${namespace} and kind = 'Pod' and container = 'postgres'
      and owner = ${`Cluster/${name}`}`.execute(trx);
  if (found.rows.length === 0) return null;
  const same = new Set(await runningAs(trx, digest));
  return found.rows.every((row) => row.pinned === digest || same.has(row.digest));
}
