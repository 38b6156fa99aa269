/** Catalogs where clusters that an agent applies follow them. */
import { isDeepStrictEqual } from 'node:util';
import type { CatalogEdition, ClusterSpec, Operator } from '@pharos/contract';
import { canaryName, catalogManifest, digestsOf, servable } from '@pharos/library';
import { sql } from 'kysely';
import { lockCatalog } from './catalog-row.ts';
import { type Db, first } from './database.ts';
import { decisionsOf } from './decisions.ts';
import type { Dispatch, KubernetesObject } from './dispatch-port.ts';
import { dispatchesOf } from './dispatches.ts';
import type { StoredCatalog } from './rollout-port.ts';

/** Who hands out what nobody asked for. */
const ITSELF = 'Pharos';

interface FollowerRow {
  id: string;
  spec: ClusterSpec;
  is_canary: boolean;
}

/** @see Catalogs.dispatch */
export async function dispatchCatalog(trx: Db, id: string, now: Date): Promise<void> {
  const catalog = await lockCatalog(trx, id);
  if (catalog === null) return;
  const { name, location } = catalog.key;
  const followers = await sql<FollowerRow>`select k.id, k.spec, n.cluster_id is not null as is_canary
    from clusters k left join catalog_canaries n on n.cluster_id = k.id and n.catalog_id = ${id}
    where k.location_id = ${location} and k.catalog = ${name} and k.apply order by k.id`.execute(trx);
  const canary = await first(sql<{ id: string | null }>`select canary_id as id from catalogs where id = ${id}`, trx);
  if (followers.rows.length === 0 && canary?.id == null) return;
  // In the order in which agents lock them, so that the two never wait for each other in a circle.
  await sql`select 1 from dispatches where location_id = ${location} order by created_at, id for update`.execute(trx);
  const operators = [...new Set(followers.rows.map(({ spec }): Operator => spec.operator))].sort();
  const canaries = followers.rows.filter(({ is_canary }) => is_canary);
  if (followers.rows.length > 0) await putCatalog(trx, catalog, { id, name, edition: catalog.edition, operators }, now);
  if (canary?.id == null) return;
  if (canaries.length > 0) {
    const { canary: edition } = catalog;
    await putCatalog(trx, catalog, { id: canary.id, name: canaryName(name), edition, operators }, now);
  }
  const left = await moveFollowers(trx, name, canary.id, followers.rows, now);
  if (canaries.length > 0 || left) return;
  // Nobody follows it any more.
  const before = await dispatchesOf(trx).get('catalog', canary.id);
  if (before !== null && before.state !== 'deleting') await dispatchesOf(trx).remove('catalog', canary.id, now);
}

interface CatalogObject {
  readonly id: string;
  readonly name: string;
  readonly edition: CatalogEdition;
  readonly operators: readonly Operator[];
}

async function putCatalog(trx: Db, catalog: StoredCatalog, given: CatalogObject, now: Date): Promise<void> {
  const { id, name, edition, operators } = given;
  const { key, policy } = catalog;
  const states = await decisionsOf(trx).statesOf([...new Set(digestsOf(edition.entries))], now);
  const { entries } = servable(edition.entries, (digest) => states.get(digest)?.state ?? 'pending');
  // The operator takes no catalog without an image; what stands there stays, and admission control refuses what is revoked.
  if (entries.length === 0) return;
  const objectsOf = (held: CatalogEdition['entries']): KubernetesObject[] =>
    operators.map((operator) =>
      catalogManifest({ key: { ...key, name }, entries: held, operator, namespace: null, at: edition.at }),
    );
  const before = await dispatchesOf(trx).get('catalog', id);
  if (before !== null && before.state !== 'deleting') {
    if (isDeepStrictEqual(before.objects, objectsOf(entries))) return;
    // In stages, an entry that stands there waits for its replacement: taking it out alone leaves clusters without an image.
    const isStanding = before.appliedGeneration === before.generation;
    const isLeft = policy !== null && !policy.urgentRevocations && isStanding;
    if (isLeft && isDeepStrictEqual(before.objects, objectsOf(edition.entries))) return;
  }
  const owner = { ownerKind: 'catalog', ownerId: id, locationId: key.location } as const;
  await dispatchesOf(trx).put({ ...owner, objects: objectsOf(entries), requestedBy: edition.by }, now);
}

/**
 * Points each cluster to its catalog, to that of the canaries once it stands in Kubernetes. Both serve the same image when
 * a cluster changes over (the policy cannot change else), so nothing restarts. True: one of them is not over yet.
 */
async function moveFollowers(
  trx: Db,
  name: string,
  canaryId: string,
  followers: readonly FollowerRow[],
  now: Date,
): Promise<boolean> {
  const dispatches = dispatchesOf(trx);
  const isThere = ((await dispatches.get('catalog', canaryId))?.appliedGeneration ?? 0) > 0;
  let isLeft = false;
  for (const { id, is_canary } of followers) {
    const dispatch = await dispatches.get('cluster', id);
    if (dispatch === null || dispatch.state === 'deleting') continue;
    const wanted = is_canary && isThere ? canaryName(name) : name;
    const objects = dispatch.objects.map((object) => pointed(object, name, wanted));
    if (!isDeepStrictEqual(objects, dispatch.objects)) {
      const { locationId } = dispatch;
      await dispatches.put({ ownerKind: 'cluster', ownerId: id, locationId, objects, requestedBy: ITSELF }, now);
      isLeft = true;
    } else if (!isApplied(dispatch)) isLeft = true;
  }
  return isLeft;
}

const isApplied = ({ generation, appliedGeneration }: Dispatch) => generation === appliedGeneration;

function pointed(object: KubernetesObject, catalog: string, wanted: string): KubernetesObject {
  const spec = object.spec as { imageCatalogRef?: { name?: unknown } } | undefined;
  const now = spec?.imageCatalogRef?.name;
  if (object.kind !== 'Cluster' || (now !== catalog && now !== canaryName(catalog))) return object;
  return { ...object, spec: { ...spec, imageCatalogRef: { ...spec?.imageCatalogRef, name: wanted } } };
}
