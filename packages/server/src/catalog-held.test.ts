/** A cluster that a second person guards and that follows a catalog: no edition restarts it, whoever rolls that out. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { clusterObject, entriesWritten } from '@pharos/library';
import { HOST, imageOf, LOCATION, startLibrary, type TestLibrary } from './clusters/testing.ts';
import { applyAll, joinAs, random, serverIn } from './clusters/testing-people.ts';
import { carryOutDue } from './clusters/upgrade-run.ts';
import type { CallOptions } from './testing.ts';

const PG = 'cloudnative-pg/postgresql';
const NAME = 'postgresql-minimal-trixie';
const TAGS = ['17.9-202605250814', '17.11-202608310816', '17.12-202611020816', '18.6-202608310817'].map(
  (version) => `${version}-minimal-trixie`,
) as [string, string, string, string];
const [OLD, NEW, NEWEST] = TAGS;
const reference = (tag: string) => `${HOST}/${PG}:${tag}@${imageOf(PG, tag)}`;
let library: TestLibrary;
let at: TestLibrary['it'];
let agent: TestLibrary['agent'];
let alice: CallOptions;
let bob: CallOptions;
let orders = { id: '' };
let bills = { id: '' };

before(async () => {
  library = await startLibrary();
  ({ it: at, agent } = library);
  await library.scan(PG, TAGS);
  await library.decide('approved', imageOf(PG, OLD));
  [alice, bob] = [await joinAs(at, 'alice'), await joinAs(at, 'bob')];
  [orders, bills] = [await make('orders'), await make('bills')];
  await settle();
});
after(() => library.it.stop());

async function make(name: string): Promise<{ id: string }> {
  const body = { name, location: LOCATION, image: imageOf(PG, OLD), storage: '1Gi', via: 'catalog', apply: true };
  const made = await at.call('createCluster', { body });
  assert.equal(made.status, 201, made.text);
  return { id: made.body.id };
}

const catalogId = async () => (await at.store.catalogs.named(NAME, LOCATION))[0]!.id;
/** The agent and the background work take turns until there is nothing to do. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 4; turn += 1) {
    await at.store.catalogs.dispatch(await catalogId(), new Date());
    await applyAll(agent);
  }
}
/** From revoked the way back leads over pending. */
async function approveAgain(...tags: string[]): Promise<void> {
  for (const digest of tags.map((tag) => imageOf(PG, tag))) {
    await library.decide('pending', digest).catch(() => {});
    await library.decide('approved', digest).catch(() => {});
  }
}
const protect = (params: { id: string }, upgradeApproval: boolean, as: CallOptions = {}) =>
  at.call('setClusterMaintenance', { params, body: { upgradeApproval } }, as);
const publish = (body: object, as: CallOptions = {}) =>
  at.call('publishCatalog', { params: { name: NAME }, body: { location: LOCATION, ...body } }, as);
const show = async () => (await at.call('getCatalog', { params: { name: NAME }, query: {} })).body;
const ask = (as: CallOptions = {}) => at.call('askForCatalog', { params: { name: NAME }, body: {} }, as);

/** What the operator gives the cluster by what is handed to agents: its own image, or the entry of what it may follow. */
async function imagesOf({ id }: { id: string }): Promise<string[]> {
  const dispatch = (await at.store.dispatches.get('cluster', id))!;
  const spec = clusterObject(dispatch.objects)!.spec as { imageName?: string };
  const catalog = async () => {
    const { objects } = (await at.store.dispatches.get('catalog', await catalogId()))!;
    return entriesWritten(objects).find(({ major }) => major === 17)!.image;
  };
  if (spec.imageName === undefined) return [await catalog()];
  // Until an agent has applied a form that is pinned it follows the catalog.
  const hold = (await at.store.catalogs.held(await catalogId())).find((each) => each.id === id);
  return hold?.isPinned ? [spec.imageName] : [spec.imageName, await catalog()];
}

test('a guarded follower is pinned to what it runs before the catalog moves on; the others get the edition', async () => {
  assert.equal((await protect(orders, true, alice)).status, 200);
  assert.deepEqual(await imagesOf(orders), [reference(OLD), reference(OLD)]);
  await library.decide('approved', imageOf(PG, NEW));
  const early = await show();
  assert.deepEqual(await imagesOf(orders), [reference(OLD), reference(OLD)], 'no agent has applied the pin');
  assert.match(early.held[0].message, /No agent has pinned it yet/);
  await settle();
  assert.deepEqual([await imagesOf(orders), await imagesOf(bills)], [[reference(OLD)], [reference(NEW)]]);
  const { held, waiting, restarts } = await show();
  assert.deepEqual(
    held.map((each: Record<string, unknown>) => [each.name, each.tag, each.waitsFor, each.upgrade]),
    [['orders', OLD, { digest: imageOf(PG, NEW), tag: NEW }, null]],
  );
  assert.deepEqual([waiting, restarts], [1, []]);
  const told = (await at.call('listActivity', { query: { type: 'catalog.second-person' } })).body.items;
  assert.deepEqual([told.length, /orders/.test(told[0].message)], [1, true], JSON.stringify(told));
  const cluster = (await at.call('getCluster', { params: orders })).body;
  assert.deepEqual(
    [cluster.image.tag, cluster.manifests.length, cluster.manifests[0].spec.imageName],
    [OLD, 1, reference(OLD)],
  );
  assert.match(cluster.checks.find(({ id }: { id: string }) => id === 'catalog-held').message, /pinned to 17\.9/);
});

test('one person asks for all that wait, and somebody else confirms each', async () => {
  const preview = await at.call('previewCatalog', { params: { name: NAME }, body: { edition: 1 } });
  assert.deepEqual(
    [preview.body.restarts, preview.body.held].map((list) => list.map((each: { name: string }) => each.name)),
    [['bills'], []],
  );
  const asked = await ask(alice);
  assert.equal(asked.status, 200, asked.text);
  assert.deepEqual(
    [asked.body.asked.map((each: { state: string }) => each.state), asked.body.refused],
    [['requested'], []],
  );
  const [held] = asked.body.catalog.held;
  assert.match(held.message, /alice asked for it, and somebody else confirms it/);
  assert.deepEqual((await ask(alice)).body.asked, [], 'it waits already');
  const input = { params: { ...orders, upgradeId: held.upgrade.id } };
  assert.equal((await at.call('approveUpgrade', input, alice)).body.code, 'second-person-needed');
  assert.equal((await at.call('approveUpgrade', input, bob)).body.state, 'applying');
  assert.deepEqual(await imagesOf(orders), [reference(NEW)]);
  await settle();
  assert.deepEqual([await imagesOf(orders), (await show()).held[0].waitsFor], [[reference(NEW)], null]);
});

test('a catalog that was taken back waits for it too, and the way back may be asked for', async () => {
  assert.equal((await publish({ edition: 1 }, alice)).status, 200);
  await settle();
  assert.deepEqual([await imagesOf(orders), await imagesOf(bills)], [[reference(NEW)], [reference(OLD)]]);
  const { asked, catalog } = (await ask(alice)).body;
  assert.equal(asked.length, 1);
  const params = { ...orders, upgradeId: catalog.held[0].upgrade.id };
  assert.equal((await at.call('approveUpgrade', { params }, bob)).status, 200);
  await settle();
  assert.deepEqual(await imagesOf(orders), [reference(OLD)]);
  const older = await at.call('upgradeCluster', { params: bills, body: { image: imageOf(PG, OLD) } });
  assert.equal(older.body.code, 'cluster-not-admissible', 'of one that nobody guards');
});

test('the pin comes though the image that runs was revoked, and the others do not wait for it', async () => {
  await library.decide('revoked', imageOf(PG, OLD));
  assert.equal((await protect(bills, true, alice)).status, 200);
  assert.equal((await publish({ urgent: true }, alice)).status, 200);
  await settle();
  assert.deepEqual([await imagesOf(orders), await imagesOf(bills)], [[reference(OLD)], [reference(OLD)]]);
  const { held } = await show();
  assert.deepEqual(
    held.map((each: { isPinned: boolean; waitsFor: { tag: string } }) => [each.isPinned, each.waitsFor.tag]),
    [
      [true, NEW],
      [true, NEW],
    ],
  );
  await approveAgain(OLD);
});

test('whoever takes the second person away lets it follow again', async () => {
  assert.equal((await protect(bills, false, alice)).status, 403);
  assert.equal((await protect(bills, false)).status, 200);
  await settle();
  const spec = clusterObject((await at.store.dispatches.get('cluster', bills.id))!.objects)!.spec;
  assert.deepEqual(spec, {
    ...(spec as object),
    imageCatalogRef: { apiGroup: 'postgresql.cnpg.io', kind: 'ClusterImageCatalog', name: NAME, major: 17 },
  });
  assert.equal((spec as { imageName?: string }).imageName, undefined);
});

test('in a location that asks for a second person a new follower is pinned from the start', async () => {
  const location = { params: { id: LOCATION } };
  await at.call('setLocationMaintenance', { ...location, body: { upgradeApproval: true } });
  const { id } = await make('late');
  const spec = clusterObject((await at.store.dispatches.get('cluster', id))!.objects)!.spec as { imageName: string };
  assert.equal(spec.imageName, reference(OLD));
  await at.call('setLocationMaintenance', { ...location, body: { upgradeApproval: false } });
  await settle();
  await at.call('deleteCluster', { params: { id } });
  await applyAll(agent);
});

test('property: whatever one person does with a catalog in whatever order, a cluster that a second person guards does not restart', async () => {
  const owner = await joinAs(at, 'olga', 'owner').catch(() => alice);
  for (const seed of [1, 2, 3]) {
    const next = random(seed);
    const guarded = await make(`guarded-${seed}`);
    const other = await make(`other-${seed}`);
    await settle();
    assert.equal((await protect(guarded, true)).status, 200);
    const before = (await imagesOf(guarded))[0];
    const edition = async () => (await show()).newest;
    const canaries = [[], [guarded.id], [other.id], [guarded.id, other.id]];
    const waiting = async () =>
      (await at.call('getCluster', { params: guarded })).body.upgrade?.id ?? '00000000-0000-4000-8000-000000000000';
    const some = () => imageOf(PG, TAGS[next(3)]!);
    const steps: (() => Promise<unknown>)[] = [
      async () => publish({ edition: 1 + next(await edition()), urgent: next(2) === 0 }, alice),
      () => publish({ urgent: next(2) === 0 }, alice),
      () => approveAgain(TAGS[next(3)]!),
      () => library.decide(next(2) === 0 ? 'deprecated' : 'revoked', some()),
      () => ask(alice),
      async () => {
        const policy = { canaries: canaries[next(4)], window: 'any-time', urgentRevocations: next(2) === 0 };
        const body = { policy: next(3) === 0 ? null : policy };
        return at.call('setCatalogPolicy', { params: { name: NAME }, body }, alice);
      },
      async () => {
        const body = { edition: await edition(), action: next(3) === 0 ? 'stop' : 'go-on' };
        return at.call('moveCatalogRollout', { params: { name: NAME }, body }, alice);
      },
      async () => at.store.catalogs.step(await catalogId(), serverIn(at, next(9)).now()),
      () => protect(guarded, false, alice),
      () => protect(guarded, true, owner),
      () => at.call('upgradeCluster', { params: guarded, body: { image: some() } }, alice),
      async () => at.call('approveUpgrade', { params: { ...guarded, upgradeId: await waiting() } }, alice),
      async () => at.call('cancelUpgrade', { params: { ...guarded, upgradeId: await waiting() } }, alice),
      () => at.call('updateCluster', { params: guarded, body: { instances: 1 + next(4) } }, alice),
      () => at.call('updateCluster', { params: guarded, body: { instances: 1 + next(4), image: some() } }, alice),
      () => applyAll(agent),
      () => carryOutDue(serverIn(at, next(48))),
    ];
    for (let turn = 0; turn < 50; turn += 1) {
      const [one, other] = [next(steps.length), next(steps.length)];
      await Promise.allSettled([steps[one]!(), steps[other]!()]);
      const images = await imagesOf(guarded);
      for (const image of images) assert.equal(image, before, `seed ${seed}, turn ${turn}: steps ${one}, ${other}`);
    }
    await approveAgain(OLD, NEW, NEWEST);
    await publish({ urgent: true });
    await at.call('setCatalogPolicy', { params: { name: NAME }, body: { policy: null } });
    await settle();
    for (const params of [guarded, other]) await at.call('deleteCluster', { params });
    await settle();
  }
});

test('what keeps an agent from pinning a follower is told with the catalog, and with what to do', async () => {
  const late = await make('late');
  await settle();
  assert.equal((await protect(late, true, alice)).status, 200);
  const hint = 'Ask who owns the namespace for the role.';
  const tasks = await applyAll(agent, { code: 'forbidden', message: 'The agent may not change it.', hint });
  assert.notEqual(tasks.length, 0);
  const held = (await show()).held.find(({ name }: { name: string }) => name === 'late');
  assert.equal(held.isPinned, false);
  assert.match(held.message, /No agent has pinned it yet.* The agent may not change it\. Ask who owns/);
});
