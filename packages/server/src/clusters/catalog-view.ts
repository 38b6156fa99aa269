/** Catalogs as people see them: what is served, what is on its way, and which clusters a change restarts. */
import type { Catalog, CatalogDetail, CatalogEntry, CatalogFollower } from '@pharos/contract';
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
  };
}

export async function catalogDetail(context: Context, stored: StoredCatalog): Promise<CatalogDetail> {
  const { store } = context;
  const { id, key, newest } = stored;
  const editions = await store.catalogs.editions(id);
  const rollouts = await store.catalogs.rollouts(id);
  const drawn = (await drawnCatalogs(context, key.location)).get(idOf(stored));
  const followers = await followersOf(context, stored);
  return {
    ...(await catalogView(context, stored, await store.clusters.followers())),
    editions: editions.map((edition, index) => ({
      ...edition,
      changes: changesOf(editions[index + 1]?.entries ?? [], edition.entries),
      rollout: rollouts.get(edition.number) ?? null,
    })),
    next: changesOf(newest.entries, drawn?.entries ?? []),
    followers,
    restarts: restartedBy(stored, newest.entries, followers, await store.catalogs.standing(id)),
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
