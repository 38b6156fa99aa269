import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { it } from 'node:test';
import type { MaintenanceWindow } from '@pharos/contract';
import { sql } from 'kysely';
import { windowsOf } from '../maintenance-port.ts';
import {
  actions,
  begin,
  CLUSTER,
  content,
  isCode,
  NEW,
  NOTE,
  OBJECTS,
  OLD,
  ready,
  upgrade,
} from './cluster-upgrade-given.ts';
import { type Given, hours, T0 } from './given.ts';

const WINDOW: MaintenanceWindow = { days: ['sat'], from: '22:00', minutes: 120, timeZone: 'UTC' };

export function clusterUpgradesSuite(given: () => Promise<Given>): void {
  it('windows of a location hold for its clusters, until one sets its own and takes it back', async () => {
    const { store } = await ready(given);
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
    const { store } = await ready(given);
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
    const { store } = await ready(given);
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
    const { store } = await ready(given);
    const both = await Promise.allSettled(
      [upgrade(), upgrade()].map((each) => store.clusterUpgrades.request(each, T0)),
    );
    assert.deepEqual(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
    const step = { objects: OBJECTS, upgrade: { at: 'once', upgrade: upgrade({ timing: 'now' }) } } as const;
    await assert.rejects(store.clusters.update(CLUSTER, 1, content(NEW), NOTE, T0, step), isCode('conflict'));
    assert.equal((await store.clusters.get(CLUSTER))?.tag, OLD);
  });

  it('what fails between the cluster and what its agents apply leaves neither', async () => {
    const { store, db } = await ready(given);
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
    const other = { ...content(OLD), spec: { ...content(OLD).spec, name: 'second' } };
    const made = { ...NOTE, action: 'create' } as const;
    await assert.rejects(store.clusters.create(second, other, made, T0, OBJECTS), isCode('conflict'));
    assert.equal(await store.clusters.get(second), null);
    // The other way round: what the cluster refuses is not dispatched.
    await assert.rejects(store.clusters.create(third, content(OLD), made, T0, OBJECTS), isCode('name-taken'));
    assert.equal(await store.dispatches.get('cluster', third), null);
    await sql`update dispatches set location_id = 'here' where owner_id = ${CLUSTER}`.execute(db);
    await begin(store, id);
    assert.equal((await store.clusterUpgrades.get(id))?.state, 'applying', 'and the next try goes through');
  });

  it('a cluster is forgotten with what is to be deleted of it', async () => {
    const { store } = await ready(given);
    assert.equal(await store.clusters.remove(CLUSTER, hours(1)), true);
    assert.equal((await store.dispatches.get('cluster', CLUSTER))?.state, 'deleting');
  });

  it('a second person confirms: not who asked, not a program, and nothing begins before', async () => {
    const { store } = await ready(given);
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
    const direct = store.clusters.update(CLUSTER, 1, content(NEW), NOTE, T0, atOnce);
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
    const { store } = await ready(given);
    const { id } = await store.clusterUpgrades.request(upgrade(), T0);
    await store.maintenance.setCluster(CLUSTER, { upgradeApproval: true }, { actor: 'alice', detail: '' }, T0);
    assert.equal((await store.clusterUpgrades.get(id))?.state, 'requested');
    await assert.rejects(begin(store, id), isCode('conflict'));
  });
}
