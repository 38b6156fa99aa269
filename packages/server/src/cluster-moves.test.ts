/** Another image and what else changes of a cluster, in one change: confirmed, carried out and verified as one. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { clusterObject } from '@pharos/library';
import { HOST, imageOf, LOCATION, startLibrary, type TestLibrary } from './clusters/testing.ts';
import { joinAs, serverIn } from './clusters/testing-people.ts';
import { carryOutDue } from './clusters/upgrade-run.ts';
import type { CallOptions } from './testing.ts';

const [PG, VECTOR] = ['hcp/postgresql', 'hcp/pgvector'] as const;
const [OLD, YOUNG, NEXT] = ['17.4-2503310734', '17.6-2509120845', '17.7-2511130845'] as const;
const [old, young, next] = [imageOf(PG, OLD), imageOf(PG, YOUNG), imageOf(PG, NEXT)];
const EXTENSION = '0.8.2-202608170911-18-trixie';
let library: TestLibrary;
let at: TestLibrary['it'];
let alice: CallOptions;
let bob: CallOptions;

before(async () => {
  library = await startLibrary();
  at = library.it;
  await library.scan(PG, [OLD, YOUNG, NEXT]);
  await library.scan(VECTOR, [{ tag: EXTENSION, annotations: { 'org.opencontainers.image.base.name': 'scratch' } }]);
  await library.decide('approved', old, young, imageOf(VECTOR, EXTENSION));
  [alice, bob] = [await joinAs(at, 'alice'), await joinAs(at, 'bob')];
});
after(() => library.it.stop());

async function make(name: string, upgradeApproval: boolean): Promise<{ id: string }> {
  const body = { name, location: LOCATION, image: old, storage: '20Gi', apply: true };
  const made = await at.call('createCluster', { body });
  assert.equal(made.status, 201, made.text);
  const params = { id: made.body.id };
  await at.call('setClusterMaintenance', { params, body: { upgradeApproval } });
  return params;
}
const patch = (params: { id: string }, body: object) => at.call('updateCluster', { params, body }, alice);
const handed = async ({ id }: { id: string }) =>
  clusterObject((await at.store.dispatches.get('cluster', id))!.objects)!.spec as Record<string, unknown>;
const BOTH = { image: young, resources: { memory: '2Gi' }, instances: 2 };

test('without a second person both come at once, as the upgrade that it is', async () => {
  const params = await make('free', false);
  const done = await patch(params, BOTH);
  assert.equal(done.status, 200, done.text);
  const { kind, state, change, from, to } = done.body.upgrade;
  assert.deepEqual([kind, state, from, to], ['minor', 'applying', OLD, YOUNG]);
  assert.equal(change, `${OLD} to ${YOUNG}, memory 2Gi, instances 2 instead of 3`);
  const spec = await handed(params);
  assert.deepEqual([spec.imageName, spec.instances], [`${HOST}/${PG}:${YOUNG}@${young}`, 2]);
  const { spec: kept, image } = done.body;
  assert.deepEqual([kept.image, image.tag, kept.resources], [young, YOUNG, { memory: '2Gi' }]);
});

test('with one it waits whole, is asked for again without a word, and comes whole', async () => {
  const params = await make('guarded', true);
  const before = await handed(params);
  const asked = await patch(params, BOTH);
  assert.deepEqual([asked.status, asked.body.upgrade.state], [200, 'requested'], asked.text);
  const again = await patch(params, BOTH);
  assert.deepEqual([again.status, again.body.upgrades.length], [200, 1], again.text);
  await carryOutDue(serverIn(at, 24));
  assert.deepEqual(await handed(params), before, 'nothing of it is done');
  assert.equal((await patch(params, { image: young })).body.code, 'conflict', 'something else while it waits');
  const confirm = { params: { ...params, upgradeId: asked.body.upgrade.id } };
  assert.equal((await at.call('approveUpgrade', confirm, alice)).body.code, 'second-person-needed');
  assert.equal((await at.call('approveUpgrade', confirm, bob)).body.state, 'applying');
  const spec = await handed(params);
  assert.deepEqual([spec.imageName, spec.instances], [`${HOST}/${PG}:${YOUNG}@${young}`, 2]);
  assert.equal((await patch(params, BOTH)).body.upgrades.length, 1, 'it is what it shall be');
});

test('what may not be is refused when it is asked for, and again when its time has come', async () => {
  const params = await make('refused', true);
  assert.equal((await patch(params, { ...BOTH, image: next })).body.code, 'image-not-approved');
  const wrong = await patch(params, { ...BOTH, image: imageOf(VECTOR, EXTENSION) });
  assert.equal(wrong.body.code, 'cluster-not-admissible', wrong.text);
  await library.decide('approved', next);
  const { upgrade } = (await patch(params, { ...BOTH, image: next })).body;
  await library.decide('revoked', next);
  await at.call('approveUpgrade', { params: { ...params, upgradeId: upgrade.id } }, bob);
  const after = (await at.call('getCluster', { params })).body;
  assert.deepEqual([after.upgrades[0].state, after.spec.image, after.instances], ['stopped', old, 3]);
  assert.match(after.upgrades[0].message, /is revoked/);
});
