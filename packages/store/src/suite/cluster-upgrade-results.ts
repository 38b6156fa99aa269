/** What came of upgrades, and the pods by which it is seen. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { UsageReport } from '@pharos/contract';
import { actions, begin, CLUSTER, ready, upgrade } from './cluster-upgrade-given.ts';
import { AGENT, digestOf, type Given, hello, hours, observation, scan, T0 } from './given.ts';

export function clusterUpgradeResultsSuite(given: () => Promise<Given>): void {
  it('what may not be any more is stopped once, with its reason told; what came of the others is concluded once', async () => {
    const { store } = await ready(given);
    const first = await store.clusterUpgrades.request(upgrade(), T0);
    const stops = await Promise.all([1, 2].map(() => store.clusterUpgrades.stop(first.id, 'It is revoked.', hours(1))));
    assert.deepEqual(stops.sort(), [false, true]);
    const stopped = await store.activity.list({ limit: 9, type: 'upgrade.stopped' });
    assert.equal(stopped.total, 1);
    assert.match(
      stopped.items[0]!.message,
      /^orders in here, 17\.4-\S+ to 17\.6-\S+: It was not done: It is revoked\.$/,
    );
    const second = await store.clusterUpgrades.request(upgrade(), hours(2));
    await begin(store, second.id, 1, hours(3));
    assert.equal((await store.clusterUpgrades.open([CLUSTER])).get(CLUSTER)?.state, 'applying');
    assert.deepEqual(
      (await store.clusterUpgrades.unproven(T0)).map(({ id }) => id),
      [second.id],
    );
    const conclude = (state: 'verified' | 'unverified') =>
      store.clusterUpgrades.conclude(second.id, state, `${state}.`, hours(4));
    assert.deepEqual([await conclude('unverified'), await conclude('unverified')], [true, false]);
    assert.deepEqual(
      [await conclude('verified'), await conclude('verified'), await conclude('unverified')],
      [true, false, false],
    );
    assert.deepEqual(await store.clusterUpgrades.unproven(T0), []);
    assert.deepEqual((await actions(store)).slice(0, 3), ['upgrade-verify', 'upgrade-fail', 'upgrade']);
    assert.deepEqual(
      (await store.clusterUpgrades.ofCluster(CLUSTER, 9)).map(({ state }) => state),
      ['verified', 'stopped'],
    );
  });

  it('one that is passed by the next is not looked at any more', async () => {
    const { store } = await ready(given);
    const first = await store.clusterUpgrades.request(upgrade(), T0);
    await begin(store, first.id, 1, hours(1));
    const second = await store.clusterUpgrades.request(upgrade(), hours(2));
    await begin(store, second.id, 2, hours(3));
    const before = await store.clusterUpgrades.get(first.id);
    assert.deepEqual([before?.state, /Another upgrade/.test(before?.result ?? '')], ['unverified', true]);
    assert.deepEqual(
      (await store.clusterUpgrades.unproven(T0)).map(({ id }) => id),
      [second.id],
    );
  });

  it('the pods of a cluster by the image or one of its platforms; null where nobody watches them', async () => {
    const { store } = await ready(given);
    await hello(store);
    const orders = { locationId: 'here', namespace: 'team', name: 'orders' };
    const index = observation(digestOf('index'), {
      platforms: [{ os: 'linux', architecture: 'arm64', variant: null, digest: digestOf('arm'), size: 1 }],
    });
    await scan(store, (await store.registries.list({ limit: 1 })).items[0]!.id, { tags: ['index'], images: [index] });
    assert.equal(await store.usages.podsOf(orders, digestOf('index')), null);
    const pod = (name: string, digest: string, more: object = {}) => ({
      ...{ namespace: 'team', name, container: 'postgres', image: 'r', digest, pinned: null, owner: 'Cluster/orders' },
      ...more,
    });
    const report: UsageReport = {
      ...{ agentId: AGENT, epoch: 1, sequence: 1, complete: true },
      scope: { apiVersion: 'v1', kind: 'Pod', namespace: '' },
      usages: [
        pod('orders-1', digestOf('arm')),
        pod('orders-2', digestOf('old')),
        pod('orders-2', digestOf('operator'), { container: 'bootstrap-controller' }),
        pod('orders-3-join', digestOf('index'), { container: 'join' }),
        pod('orders-4', digestOf('old')),
        pod('orders-4', digestOf('index'), { container: 'volumes/vector' }),
        pod('other-1', digestOf('index'), { owner: 'Cluster/other' }),
        pod('orders-1', digestOf('index'), { namespace: 'elsewhere' }),
      ],
    };
    assert.equal(await store.usages.report(report, hours(1)), true);
    assert.deepEqual(await store.usages.podsOf(orders, digestOf('index')), [
      { name: 'orders-1', isNew: true, since: hours(1).toISOString() },
      { name: 'orders-2', isNew: false, since: hours(1).toISOString() },
      { name: 'orders-4', isNew: true, since: hours(1).toISOString() },
    ]);
    assert.equal(await store.usages.podsOf({ ...orders, locationId: 'there' }, digestOf('index')), null);
  });
}
