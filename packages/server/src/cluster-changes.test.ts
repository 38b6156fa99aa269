/** What restarts a cluster goes the way of an upgrade, and what protects it is not taken away by whoever may change it. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { clusterObject, restartsOf } from '@pharos/library';
import { imageOf, LOCATION, startLibrary, type TestLibrary } from './clusters/testing.ts';
import { joinAs, random, serverIn, windowSoon } from './clusters/testing-people.ts';
import { carryOutDue, verifyUpgrades } from './clusters/upgrade-run.ts';
import type { CallOptions } from './testing.ts';

const [PG, VECTOR] = ['hcp/postgresql', 'hcp/pgvector'];
const TAG = '18.4-202607270910-minimal-trixie';
const TAGS = ['0.8.0', '0.8.1', '0.8.2', '0.8.3'].map((version) => `${version}-202608170911-18-trixie`);
const [v0, v1, v2, PENDING] = TAGS.map((tag) => imageOf(VECTOR!, tag)) as [string, string, string, string];
const image = imageOf(PG!, TAG);
let library: TestLibrary;
let at: TestLibrary['it'];
let agent: TestLibrary['agent'];
let alice: CallOptions;
let bob: CallOptions;

before(async () => {
  library = await startLibrary();
  ({ it: at, agent } = library);
  await library.scan(PG!, [TAG]);
  const annotations = {
    'io.cloudnativepg.image.base.name': 'ghcr.io/cloudnative-pg/postgresql:18-minimal-trixie',
    'io.cloudnativepg.image.base.pgmajor': '18',
    'io.cloudnativepg.image.base.os': 'trixie',
    'org.opencontainers.image.base.name': 'scratch',
  };
  await library.scan(
    VECTOR!,
    TAGS.map((tag) => ({ tag, annotations })),
  );
  await library.decide('approved', image, v0, v1);
  [alice, bob] = [await joinAs(at, 'alice'), await joinAs(at, 'bob')];
});
after(() => library.it.stop());

async function makeCluster(name: string, more: object = {}): Promise<{ id: string }> {
  const extensions = [{ name: 'vector', image: v0 }];
  const body = {
    ...{ name, location: LOCATION, image, storage: '20Gi', instances: 1 },
    extensions,
    apply: true,
    ...more,
  };
  const made = await at.call('createCluster', { body });
  assert.equal(made.status, 201, made.text);
  return { id: made.body.id };
}

const patch = (params: { id: string }, body: object, as: CallOptions = {}) =>
  at.call('updateCluster', { params, body }, as);
const vector = (digest: string) => ({ extensions: [{ name: 'vector', image: digest }] });
const show = async (params: { id: string }) => (await at.call('getCluster', { params })).body;
const handed = async ({ id }: { id: string }) => clusterObject((await at.store.dispatches.get('cluster', id))!.objects);
const mounted = async (params: { id: string }) => JSON.stringify((await handed(params))?.spec);
const protect = (params: { id: string }, upgradeApproval: boolean, as: CallOptions = {}) =>
  at.call('setClusterMaintenance', { params, body: { upgradeApproval } }, as);

test('a new extension image waits for its window, is shown, and comes by the digest that was asked for', async () => {
  const params = await makeCluster('window');
  const none = await patch(params, { ...vector(v1), when: 'window' });
  assert.deepEqual([none.status, none.body.code], [409, 'no-maintenance-window']);
  await at.call('setClusterMaintenance', { params, body: { windows: [windowSoon()] } });
  const asked = await patch(params, { ...vector(v1), resources: { memory: '2Gi' }, instances: 2, when: 'window' });
  assert.equal(asked.status, 200, asked.text);
  assert.deepEqual([asked.body.upgrade.kind, asked.body.upgrade.state], ['change', 'scheduled']);
  assert.equal(asked.body.upgrade.change, `vector from ${TAGS[1]}, memory 2Gi, instances 2 instead of 1`);
  assert.equal(asked.body.upgrade.opensAt.slice(11, 16), windowSoon().from);
  assert.deepEqual([asked.body.spec.instances, asked.body.spec.extensions[0].image], [1, v0], 'the whole of it waits');
  const again = await patch(params, { ...vector(v1), resources: { memory: '2Gi' }, instances: 2, when: 'window' });
  assert.deepEqual([again.status, again.body.upgrades.length], [200, 1], 'asked once more it is the same');
  assert.equal((await patch(params, { resources: { memory: '9Gi' } })).body.code, 'conflict', 'one waits at a time');
  // What restarts nothing does not wait, and stays when the other comes.
  assert.equal((await patch(params, { storage: '30Gi' })).body.spec.storage.size, '30Gi');
  await carryOutDue(serverIn(at, 0));
  assert.ok((await mounted(params)).includes(v0));
  await Promise.all([carryOutDue(serverIn(at, 3.5)), carryOutDue(serverIn(at, 3.25))]);
  const done = await show(params);
  assert.deepEqual(
    [done.spec.extensions[0].image, done.spec.resources.memory, done.spec.instances, done.spec.storage.size],
    [v1, '2Gi', 2, '30Gi'],
  );
  assert.deepEqual([done.upgrade.state, done.history[0].detail], ['applying', asked.body.upgrade.change]);
  assert.ok((await mounted(params)).includes(v1));
  const told = (await at.call('listActivity', { query: { type: 'upgrade.started' } })).body.items;
  assert.deepEqual([told.length, told[0].subjectId], [1, params.id]);
});

test('where a second person confirms upgrades, one person changes no image and restarts nothing', async () => {
  const params = await makeCluster('second', { resources: { memory: '1Gi' } });
  await protect(params, true);
  const before = await mounted(params);
  const asked = await patch(params, vector(v1), alice);
  assert.deepEqual([asked.status, asked.body.upgrade.state], [200, 'requested'], asked.text);
  await carryOutDue(serverIn(at, 24));
  assert.equal(await mounted(params), before);
  const input = { params: { ...params, upgradeId: asked.body.upgrade.id } };
  assert.equal((await at.call('approveUpgrade', input, alice)).body.code, 'second-person-needed');
  const done = await at.call('approveUpgrade', input, bob);
  assert.deepEqual([done.status, done.body.state], [200, 'applying'], done.text);
  assert.ok((await mounted(params)).includes(v1));
  for (const body of [
    { extensions: [] },
    { resources: { memory: '2Gi' } },
    { storage: { size: '20Gi', walSize: '1Gi' } },
  ]) {
    const { status, body: answer, text } = await patch(params, body, alice);
    assert.deepEqual([status, answer.upgrade.state], [200, 'requested'], text);
    const cancel = { params: { ...params, upgradeId: answer.upgrade.id } };
    assert.equal((await at.call('cancelUpgrade', cancel, alice)).status, 200);
  }
  assert.equal((await patch(params, { instances: 3 }, alice)).body.spec.instances, 3, 'what restarts nothing is done');
});

test('the flag is taken away by whoever sets it for the location, and not by who changes clusters', async () => {
  const params = await makeCluster('flag');
  assert.equal((await protect(params, false, alice)).status, 200, 'there is nothing to take away');
  assert.equal((await protect(params, true, alice)).status, 200);
  const refused = await protect(params, false, alice);
  assert.deepEqual([refused.status, refused.body.code], [403, 'forbidden'], refused.text);
  assert.match(refused.body.hint, /agents:write/);
  const windows = [windowSoon()];
  const both = await at.call('setClusterMaintenance', { params, body: { windows, upgradeApproval: false } }, bob);
  assert.equal(both.status, 403);
  assert.equal((await show(params)).maintenance.windows, null, 'nothing of it was done');
  assert.equal((await at.call('setClusterMaintenance', { params, body: { windows } }, alice)).status, 200);
  const { items } = await at.store.audit.list({ limit: 9, order: 'newest', action: 'cluster.maintenance' });
  assert.ok(
    items.some(({ outcome, actor, subject }) => outcome !== 'done' && actor === 'alice' && subject === params.id),
  );
  assert.equal((await protect(params, false)).status, 200, 'an administrator');
});

test('an extension image that is not approved for new use comes by no change, and what was approved is asked again', async () => {
  const params = await makeCluster('states');
  assert.equal((await patch(params, vector(PENDING))).body.code, 'image-not-approved');
  await library.decide('approved', v2);
  await library.decide('deprecated', v2);
  assert.equal((await patch(params, vector(v2))).body.code, 'image-not-approved', 'deprecated is for what runs it');
  await library.decide('approved', v2);
  await at.call('setClusterMaintenance', { params, body: { windows: [windowSoon()] } });
  assert.equal((await patch(params, { ...vector(v2), when: 'window' })).body.upgrade.state, 'scheduled');
  await library.decide('revoked', v2);
  await carryOutDue(serverIn(at, 3.5));
  const after = await show(params);
  assert.deepEqual([after.upgrade, after.upgrades[0].state, after.spec.extensions[0].image], [null, 'stopped', v0]);
  assert.match(after.upgrades[0].message, /is revoked/);
  assert.equal((await patch(params, { extensions: ['vector'], instances: 2 })).body.spec.extensions[0].image, v0);
});

test('a change is verified by what the pods mount; one that mounts nothing by the word of the operator', async () => {
  const params = await makeCluster('proof');
  const applied = async (phase: string, now: Date) => {
    const holder = { locationId: LOCATION, agentId: agent.agentId, epoch: 1 };
    for (const task of await at.store.dispatches.take(holder, now)) {
      const object = { apiVersion: 'postgresql.cnpg.io/v1', kind: 'Cluster', namespace: 'default', name: 'proof' };
      const status = [
        {
          object,
          outcome: 'applied' as const,
          phase,
          instances: { ready: 1, total: 1 },
          conditions: [],
          events: [],
          drift: [],
        },
      ];
      const said = { agentId: agent.agentId, fence: task.fence, generation: task.generation, status };
      const report = { ...said, state: 'applied' as const, code: null, message: '', hint: null };
      await at.store.dispatches.report(task.id, report, now);
    }
  };
  const state = async () => (await show(params)).upgrades[0].state;
  assert.equal((await patch(params, { resources: { memory: '2Gi' } })).body.upgrade.state, 'applying');
  const later = (hours: number) => serverIn(at, hours).now();
  await applied('Upgrading cluster', later(0.1));
  await verifyUpgrades(serverIn(at, 0.1));
  assert.equal(await state(), 'applying');
  await applied('Cluster in healthy state', later(0.2));
  await verifyUpgrades(serverIn(at, 0.2));
  assert.equal(await state(), 'verified');
  await patch(params, vector(v1));
  await applied('Cluster in healthy state', later(0.5));
  await verifyUpgrades(serverIn(at, 0.5));
  assert.equal(await state(), 'applying', 'no agent tells what the pods mount');
  const usage = { namespace: 'default', name: 'proof-1', owner: 'Cluster/proof', image: 'r', pinned: null };
  const usages = [
    { ...usage, container: 'postgres', digest: image },
    { ...usage, container: 'volumes/vector', digest: v1 },
  ];
  const scope = { apiVersion: 'v1', kind: 'Pod', namespace: '' };
  const body = { agentId: agent.agentId, epoch: 1, sequence: 1, scope, complete: true, usages };
  assert.equal((await agent.call('agentUsages', { body })).status, 204);
  await verifyUpgrades(serverIn(at, 0.5));
  assert.deepEqual(
    [await state(), (await show(params)).upgrades[0].message],
    ['verified', 'The instance has the new extension images mounted.'],
  );
});

test('property: whatever one person asks for in whatever order, a cluster that a second person guards does not restart', async () => {
  for (const seed of [1, 2, 3]) {
    const next = random(seed);
    const params = await makeCluster(`guarded-${seed}`, { resources: { memory: '1Gi' } });
    assert.equal((await protect(params, true)).status, 200);
    const form = async () => {
      const { spec, reference } = (await at.store.clusters.get(params.id))!;
      return { spec, reference, object: await handed(params) };
    };
    const before = await form();
    const waiting = async () => (await show(params)).upgrade?.id ?? '00000000-0000-4000-8000-000000000000';
    const steps: (() => Promise<unknown>)[] = [
      () => patch(params, vector(v1), alice),
      () => patch(params, { ...vector(v1), instances: 2, when: 'window' }, alice),
      () => patch(params, { extensions: [] }, alice),
      () => patch(params, { extensions: ['vector'] }, alice),
      () => patch(params, { resources: { memory: '2Gi' } }, alice),
      () => patch(params, { instances: 1 + next(4) }, alice),
      () => patch(params, { storage: `${20 + next(9)}Gi` }, alice),
      () => protect(params, false, alice),
      () =>
        at.call(
          'setClusterMaintenance',
          { params, body: { windows: [{ ...windowSoon(), from: '00:00', minutes: 1440 }] } },
          alice,
        ),
      () => at.call('upgradeCluster', { params, body: { image: v1 } }, alice),
      async () => at.call('approveUpgrade', { params: { ...params, upgradeId: await waiting() } }, alice),
      async () => at.call('cancelUpgrade', { params: { ...params, upgradeId: await waiting() } }, alice),
      () => carryOutDue(serverIn(at, next(48))),
    ];
    for (let turn = 0; turn < 40; turn += 1) {
      // Two at once: what is decided between the look and the commit counts.
      await Promise.allSettled([steps[next(steps.length)]!(), steps[next(steps.length)]!()]);
      assert.deepEqual(restartsOf(before, await form()), [], `seed ${seed}, turn ${turn}`);
    }
  }
});

test('approval that is asked for between the look and the commit is not passed by', async () => {
  const params = await makeCluster('race');
  const stored = (await at.store.clusters.get(params.id))!;
  const content = { ...stored, spec: { ...stored.spec, extensions: [{ name: 'vector', image: v1 }] } };
  const object = { kind: 'Cluster', spec: { imageName: 'x' } };
  await protect(params, true);
  await assert.rejects(
    at.store.clusters.update(
      params.id,
      stored.revision,
      content,
      { action: 'update', actor: 'alice', detail: '' },
      new Date(),
      {
        objects: [object],
      },
    ),
    /second person confirms what restarts/,
  );
  assert.ok((await mounted(params)).includes(v0));
});
