/** Catalogs as people see them: what is served, what is on its way, and which clusters a change restarts. */
import type { Catalog, CatalogDetail, CatalogEntry, CatalogFollower, CatalogHeld } from '@pharos/contract';
import { digestsOf } from '@pharos/library';
import type { StandingCatalog, StoredCatalog } from '@pharos/store';
import type { Context } from '../context.ts';
import { changesOf, drawnCatalogs, idOf, servedCatalog } from './catalog-keeper.ts';

export async function catalogView(
  context: Context,
  stored: StoredCatalog,
  followers: ReadonlyMap<string, number>,
): Promise<Catalog> {
  const { reader, now } = context;
  const { key, mode, edition, newest, policy, rollout } = stored;
  const { entries, refused } = await servedCatalog(context, stored);
  const states = await reader.whole.decisions.statesOf(digestsOf(entries), now());
  return {
    ...key,
    mode,
    edition: edition.number,
    editionAt: edition.at,
    newest: newest.number,
    policy,
    rollout,
    entries: entries.map((entry) => ({ ...entry, state: states.get(entry.digest)?.state ?? 'pending' })),
    withheld: refused,
    kept: [...stored.kept],
    clusters: followers.get(idOf(stored)) ?? 0,
    waiting: (await context.store.catalogs.held(stored.id)).filter(({ waitsFor }) => waitsFor !== null).length,
  };
}

export async function catalogDetail(context: Context, stored: StoredCatalog): Promise<CatalogDetail> {
  const { store } = context;
  const { id, key, newest } = stored;
  const editions = await store.catalogs.editions(id);
  const rollouts = await store.catalogs.rollouts(id);
  const drawn = (await drawnCatalogs(context, key.location)).get(idOf(stored));
  const followers = await followersOf(context, stored);
  const held = await heldOf(context, stored, followers);
  return {
    ...(await catalogView(context, stored, await store.clusters.followers())),
    editions: editions.map((edition, index) => ({
      ...edition,
      changes: changesOf(editions[index + 1]?.entries ?? [], edition.entries),
      rollout: rollouts.get(edition.number) ?? null,
    })),
    next: changesOf(newest.entries, drawn?.entries ?? []),
    followers,
    restarts: restartedBy(stored, newest.entries, without(followers, held), await store.catalogs.standing(id)),
    held,
    applied: await store.catalogs.applied(id),
  };
}

/** Clusters made here, canaries first. */
export async function followersOf({ store }: Context, { key, policy }: StoredCatalog): Promise<CatalogFollower[]> {
  const canaries = new Set(policy?.canaries);
  return (await store.clusters.ofCatalog(key.location, key.name))
    .map(({ id, spec: { name, namespace }, version, apply }): CatalogFollower => {
      const stage = canaries.has(id) ? 'canary' : 'main';
      return { id, name, namespace, major: version.major ?? 0, stage, apply };
    })
    .sort((one, other) => Number(other.stage === 'canary') - Number(one.stage === 'canary'));
}

/** Followers that a second person guards, with how each stands to what its stage of the catalog gives. */
export async function heldOf(
  { store }: Context,
  { id, key }: StoredCatalog,
  followers: readonly CatalogFollower[],
): Promise<CatalogHeld[]> {
  const holds = await store.catalogs.held(id);
  const open = await store.clusterUpgrades.open(holds.map((each) => each.id));
  const hindrances = await hindrancesOf(
    store,
    holds.filter(({ isPinned }) => !isPinned),
  );
  return holds.flatMap(({ tag, waitsFor, isPinned, ...hold }): CatalogHeld[] => {
    const follower = followers.find((each) => each.id === hold.id);
    if (follower === undefined) return [];
    const found = open.get(hold.id);
    const isMeant = found !== undefined && found.digest === waitsFor?.digest;
    const upgrade = isMeant ? { id: found.id, state: found.state, requestedBy: found.requestedBy } : null;
    const wanted = waitsFor && { digest: waitsFor.digest, tag: waitsFor.tag };
    const unseen = `No agent has pinned it yet: what ${key.name} holds for PostgreSQL ${follower.major} stays for all until then.`;
    const why = hindrances.get(hold.id) ?? [];
    const message = [...(isPinned ? [] : [unseen, ...why]), wordsOf(wanted, upgrade)].join(' ');
    return [{ ...follower, tag, waitsFor: wanted, isPinned, upgrade, message }];
  });
}

/** What an agent said of those that it could not pin, with what to do about it. */
async function hindrancesOf(
  store: Context['store'],
  clusters: readonly { id: string }[],
): Promise<ReadonlyMap<string, string[]>> {
  const hindrances = new Map<string, string[]>();
  for (const { id } of clusters) {
    const dispatch = await store.dispatches.get('cluster', id);
    if (dispatch?.state === 'failed') hindrances.set(id, [dispatch.message, dispatch.hint ?? ''].filter(Boolean));
  }
  return hindrances;
}

function wordsOf(waitsFor: CatalogHeld['waitsFor'], upgrade: CatalogHeld['upgrade']): string {
  if (waitsFor === null) return 'It has what the catalog gives.';
  if (upgrade === null) return `It waits for ${waitsFor.tag}: nobody has asked for it yet.`;
  if (upgrade.state === 'requested') {
    return `It waits for ${waitsFor.tag}: ${upgrade.requestedBy} asked for it, and somebody else confirms it.`;
  }
  return `It waits for ${waitsFor.tag}: that is confirmed, and comes in its window.`;
}

/** Those that no edition reaches by itself are left out. */
export function without(
  followers: readonly CatalogFollower[],
  held: readonly Pick<CatalogHeld, 'id'>[],
): CatalogFollower[] {
  const ids = new Set(held.map(({ id }) => id));
  return followers.filter(({ id }) => !ids.has(id));
}

/**
 * Those that restart once they get these entries. The operator rolls each of them as soon as its catalog changes, so this is
 * the list to look at first (cloudnative-pg#9330). While an edition is under way not every cluster runs what its stage is
 * given: an agent may not have applied it, and a canary may follow the catalog of the others still. Where what stands is not
 * what was given, both are held against the entries.
 */
export function restartedBy(
  { edition, canary }: Pick<StoredCatalog, 'edition' | 'canary'>,
  entries: readonly CatalogEntry[],
  followers: readonly CatalogFollower[],
  standing: StandingCatalog,
): CatalogFollower[] {
  const changed = (before: readonly CatalogEntry[]) => new Set(changesOf(before, entries).map(({ major }) => major));
  const majors = { main: changed(edition.entries), canary: changed(canary.entries) };
  const lacks = (stage: CatalogFollower['stage'], major: number) => {
    const there = standing[stage];
    const entry = entries.find((each) => each.major === major);
    return there !== null && entry !== undefined && digestsOf([entry]).some((digest) => !there.includes(digest));
  };
  const notOver = new Set(standing.notOver);
  return followers.filter(({ id, stage, major, apply }) => {
    if (majors[stage].has(major)) return true;
    if (!apply) return false;
    if (stage === 'main' || !notOver.has(id)) return lacks(stage, major);
    return standing.main !== null && (majors.main.has(major) || lacks('main', major));
  });
}
