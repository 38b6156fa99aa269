/** Catalogs where clusters that an agent applies follow them. */
import { isDeepStrictEqual } from 'node:util';
import type { CatalogEdition, CatalogEntry, CatalogKept, CatalogStage, Operator } from '@pharos/contract';
import { canaryName, catalogManifest, digestsOf, keptEntry, servable, withImageFrom } from '@pharos/library';
import { sql } from 'kysely';
import { lockCatalog } from './catalog-row.ts';
import { type Db, first, json } from './database.ts';
import { decisionsOf } from './decisions.ts';
import type { Dispatch, KubernetesObject } from './dispatch-port.ts';
import { dispatchesOf } from './dispatches.ts';
import { type FollowerRow, followed, lockFollowers, pinGuarded, unseenPins, withoutUnseen } from './held-followers.ts';
import type { StoredCatalog } from './rollout-port.ts';
import { tellOfCatalog } from './rollout-telling.ts';
import { runningAs } from './usages.ts';

/** Who hands out what nobody asked for. */
const ITSELF = 'Pharos';

/** @see Catalogs.dispatch */
export async function dispatchCatalog(trx: Db, id: string, now: Date): Promise<void> {
  const catalog = await lockCatalog(trx, id);
  if (catalog === null) return;
  const { name, location } = catalog.key;
  const locked = await lockFollowers(trx, catalog);
  const canary = await first(sql<{ id: string | null }>`select canary_id as id from catalogs where id = ${id}`, trx);
  if (locked.length === 0 && canary?.id == null) return keepNote(trx, catalog, [], now);
  // In the order in which agents lock them, so that the two never wait for each other in a circle.
  await sql`select 1 from dispatches where location_id = ${location} order by created_at, id for update`.execute(trx);
  const followers = await pinGuarded(trx, catalog, canary?.id ?? null, locked, now);
  const unseen = await unseenPins(trx, followers);
  const operators = [...new Set(followers.map(({ spec }): Operator => spec.operator))].sort();
  const canaries = followers.filter(({ is_canary }) => is_canary);
  const given = { operators, followers, unseen };
  const kept: CatalogKept[] = [];
  if (followers.length > 0) {
    kept.push(
      ...(await putCatalog(trx, catalog, { ...given, id, name, stage: 'main', edition: catalog.edition }, now)),
    );
  }
  if (canary?.id != null && canaries.length > 0) {
    const object = {
      ...given,
      id: canary.id,
      name: canaryName(name),
      stage: 'canary',
      edition: catalog.canary,
    } as const;
    kept.push(...(await putCatalog(trx, catalog, object, now)));
  }
  await keepNote(trx, catalog, kept, now);
  const left = await moveFollowers(trx, name, canary?.id ?? null, followers, now);
  if (canary?.id == null || canaries.length > 0 || left) return;
  // Nobody follows it any more.
  const before = await dispatchesOf(trx).get('catalog', canary.id);
  if (before !== null && before.state !== 'deleting') await dispatchesOf(trx).remove('catalog', canary.id, now);
}

interface CatalogObject {
  readonly id: string;
  readonly name: string;
  readonly stage: CatalogStage;
  readonly edition: CatalogEdition;
  readonly operators: readonly Operator[];
  readonly followers: readonly FollowerRow[];
  /** Those that are pinned, and not yet seen to be. */
  readonly unseen: readonly FollowerRow[];
}

/** Answers what of it stays although it is not approved any more. */
async function putCatalog(
  trx: Db,
  catalog: StoredCatalog,
  given: CatalogObject,
  now: Date,
): Promise<readonly CatalogKept[]> {
  const { id, name, edition, operators } = given;
  const { key } = catalog;
  const { entries: served, kept } = await entriesOf(trx, catalog, given, now);
  const entries = await withoutUnseen(trx, id, served, given.unseen);
  // The operator takes no catalog without an image; what stands there stays, and admission control refuses what is revoked.
  if (entries.length === 0) return kept;
  const objects = operators.map(
    (operator): KubernetesObject =>
      catalogManifest({ key: { ...key, name }, entries, operator, namespace: null, at: edition.at }),
  );
  const before = await dispatchesOf(trx).get('catalog', id);
  if (before !== null && before.state !== 'deleting' && isDeepStrictEqual(before.objects, objects)) return kept;
  const owner = { ownerKind: 'catalog', ownerId: id, locationId: key.location } as const;
  await dispatchesOf(trx).put({ ...owner, objects, requestedBy: edition.by }, now);
  return kept;
}

/** What the object holds: what may be served, and in stages what something runs (decision 0015). */
async function entriesOf(
  trx: Db,
  { key, policy }: StoredCatalog,
  { id, stage, edition, followers }: CatalogObject,
  now: Date,
): Promise<{ entries: CatalogEntry[]; kept: CatalogKept[] }> {
  const digests = [...new Set(digestsOf(edition.entries))];
  const states = await decisionsOf(trx).statesOf(digests, now);
  const stateOf = (digest: string) => states.get(digest)?.state ?? 'pending';
  const { entries, refused } = servable(edition.entries, stateOf);
  const isStaged = policy !== null && !policy.urgentRevocations;
  if (refused.length === 0 || (!isStaged && entries.length > 0)) return { entries, kept: [] };
  const row = await first(
    sql<{ digests: string[] }>`select applied_digests as digests from dispatches
      where owner_kind = 'catalog' and owner_id = ${id} and state <> 'deleting'`,
    trx,
  );
  const applied = new Set(row?.digests);
  const pods = await foreignPods(trx, key.location, digests, followers);
  const look = (isLast: boolean) =>
    edition.entries.flatMap((entry) => {
      const own = followers.filter(
        (each) => !each.is_guarded && each.major === entry.major && each.is_canary === (stage === 'canary'),
      );
      const users = {
        clusters: own.map((each) => each.id),
        pods: (digest: string) => (stage === 'main' ? (pods.get(digest) ?? 0) : 0),
      };
      return keptEntry({ stage, entry, stateOf, applied, users, isLast }) ?? [];
    });
  const used = look(false);
  const standing = used.length > 0 ? used : look(true);
  const kept = standing.flatMap((each) => each.kept);
  return { entries: isStaged ? standing.map(({ entry }) => entry) : [], kept };
}

/** By digest: pods of the location that run or mount it and belong to no cluster of these. */
async function foreignPods(
  trx: Db,
  location: string,
  digests: readonly string[],
  followers: readonly FollowerRow[],
): Promise<Map<string, number>> {
  const own = new Set(followers.map(({ spec }) => `${spec.namespace} Cluster/${spec.name}`));
  const counts = new Map<string, number>();
  for (const digest of digests) {
    const same = await runningAs(trx, digest);
    const { rows } = await sql<{ namespace: string; name: string; owner: string | null }>`
      select distinct namespace, name, owner from image_usages where location_id = ${location} and kind = 'Pod'
        and (digest = any(${same}::text[]) or pinned = ${digest})`.execute(trx);
    const others = rows.filter(({ namespace, owner }) => !own.has(`${namespace} ${owner}`));
    if (others.length > 0) counts.set(digest, others.length);
  }
  return counts;
}

/** Writes down what is kept, and tells of what was not kept before. */
async function keepNote(trx: Db, catalog: StoredCatalog, kept: readonly CatalogKept[], now: Date): Promise<void> {
  if (isDeepStrictEqual(catalog.kept, kept)) return;
  await sql`update catalogs set kept = ${json(kept)} where id = ${catalog.id}`.execute(trx);
  const known = new Set(catalog.kept.map(({ stage, digest }) => `${stage} ${digest}`));
  for (const each of kept) {
    if (known.has(`${each.stage} ${each.digest}`)) continue;
    const where = each.stage === 'canary' ? 'for its canaries, ' : '';
    await tellOfCatalog(trx, catalog, 'catalog.revoked-kept', `${where}${each.message} ${each.hint}`, [each], now);
  }
}

/**
 * Points each cluster to its catalog, to that of the canaries once it stands in Kubernetes. Both serve the same image when
 * a cluster changes over (the policy cannot change else), so nothing restarts. One that a second person guards is pinned to what it
 * has. True: one of them is not over yet.
 */
async function moveFollowers(
  trx: Db,
  name: string,
  canaryId: string | null,
  followers: readonly FollowerRow[],
  now: Date,
): Promise<boolean> {
  const dispatches = dispatchesOf(trx);
  const isThere = canaryId !== null && ((await dispatches.get('catalog', canaryId))?.appliedGeneration ?? 0) > 0;
  let isLeft = false;
  for (const follower of followers) {
    const { id, is_canary, is_guarded, reference } = follower;
    const dispatch = await dispatches.get('cluster', id);
    if (dispatch === null || dispatch.state === 'deleting') continue;
    const wanted = is_canary && isThere ? canaryName(name) : name;
    const source = is_guarded ? { pinned: reference } : followed(wanted, follower);
    const objects = dispatch.objects.map((object) => withImageFrom(object, source));
    if (!isDeepStrictEqual(objects, dispatch.objects)) {
      const { locationId } = dispatch;
      await dispatches.put({ ownerKind: 'cluster', ownerId: id, locationId, objects, requestedBy: ITSELF }, now);
      isLeft = true;
    } else if (!isApplied(dispatch)) isLeft = true;
  }
  return isLeft;
}

const isApplied = ({ generation, appliedGeneration }: Dispatch) => generation === appliedGeneration;
