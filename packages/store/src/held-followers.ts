/** Followers of a catalog that a second person guards: pinned to what they run, and moved on by an upgrade of their own. */
import type { ClusterSpec, Operator } from '@pharos/contract';
import { canaryName, clusterObject, entriesWritten, heldBack, parseVersion, withImageFrom } from '@pharos/library';
import { sql } from 'kysely';
import { noteChange } from './cluster-notes.ts';
import { type Db, iso, json } from './database.ts';
import { dispatchesOf, isFollower } from './dispatches.ts';
import type { CatalogHold, StoredCatalog } from './rollout-port.ts';
import { tellOfCatalog } from './rollout-telling.ts';

const ITSELF = 'Pharos';
/** How many clusters an entry of the activity names. */
const SHOWN = 10;

/** A cluster that an agent applies and that follows the catalog; its row is locked. */
export interface FollowerRow {
  id: string;
  spec: ClusterSpec;
  /** `repository:tag@digest`: of one that is guarded, what it is pinned to. */
  reference: string;
  major: number | null;
  is_canary: boolean;
  is_guarded: boolean;
}

/** Clusters come before what is dispatched, as everywhere. */
export async function lockFollowers(trx: Db, { id, key }: StoredCatalog): Promise<FollowerRow[]> {
  const { rows } = await sql<FollowerRow>`
    select k.id, k.spec, k.reference, (k.version ->> 'major')::integer as major, n.cluster_id is not null as is_canary,
      k.upgrade_approval or l.upgrade_approval as is_guarded
    from clusters k join locations l on l.id = k.location_id
      left join catalog_canaries n on n.cluster_id = k.id and n.catalog_id = ${id}
    where k.location_id = ${key.location} and k.catalog = ${key.name} and k.apply
    order by k.id for no key update of k`.execute(trx);
  return rows;
}

/**
 * Pins each guarded follower that takes its image from the catalog still, to the entry that was handed out last, and writes that down
 * in the cluster: from then on it is the image that it has. Answers the followers as they are then.
 */
export async function pinGuarded(
  trx: Db,
  { id, key }: StoredCatalog,
  canaryId: string | null,
  followers: readonly FollowerRow[],
  now: Date,
): Promise<FollowerRow[]> {
  const dispatches = dispatchesOf(trx);
  const pinned: FollowerRow[] = [];
  for (const follower of followers) {
    const dispatch = follower.is_guarded ? await dispatches.get('cluster', follower.id) : null;
    const object = dispatch?.state === 'deleting' ? null : clusterObject(dispatch?.objects);
    if (dispatch === null || object === null || !isFollower(object)) {
      pinned.push(follower);
      continue;
    }
    const { name } = (object.spec as { imageCatalogRef: { name: unknown } }).imageCatalogRef;
    const followed = name === canaryName(key.name) && canaryId !== null ? canaryId : id;
    const written = entriesWritten((await dispatches.get('catalog', followed))?.objects ?? []);
    const entry = written.find(({ major }) => major === follower.major);
    const reference = entry?.image ?? follower.reference;
    const spec = entry === undefined ? follower.spec : { ...follower.spec, image: entry.digest };
    if (entry !== undefined) {
      await sql`update clusters set digest = ${entry.digest}, reference = ${reference}, tag = ${entry.tag},
          version = ${json(parseVersion('pg', entry.tag))}, spec = ${json(spec)}, revision = revision + 1,
          updated_at = ${iso(now)} where id = ${follower.id}`.execute(trx);
    }
    const detail = `pinned to ${entry?.tag ?? reference}: a second person confirms each new edition of ${key.name}`;
    await noteChange(trx, follower.id, { action: 'update', actor: ITSELF, detail }, now);
    const objects = dispatch.objects.map((each) => withImageFrom(each, { pinned: reference }));
    const { locationId } = dispatch;
    const owner = { ownerKind: 'cluster', ownerId: follower.id, locationId } as const;
    await dispatches.put({ ...owner, objects, requestedBy: ITSELF }, now);
    pinned.push({ ...follower, reference, spec });
  }
  return pinned;
}

/** Guarded followers that no agent has seen pinned yet: what their catalog holds for their major stays until then. */
export async function unseenPins(trx: Db, followers: readonly FollowerRow[]): Promise<FollowerRow[]> {
  const guarded = followers.filter(({ is_guarded }) => is_guarded);
  if (guarded.length === 0) return [];
  const { rows } = await sql<{ id: string }>`select owner_id as id from dispatches
    where owner_kind = 'cluster' and owner_id = any(${guarded.map(({ id }) => id)}::uuid[])
      and applied_generation <= followed_generation and followed_generation > 0`.execute(trx);
  const unseen = new Set(rows.map(({ id }) => id));
  return guarded.filter(({ id }) => unseen.has(id));
}

/** The entries that may be written to a catalog object now: those of clusters that may follow it stay as they are written. */
export async function withoutUnseen(
  trx: Db,
  objectId: string,
  entries: ReturnType<typeof heldBack>,
  unseen: readonly FollowerRow[],
): Promise<typeof entries> {
  if (unseen.length === 0) return entries;
  const before = await dispatchesOf(trx).get('catalog', objectId);
  if (before === null || before.state === 'deleting') return entries;
  const majors = new Set(unseen.flatMap(({ major }) => major ?? []));
  return heldBack(entries, entriesWritten(before.objects), majors);
}

/** @see Catalogs.held */
export async function holdsOf(db: Db, { id, key, edition, canary }: StoredCatalog): Promise<CatalogHold[]> {
  const { rows } = await sql<HoldRow>`
    select k.id, k.name, k.namespace, k.digest, k.tag, (k.version ->> 'major')::integer as major, n.cluster_id is not null as is_canary,
      d.followed_generation > 0 and d.applied_generation <= d.followed_generation as may_follow
    from clusters k join locations l on l.id = k.location_id
      left join catalog_canaries n on n.cluster_id = k.id and n.catalog_id = ${id}
      left join dispatches d on d.owner_kind = 'cluster' and d.owner_id = k.id
    where k.location_id = ${key.location} and k.catalog = ${key.name} and k.apply
      and (k.upgrade_approval or l.upgrade_approval)
    order by k.namespace, k.name, k.id limit 1000`.execute(db);
  return rows.map((row) => {
    const given = (row.is_canary ? canary : edition).entries.find(({ major }) => major === row.major);
    const waitsFor = given === undefined || given.digest === row.digest ? null : given;
    return {
      ...{ id: row.id, name: row.name, namespace: row.namespace, digest: row.digest, tag: row.tag },
      stage: row.is_canary ? 'canary' : 'main',
      waitsFor,
      isPinned: row.may_follow !== true,
    };
  });
}

/** The followers of a stage that an edition does not reach by itself are told once, in the transaction in which it gets there. */
export async function tellOfHolds(
  trx: Db,
  catalog: StoredCatalog,
  stage: CatalogHold['stage'],
  now: Date,
): Promise<void> {
  const holds = await holdsOf(trx, catalog);
  // An urgent edition reaches both stages.
  const held = holds.filter((each) => each.waitsFor !== null && (stage === 'main' || each.stage === stage));
  if (held.length === 0) return;
  const names = held.slice(0, SHOWN).map(({ name, namespace }) => `${namespace}/${name}`);
  const more = held.length > SHOWN ? `, and ${held.length - SHOWN} more` : '';
  const words = `a second person confirms it for ${names.join(', ')}${more}, which ${held.length === 1 ? 'keeps its image' : 'keep their images'} until then`;
  const entries = held.flatMap(({ waitsFor }) => waitsFor ?? []);
  const told = [...new Map(entries.map((each) => [each.digest, each])).values()];
  await tellOfCatalog(trx, catalog, 'catalog.second-person', `edition ${catalog.newest.number}: ${words}`, told, now);
}

interface HoldRow {
  name: string;
  namespace: string;
  id: string;
  digest: string;
  tag: string;
  major: number | null;
  is_canary: boolean;
  may_follow: boolean | null;
}

/** Where the image of an unguarded follower comes from. */
export function followed(catalog: string, { spec, major }: FollowerRow) {
  return { catalog, operator: spec.operator as Operator, major };
}
