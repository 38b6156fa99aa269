/** One word for all clusters that an edition does not reach without a second person: their upgrades are asked for. */
import type { CatalogAsked, UpgradeTiming } from '@pharos/contract';
import { type StoredCatalog, StoreError } from '@pharos/store';
import type { Context } from '../context.ts';
import type { Principal } from '../identity/principal.ts';
import { ProblemError } from '../problem.ts';
import { followersOf, heldOf } from './catalog-view.ts';
import { requestUpgrade } from './upgrade-run.ts';

/** Each cluster by itself: what is refused for one is told, and the others are asked for all the same. */
export async function askForHeld(
  context: Context,
  stored: StoredCatalog,
  when: UpgradeTiming,
  principal: Principal | null,
): Promise<Omit<CatalogAsked, 'catalog'>> {
  const { store } = context;
  const asked: CatalogAsked['asked'] = [];
  const refused: CatalogAsked['refused'] = [];
  const followers = await followersOf(context, stored);
  for (const { id, waitsFor, upgrade } of await heldOf(context, stored, followers)) {
    const cluster = await store.clusters.get(id);
    if (waitsFor === null || upgrade !== null || cluster === null) continue;
    const follower = followers.find((each) => each.id === id)!;
    try {
      await requestUpgrade(context, cluster, { image: waitsFor.digest, when }, principal);
      const open = (await store.clusterUpgrades.open([id])).get(id);
      asked.push({ ...follower, state: open?.state ?? 'requested' });
    } catch (error) {
      if (!(error instanceof ProblemError || error instanceof StoreError)) throw error;
      refused.push({ ...follower, code: error.code, message: error.message, hint: error.hint });
    }
  }
  return { asked, refused };
}
