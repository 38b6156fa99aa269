import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { it } from 'node:test';
import { ClusterInput, type MaintenanceWindow, type UsageReport } from '@pharos/contract';
import { parseVersion, specOf } from '@pharos/library';
import { sql } from 'kysely';
import type { ClusterContent } from '../cluster-port.ts';
import type { NewUpgrade } from '../cluster-upgrade-port.ts';
import { StoreError } from '../errors.ts';
import { windowsOf } from '../maintenance-port.ts';
import type { Store } from '../store.ts';
import { AGENT, digestOf, type Given, hello, hours, observation, registry, scan, T0 } from './given.ts';

const [OLD, NEW] = ['17.4-2503310734', '17.6-2509120845'];
const WINDOW: MaintenanceWindow = { days: ['sat'], from: '22:00', minutes: 120, timeZone: 'UTC' };
const NOTE = { action: 'upgrade', actor: 'alice', detail: '' } as const;
const OBJECTS = [{ apiVersion: 'postgresql.cnpg.io/v1', kind: 'Cluster', metadata: { name: 'orders' } }];

const content = (tag: string): ClusterContent => ({
  spec: specOf(ClusterInput.parse({ name: 'orders', location: 'here', image: digestOf(tag), storage: '1Gi' })),
  ...{ engine: 'postgresql', version: parseVersion('pg', tag), tag, reference: tag, catalog: null, apply: true },
});

const isCode = (code: string) => (error: unknown) => error instanceof StoreError && error.code === code;

export function clusterUpgradesSuite(given: () => Promise<Given>): void {
  const CLUSTER = randomUUID();

  async function ready(): Promise<Given> {
    const it = await given();
    const id = await registry(it.store);
    await scan(it.store, id, { tags: [OLD!, NEW!], images: [OLD!, NEW!].map((tag) => observation(digestOf(tag))) });
    await it.store.clusters.create(CLUSTER, content(OLD!), { ...NOTE, action: 'create' }, T0, OBJECTS);
    return it;
  }

  const upgrade = (more: Partial<NewUpgrade> = {}): NewUpgrade => ({
    ...{ id: randomUUID(), clusterId: CLUSTER, kind: 'minor', digest: digestOf(NEW!), extension: null },
    ...{ fromTag: OLD!, toTag: NEW!, timing: 'window', requestedBy: 'alice', requestedPerson: null },
    ...more,
  });

  const begin = (store: Store, scheduled: string, revision = 1, now = hours(1)) =>
    store.clusters.update(CLUSTER, revision, content(NEW!), NOTE, now, { objects: OBJECTS, upgrade: { scheduled } });

  const actions = async (store: Store) => (await store.clusters.history(CLUSTER)).map(({ action }) => action);

  it('windows of a location hold for its clusters, until one sets its own and takes it back', async () => {
    const { store } = await ready();
    assert.equal(await store.maintenance.setLocation('nowhere', { windows: [] }), null);
    await store.maintenance.setLocation('here', { windows: [WINDOW] });
    const effective = async () => windowsOf((await store.maintenance.ofCluster(CLUSTER))!);
    assert.deepEqual(await effective(), [WINDOW]);
    const own = { ...WINDOW, from: '03:00' };
    const note = { actor: 'alice', detail: 'own' };
    await store.maintenance.setCluster(CLUSTER, { windows: [own] }, note, T0);
    assert.deepEqual(await effective(), [own]);
    await store.maintenance.setCluster(CLUSTER, { upgradeApproval: true }, note, T0);
    assert.deepEqual(await effective(), [own], 'what is left out stays');
    await store.maintenance.setCluster(CLUSTER, { windows: null }, note, T0);
    const kept = await store.maintenance.ofCluster(CLUSTER);
    assert.deepEqual([kept?.windows, kept?.upgradeApproval, kept?.location.windows], [null, true, [WINDOW]]);
    assert.equal(await store.maintenance.setCluster(randomUUID(), { windows: null }, note, T0), null);
  });

  it('a scheduled upgrade begins once, however many begin it at the same time', async () => {
    const { store } = await ready();
    const { id } = await store.clusterUpgrades.request(upgrade(), T0);
    assert.equal((await store.clusterUpgrades.scheduled())[0]?.upgrade.id, id);
    const tries = await Promise.allSettled([1, 2, 3].map(() => begin(store, id)));
    assert.deepEqual(tries.map(({ status }) => status).sort(), ['fulfilled', 'rejected', 'rejected']);
    for (const one of tries) if (one.status === 'rejected') assert.ok(isCode('conflict')(one.reason));
    await assert.rejects(begin(store, id, 2), isCode('conflict'), 'nor afterwards, with the revision that is right');
    const kept = await store.clusterUpgrades.get(id);
    assert.deepEqual([kept?.state, kept?.generation], ['applying', 2]);
    const dispatch = await store.dispatches.get('cluster', CLUSTER);
    assert.deepEqual([dispatch?.generation, (await store.clusters.get(CLUSTER))?.revision], [2, 2]);
    assert.deepEqual(await store.clusterUpgrades.scheduled(), []);
    assert.deepEqual(await actions(store), ['upgrade', 'upgrade-request', 'create']);
  });

  it('a cancelled upgrade never begins, and leaves the cluster and what is applied as they were', async () => {
    const { store } = await ready();
    const { id } = await store.clusterUpgrades.request(upgrade(), T0);
    await store.clusterUpgrades.cancel(id, 'bob', hours(1));
    await assert.rejects(begin(store, id), isCode('conflict'));
    await assert.rejects(store.clusterUpgrades.cancel(id, 'bob', hours(1)), isCode('conflict'));
    assert.equal((await store.clusters.get(CLUSTER))?.tag, OLD);
    assert.equal((await store.dispatches.get('cluster', CLUSTER))?.generation, 1);
    assert.deepEqual(await actions(store), ['upgrade-cancel', 'upgrade-request', 'create']);
    assert.equal((await store.clusterUpgrades.get(id))?.result, 'bob cancelled it.');
  });

  it('one waits at a time; what begins at once does not pass it by', async () => {
    const { store } = await ready();
    const both = await Promise.allSettled(
      [upgrade(), upgrade()].map((each) => store.clusterUpgrades.request(each, T0)),
    );
    assert.deepEqual(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
    const step = { objects: OBJECTS, upgrade: { at: 'once', upgrade: upgrade({ timing: 'now' }) } } as const;
    await assert.rejects(store.clusters.update(CLUSTER, 1, content(NEW!), NOTE, T0, step), isCode('conflict'));
    assert.equal((await store.clusters.get(CLUSTER))?.tag, OLD);
  });

  it('what fails between the cluster and what its agents apply leaves neither', async () => {
    const { store, db } = await ready();
    const { id } = await store.clusterUpgrades.request(upgrade(), T0);
    // The dispatch stands elsewhere, so it is refused after the cluster was written.
    await sql`insert into locations (id, name, created_at) values ('there', 'there', now())`.execute(db);
    await sql`update dispatches set location_id = 'there'`.execute(db);
    await assert.rejects(begin(store, id), isCode('conflict'));
    const after = await store.clusters.get(CLUSTER);
    assert.deepEqual([after?.tag, after?.revision], [OLD, 1]);
    assert.deepEqual(await actions(store), ['upgrade-request', 'create']);
    assert.equal((await store.clusterUpgrades.get(id))?.state, 'scheduled');
    const [second, third] = [randomUUID(), randomUUID()];
    const owner = { ownerKind: 'cluster', ownerId: second, locationId: 'there' } as const;
    await store.dispatches.put({ ...owner, objects: OBJECTS, requestedBy: 'x' }, T0);
    const other = { ...content(OLD!), spec: { ...content(OLD!).spec, name: 'second' } };
    const made = { ...NOTE, action: 'create' } as const;
    await assert.rejects(store.clusters.create(second, other, made, T0, OBJECTS), isCode('conflict'));
    assert.equal(await store.clusters.get(second), null);
    // The other way round: what the cluster refuses is not dispatched.
    await assert.rejects(store.clusters.create(third, content(OLD!), made, T0, OBJECTS), isCode('name-taken'));
    assert.equal(await store.dispatches.get('cluster', third), null);
    await sql`update dispatches set location_id = 'here' where owner_id = ${CLUSTER}`.execute(db);
    await begin(store, id);
    assert.equal((await store.clusterUpgrades.get(id))?.state, 'applying', 'and the next try goes through');
  });

  it('a cluster is forgotten with what is to be deleted of it', async () => {
    const { store } = await ready();
    assert.equal(await store.clusters.remove(CLUSTER, hours(1)), true);
    assert.equal((await store.dispatches.get('cluster', CLUSTER))?.state, 'deleting');
  });

  it('a second person confirms: not who asked, not a program, and nothing begins before', async () => {
    const { store } = await ready();
    const [alice, bob, robot] = [randomUUID(), randomUUID(), randomUUID()];
    for (const [id, name, kind] of [
      [alice, 'alice', 'person'],
      [bob, 'bob', 'person'],
      [robot, 'robot', 'robot'],
    ] as const) {
      await store.users.create({ id, name, kind, passwordHash: null, grants: [] }, T0);
    }
    await store.maintenance.setLocation('here', { upgradeApproval: true });
    const atOnce = { upgrade: { at: 'once', upgrade: upgrade({ timing: 'now', requestedPerson: bob }) } } as const;
    const direct = store.clusters.update(CLUSTER, 1, content(NEW!), NOTE, T0, atOnce);
    await assert.rejects(direct, isCode('second-person-needed'));
    assert.equal((await store.clusters.get(CLUSTER))?.revision, 1);

    const { id, state } = await store.clusterUpgrades.request(upgrade({ requestedPerson: alice }), T0);
    assert.equal(state, 'requested');
    assert.deepEqual(await store.clusterUpgrades.scheduled(), []);
    await assert.rejects(begin(store, id), isCode('conflict'));
    for (const person of [alice, robot, null]) {
      const refused = store.clusterUpgrades.approve(id, { actor: 'x', person }, T0);
      await assert.rejects(refused, isCode('second-person-needed'));
    }
    const approved = await store.clusterUpgrades.approve(id, { actor: 'bob', person: bob }, hours(1));
    assert.deepEqual([approved.state, approved.approvedBy], ['scheduled', 'bob']);
    await assert.rejects(store.clusterUpgrades.approve(id, { actor: 'bob', person: bob }, T0), isCode('conflict'));
    await begin(store, id);
    const told = await store.activity.list({ limit: 9, type: 'upgrade.waiting' });
    assert.deepEqual([told.total, told.items[0]?.subjectId], [1, CLUSTER]);
  });

  it('approval that is asked for later holds for what waits already and nobody has confirmed', async () => {
    const { store } = await ready();
    const { id } = await store.clusterUpgrades.request(upgrade(), T0);
    await store.maintenance.setCluster(CLUSTER, { upgradeApproval: true }, { actor: 'alice', detail: '' }, T0);
    assert.equal((await store.clusterUpgrades.get(id))?.state, 'requested');
    await assert.rejects(begin(store, id), isCode('conflict'));
  });

  it('what may not be any more is stopped once, with its reason told; what came of the others is concluded once', async () => {
    const { store } = await ready();
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
    const { store } = await ready();
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
    const { store } = await ready();
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
