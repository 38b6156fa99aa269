/** Followers of a catalog that a second person guards. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { it } from 'node:test';
import { parseVersion, withImageFrom } from '@pharos/library';
import type { NewUpgrade } from '../cluster-upgrade-port.ts';
import type { Store } from '../store.ts';
import {
  agent,
  cluster,
  edition,
  HEALTHY,
  image,
  KEY,
  NAME,
  NEW,
  OLD,
  ready,
  standing,
  state,
} from './catalog-given.ts';
import { digestOf, type Given } from './given.ts';

export function catalogHeldSuite(given: () => Promise<Given>): void {
  const protect = (store: Store, id: string, now: Date) =>
    store.maintenance.setCluster(id, { upgradeApproval: true }, { actor: 'alice', detail: '' }, now);

  /** Confirmed by somebody else, and begun. */
  async function confirm(store: Store, id: string, tag: string, now: Date): Promise<void> {
    const [alice, bob] = [randomUUID(), randomUUID()];
    for (const [user, name] of [
      [alice, 'alice'],
      [bob, 'bob'],
    ] as const) {
      await store.users.create({ id: user, name, kind: 'person', passwordHash: null, grants: [] }, now);
    }
    const before = (await store.clusters.get(id))!;
    const upgrade: NewUpgrade = {
      ...{ id: randomUUID(), clusterId: id, kind: 'minor', digest: digestOf(tag), extension: null },
      ...{ fromTag: before.tag, toTag: tag, timing: 'now', requestedBy: 'alice', requestedPerson: alice },
    };
    await store.clusterUpgrades.request(upgrade, now);
    await store.clusterUpgrades.approve(upgrade.id, { actor: 'bob', person: bob }, now);
    const spec = { ...before.spec, image: digestOf(tag) };
    const { objects } = (await store.dispatches.get('cluster', id))!;
    const pinned = objects.map((object) => withImageFrom(object, { pinned: image(tag) }));
    await store.clusters.update(
      id,
      before.revision,
      { ...before, spec, tag, reference: image(tag), version: parseVersion('pg', tag) },
      { action: 'upgrade', actor: 'alice', detail: '' },
      now,
      { objects: pinned, upgrade: { scheduled: upgrade.id } },
    );
  }

  it('a guarded follower is pinned before the object of its catalog changes, and the others do not wait once it is seen', async () => {
    const { store, id, orders, now } = await ready(given);
    await agent(store, now.pass(1));
    await agent(store, now.pass(1));
    await protect(store, orders, now.pass(1));
    await store.catalogs.publish(KEY, 1, edition(NEW), now.pass(1));
    await store.catalogs.dispatch(id, now.at());
    assert.deepEqual(await standing(store), { [NAME]: image(OLD), orders: image(OLD), bills: NAME });
    assert.deepEqual([(await store.catalogs.held(id))[0]?.isPinned, await store.catalogs.staged()], [false, [id]]);
    await agent(store, now.pass(1));
    await store.catalogs.step(id, now.pass(1));
    assert.deepEqual(await standing(store), { [NAME]: image(NEW), orders: image(OLD), bills: NAME });
    const [hold] = await store.catalogs.held(id);
    assert.deepEqual([hold?.isPinned, hold?.tag, hold?.waitsFor?.tag], [true, OLD, NEW]);
    assert.deepEqual(await store.catalogs.staged(), [], 'nothing is left to be carried on');
    const kept = (await store.clusters.get(orders))!;
    assert.deepEqual([kept.spec.image, kept.reference, kept.tag], [digestOf(OLD), image(OLD), OLD]);
    const told = await store.activity.list({ limit: 9, type: 'catalog.second-person' });
    assert.deepEqual([told.total, told.items[0]?.items], [1, [{ name: NEW, digest: digestOf(NEW) }]]);
  });

  it('a follower that was made pinned holds up nothing, though no agent has applied it', async () => {
    const { store, id, orders, now } = await ready(given);
    await store.clusters.remove(orders, now.at());
    await agent(store, now.pass(1));
    await agent(store, now.pass(1));
    const late = await cluster(store, 'late', { pinned: image(OLD) });
    await protect(store, late, now.at());
    await store.catalogs.publish(KEY, 1, edition(NEW), now.pass(1));
    await store.catalogs.dispatch(id, now.at());
    assert.deepEqual(await standing(store), { [NAME]: image(NEW), late: image(OLD), bills: NAME });
  });

  it('a guarded canary keeps its image: the rollout waits for its second person, and the time to give up begins then', async () => {
    const { store, id, orders, policy, now } = await ready(given);
    await store.catalogs.setPolicy(id, policy({ giveUpMinutes: 20 }));
    const turns = async (count: number, phase = HEALTHY) => {
      for (let turn = 0; turn < count; turn += 1) {
        await agent(store, now.pass(1), phase);
        await store.catalogs.step(id, now.at());
      }
    };
    await turns(4);
    await protect(store, orders, now.at());
    await turns(2);
    await store.catalogs.publish(KEY, 1, edition(NEW), now.at());
    await turns(40);
    const [catalog] = await store.catalogs.list('here');
    assert.deepEqual(
      [catalog?.rollout?.state, catalog?.rollout?.message],
      ['waiting-for-health', 'team/orders (a second person has not confirmed it yet)'],
    );
    assert.equal((await standing(store)).orders, image(OLD));
    assert.deepEqual([(await store.catalogs.held(id))[0]?.waitsFor?.tag, await served(store)], [NEW, OLD]);
    await confirm(store, orders, NEW, now.pass(1));
    await turns(10, 'Upgrading cluster');
    assert.equal(await state(store), 'waiting-for-health', 'it has the edition for ten minutes only');
    await turns(8);
    assert.deepEqual([await state(store), await served(store)], ['out', NEW]);
    assert.equal((await standing(store)).orders, image(NEW));
  });

  const served = async (store: Store) => (await store.catalogs.list('here'))[0]!.edition.entries[0]!.tag;
}
