import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { DispatchTask } from '@pharos/contract';
import { imageOf, LOCATION, startLibrary, type TestLibrary } from './clusters/testing.ts';
import { joinAs, serverIn, windowSoon } from './clusters/testing-people.ts';
import { carryOutDue, verifyUpgrades } from './clusters/upgrade-run.ts';
import type { CallOptions } from './testing.ts';

const PG = 'hcp/postgresql';
const [OLD, YOUNG, NEXT] = ['17.4-2503310734', '17.6-2509120845', '17.7-2511130845'];
const [old, young, next] = [OLD, YOUNG, NEXT].map((tag) => imageOf(PG, tag)) as [string, string, string];
let library: TestLibrary;
let at: TestLibrary['it'];
let agent: TestLibrary['agent'];

before(async () => {
  library = await startLibrary();
  ({ it: at, agent } = library);
  await library.scan(PG, [OLD, YOUNG, NEXT]);
  await library.decide('approved', old, young, next);
});
after(() => library.it.stop());

async function makeCluster(name: string, more: object = {}): Promise<{ id: string }> {
  const body = { name, namespace: 'team-a', location: LOCATION, image: old, storage: '20Gi', apply: true, ...more };
  const made = await at.call('createCluster', { body });
  assert.equal(made.status, 201, made.text);
  return { id: made.body.id };
}

const upgrade = (params: { id: string }, when: string, image = young, as: CallOptions = {}) =>
  at.call('upgradeCluster', { params, body: { image, when } }, as);
const show = async (params: { id: string }) => (await at.call('getCluster', { params })).body;
const setWindow = (windows: object[] | null, params: { id: string }) =>
  at.call('setClusterMaintenance', { params, body: { windows } });

test('windows: of a location, of a cluster, refused when they are none, and not for everybody', async () => {
  const params = await makeCluster('windows');
  const location = { params: { id: LOCATION } };
  const none = await upgrade(params, 'window');
  assert.deepEqual([none.status, none.body.code], [409, 'no-maintenance-window']);
  const bad = { windows: [{ ...windowSoon(), timeZone: 'Europe/Bärlin' }] };
  const refused = await at.call('setLocationMaintenance', { ...location, body: bad });
  assert.deepEqual([refused.status, /time zone/.test(refused.body.detail)], [400, true], refused.text);
  const set = await at.call('setLocationMaintenance', { ...location, body: { windows: [windowSoon()] } });
  assert.deepEqual([set.status, set.body.windows], [200, [windowSoon()]]);
  const inherited = await at.call('getClusterMaintenance', { params });
  assert.equal(inherited.body.windows, null);
  assert.equal(inherited.body.opensAt.slice(11, 16), windowSoon().from);
  const own = { ...windowSoon(), from: '00:00', days: ['sun'] };
  assert.equal((await setWindow([own], params)).body.windows.length, 1);
  assert.equal((await setWindow([], params)).status, 400, 'no window of its own is what null says');
  assert.equal((await show(params)).history[0].detail, 'Sun 00:00 for 1 h (UTC)');
  assert.equal((await setWindow(null, params)).body.windows, null);

  const consumer = { token: await at.tokenOf('consumer') };
  const byConsumer = await at.call('setLocationMaintenance', { ...location, body: { windows: [] } }, consumer);
  assert.equal(byConsumer.status, 403);
  const viewer = { token: await at.tokenOf('viewer') };
  assert.equal((await at.call('setClusterMaintenance', { params, body: { windows: null } }, viewer)).status, 403);
  assert.equal((await upgrade(params, 'window', young, viewer)).status, 403);
  const nowhere = await at.call('setLocationMaintenance', { params: { id: 'nowhere' }, body: { windows: [] } });
  assert.equal(nowhere.status, 404);
  const { items } = await at.store.audit.list({ limit: 9, order: 'newest', action: 'location.maintenance' });
  const done = items.filter(({ outcome }) => outcome === 'done');
  assert.deepEqual(
    done.map(({ locationId, subject }) => [locationId, subject]),
    [[LOCATION, LOCATION]],
  );
  assert.deepEqual(JSON.parse(done[0]!.detail).before, { windows: [] });
});

test('a scheduled upgrade is shown with its time, waits, and begins once over two servers when the window opens', async () => {
  const params = await makeCluster('scheduled');
  await setWindow([windowSoon()], params);
  const asked = await upgrade(params, 'window');
  assert.equal(asked.status, 200, asked.text);
  assert.deepEqual([asked.body.image.tag, asked.body.upgrade.state], [OLD, 'scheduled']);
  assert.equal(asked.body.upgrade.opensAt.slice(11, 16), windowSoon().from);
  const listed = (await at.call('listClusters', { query: { q: 'scheduled' } })).body.items[0];
  assert.deepEqual([listed.upgrade.to, listed.upgrade.opensAt], [YOUNG, asked.body.upgrade.opensAt]);
  const again = await upgrade(params, 'now', next);
  assert.deepEqual([again.status, again.body.code], [409, 'conflict']);

  await carryOutDue(serverIn(at, 0));
  assert.equal((await show(params)).image.tag, OLD, 'the window is not open yet');
  await Promise.all([carryOutDue(serverIn(at, 3.5)), carryOutDue(serverIn(at, 3.25))]);
  await carryOutDue(serverIn(at, 3.5));
  const after = await show(params);
  assert.deepEqual([after.image.tag, after.upgrade.state], [YOUNG, 'applying']);
  assert.equal((await at.store.dispatches.get('cluster', params.id))?.generation, 2);
  assert.deepEqual(
    after.history.filter(({ action }: { action: string }) => action === 'upgrade').length,
    1,
    JSON.stringify(after.history),
  );
  const { items } = await at.store.audit.list({ limit: 10, order: 'newest', subject: params.id });
  const own = items.filter(({ action, actor }) => action === 'cluster.upgrade' && actor === 'Pharos');
  assert.deepEqual(
    own.map(({ outcome, actorKind, locationId }) => [outcome, actorKind, locationId]),
    [['done', 'system', LOCATION]],
  );
});

test('in an open window it begins at once; cancelled, it never begins', async () => {
  const params = await makeCluster('cancelled');
  const open = { ...windowSoon(), from: '00:00', minutes: 1440 };
  await setWindow([windowSoon()], params);
  const { id: upgradeId } = (await upgrade(params, 'window')).body.upgrade;
  const foreign = await makeCluster('foreign');
  const elsewhere = await at.call('cancelUpgrade', { params: { ...foreign, upgradeId } });
  assert.equal(elsewhere.status, 404, 'of another cluster');
  const cancelled = await at.call('cancelUpgrade', { params: { ...params, upgradeId } });
  assert.deepEqual([cancelled.status, cancelled.body.state], [200, 'cancelled']);
  assert.equal((await at.call('cancelUpgrade', { params: { ...params, upgradeId } })).body.code, 'conflict');
  await carryOutDue(serverIn(at, 3.5));
  const after = await show(params);
  assert.deepEqual([after.image.tag, after.upgrade, after.upgrades[0].state], [OLD, null, 'cancelled']);
  await setWindow([open], params);
  assert.equal((await upgrade(params, 'window')).body.image.tag, YOUNG);
});

test('an image that is revoked before the window never comes; the reason is kept and told', async () => {
  const params = await makeCluster('revoked');
  await setWindow([windowSoon()], params);
  assert.equal((await upgrade(params, 'window', next)).status, 200);
  await library.decide('revoked', next);
  await Promise.all([carryOutDue(serverIn(at, 3.5)), carryOutDue(serverIn(at, 3.5))]);
  const after = await show(params);
  assert.deepEqual([after.image.tag, after.upgrade], [OLD, null]);
  assert.equal(after.upgrades[0].state, 'stopped');
  assert.match(after.upgrades[0].message, /It was not done: .* is revoked\./);
  assert.equal(after.history[0].action, 'upgrade-stop');
  assert.equal((await at.store.dispatches.get('cluster', params.id))?.generation, 1);
  const told = (await at.call('listActivity', { query: { type: 'upgrade.stopped' } })).body.items;
  assert.deepEqual([told.length, told[0].subjectId], [1, params.id]);
  const { items } = await at.store.audit.list({ limit: 9, order: 'newest', action: 'cluster.upgrade-stop' });
  assert.deepEqual([items.length, /revoked/.test(items[0]?.reason ?? '')], [1, true]);
});

test('where approval is asked for, a second person confirms, and only then it begins', async () => {
  const [alice, bob] = [await joinAs(at, 'alice'), await joinAs(at, 'bob')];
  const params = await makeCluster('approved');
  await at.call('setClusterMaintenance', { params, body: { upgradeApproval: true } });
  const asked = await upgrade(params, 'now', young, alice);
  assert.equal(asked.status, 200, asked.text);
  assert.deepEqual([asked.body.image.tag, asked.body.upgrade.state], [OLD, 'requested']);
  await carryOutDue(serverIn(at, 24));
  assert.equal((await show(params)).image.tag, OLD);
  const input = { params: { ...params, upgradeId: asked.body.upgrade.id } };
  assert.equal((await at.call('approveUpgrade', input, alice)).body.code, 'second-person-needed');
  assert.equal((await at.call('approveUpgrade', input)).body.code, 'second-person-needed', 'a token is nobody');
  const done = await at.call('approveUpgrade', input, bob);
  assert.deepEqual([done.status, done.body.state, done.body.approvedBy], [200, 'applying', 'bob'], done.text);
  assert.equal((await show(params)).image.tag, YOUNG);
});

test('progress and proof: what the agent applies, what the operator says, which image the pods run', async () => {
  const params = await makeCluster('proof', { instances: 2 });
  const words = async () => {
    const { upgrade: open, upgrades } = await show(params);
    return [upgrades[0].state, open?.message ?? upgrades[0].message, open?.instances ?? null];
  };
  await upgrade(params, 'now');
  assert.deepEqual(await words(), ['applying', 'It waits for an agent of the location.', null]);

  const { agentId } = agent;
  const answer = await agent.call('agentDispatches', { query: { agentId, epoch: 1 } });
  const task = (answer.body.tasks as DispatchTask[]).find(({ ownerId }) => ownerId === params.id)!;
  const report = async (phase: string, ready: number, code: 'drifted' | null = null) => {
    const object = { apiVersion: 'postgresql.cnpg.io/v1', kind: 'Cluster', namespace: 'team-a', name: 'proof' };
    const rest = { conditions: [], events: [], drift: [], instances: { ready, total: 2 } };
    const body = {
      ...{
        agentId,
        fence: task.fence,
        generation: task.generation,
        state: 'applied',
        code,
        message: code === null ? '' : 'Somebody set .spec.instances.',
        hint: null,
      },
      status: [{ object, outcome: code ?? 'applied', phase, ...rest }],
    };
    assert.equal((await agent.call('agentDispatchReport', { params: { id: task.id }, body })).status, 204);
  };
  let sequence = 0;
  const run = async (...digests: string[]) => {
    sequence += 1;
    const usages = digests.map((digest, index) => ({
      ...{ namespace: 'team-a', name: `proof-${index + 1}`, container: 'postgres', image: 'r' },
      ...{ digest, pinned: null, owner: 'Cluster/proof' },
    }));
    const scope = { apiVersion: 'v1', kind: 'Pod', namespace: '' };
    const body = { agentId, epoch: 1, sequence, scope, complete: true, usages };
    assert.equal((await agent.call('agentUsages', { body })).status, 204);
  };

  await run(old, old);
  await report('Healthy', 2, 'drifted');
  const drifted = await show(params);
  const { code, message, objects } = drifted.kubernetes;
  assert.deepEqual([drifted.status.state, drifted.status.code, code], ['applied', 'drifted', 'drifted']);
  assert.deepEqual([message, objects[0].outcome, objects[0].phase], ['Somebody set .spec.instances.', code, 'Healthy']);
  await report('Upgrading cluster', 1);
  assert.deepEqual([(await show(params)).status.code, (await show(params)).kubernetes.code], [null, null]);
  await run(old, young);
  await verifyUpgrades(serverIn(at, 0));
  assert.deepEqual(await words(), [
    'applying',
    'Restarting instances: 1 of 2 run the new image. The operator says: Upgrading cluster.',
    { done: 1, total: 2 },
  ]);
  await verifyUpgrades(serverIn(at, 2));
  assert.deepEqual((await words())[0], 'unverified', 'too long');
  assert.match((await show(params)).upgrades[0].message, /^After 1 h: Restarting instances/);

  await run(young, young);
  await verifyUpgrades(serverIn(at, 2));
  assert.equal((await words())[0], 'unverified', 'the operator has not been asked since');
  await report('Cluster in healthy state', 2);
  await Promise.all([verifyUpgrades(serverIn(at, 2)), verifyUpgrades(serverIn(at, 2))]);
  assert.deepEqual((await words()).slice(0, 2), ['verified', `All 2 instances run ${young.slice(0, 19)}.`]);
  const told = (await at.call('listActivity', { query: { type: 'upgrade.verified' } })).body.items;
  assert.deepEqual([told.length, told[0].subjectId], [1, params.id]);
  assert.deepEqual(
    (await show(params)).history.map(({ action }: { action: string }) => action),
    ['upgrade-verify', 'upgrade-fail', 'upgrade', 'create'],
  );
});

test('an agent that looks says whether the pull secret stands there; without one nothing is held back', async () => {
  const base = { namespace: 'team-a', location: LOCATION, image: old, storage: '20Gi', pullSecret: 'pull' };
  const make = (name: string, more: object = {}) => at.call('createCluster', { body: { ...base, name, ...more } });
  assert.equal((await make('unlooked', { apply: true })).status, 201);

  const { agentId } = agent;
  const rest = { connected: true, version: 'v1', message: '', namespaces: [], checkedAt: new Date().toISOString() };
  const tell = async (...capabilities: object[]) =>
    assert.equal(
      (await agent.call('agentKubernetes', { body: { agentId, status: { ...rest, capabilities } } })).status,
      204,
    );
  await tell({ name: 'secrets', ok: true, missing: [] });
  const file = await make('file', { pullSecret: 'elsewhere' });
  assert.equal(file.status, 201, 'who applies by hand may make it later');

  const answered = async <T>(asking: Promise<T>, answer: 'there' | 'absent'): Promise<T> => {
    let open: { namespace: string; name: string }[] = [];
    while (open.length === 0) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      open = (await agent.call('agentDispatches', { query: { agentId, epoch: 1 } })).body.secrets;
    }
    assert.equal(open.length, 1);
    const answers = open.map(({ namespace, name }) => ({ namespace, name, answer }));
    await agent.call('agentSecrets', { body: { agentId, answers } });
    return asking;
  };
  const absent = await answered(make('looked', { apply: true, pullSecret: 'gone' }), 'absent');
  assert.deepEqual([absent.status, absent.body.errors?.[0].path], [409, 'pull-secret'], absent.text);
  assert.match(absent.body.hint, /Make it in team-a/);
  const made = await answered(make('looked', { apply: true }), 'there');
  assert.equal(made.status, 201, made.text);
  const change = (body: object) => at.call('updateCluster', { params: { id: made.body.id }, body });
  assert.equal((await change({ pullSecret: 'gone' })).body.errors?.[0].path, 'pull-secret');
  const turnedOn = at.call('updateCluster', { params: { id: file.body.id }, body: { apply: true } });
  assert.equal((await answered(turnedOn, 'absent')).body.errors?.[0].path, 'pull-secret');
  await tell();
});

test('storage of a cluster that stands grows only', async () => {
  const params = await makeCluster('storage');
  const smaller = await at.call('updateCluster', { params, body: { storage: '10Gi' } });
  assert.deepEqual([smaller.status, smaller.body.errors[0].path], [409, 'storage-shrink']);
  const larger = await at.call('updateCluster', { params, body: { storage: '30Gi', instances: 5 } });
  assert.deepEqual([larger.status, larger.body.spec.storage.size, larger.body.spec.instances], [200, '30Gi', 5]);
});
