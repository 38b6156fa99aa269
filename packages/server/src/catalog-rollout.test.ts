import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { parse } from 'yaml';
import { HOST, imageOf, LOCATION, startLibrary, type TestLibrary } from './clusters/testing.ts';

const PG = 'cloudnative-pg/postgresql';
const NAME = 'postgresql-minimal-trixie';
const [OLD, NEW, NEWEST, EIGHTEEN] = [
  '17.9-202605250814',
  '17.11-202608310816',
  '17.12-202611020816',
  '18.6-202608310817',
].map((version) => `${version}-minimal-trixie`) as [string, string, string, string];
const reference = (name: string) => `${HOST}/${PG}:${name}@${imageOf(PG, name)}`;
let library: TestLibrary;
let at: TestLibrary['it'];

before(async () => {
  library = await startLibrary();
  at = library.it;
  await library.scan(PG, [OLD, NEW, NEWEST, EIGHTEEN]);
});
after(() => library.it.stop());

/** What the background work has kept: nothing is read through the API, which draws too. */
const stored = async () => (await at.store.catalogs.list(LOCATION)).find(({ key }) => key.name === NAME);
async function until(what: string, check: () => Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 200; turn += 1) {
    if (await check()) return;
    await setTimeout(100);
  }
  assert.fail(`never came: ${what}`);
}
const served = async (query: object = {}) => {
  const { status, text } = await at.call('getCatalogYaml', { params: { name: NAME }, query });
  assert.equal(status, 200, text);
  return parse(text).spec.images.map((each: { image: string }) => each.image);
};
const applied = async (ownerId: string) => {
  const [object] = (await at.store.dispatches.get('catalog', ownerId))!.objects as unknown as [
    { spec: { images: { image: string }[] } },
  ];
  return object.spec.images.map(({ image }) => image);
};
const call = async (name: Parameters<typeof at.call>[0], body: object) =>
  at.call(name, { params: { name: NAME }, body });

test('a decision draws an edition though nobody reads the catalog', async () => {
  await library.decide('approved', imageOf(PG, OLD));
  await until('the first edition', async () => (await stored())?.newest.number === 1);
  await library.decide('approved', imageOf(PG, NEW));
  await until('the second edition', async () => (await stored())?.newest.number === 2);
  assert.deepEqual(
    (await stored())!.edition.entries.map(({ tag }) => tag),
    [NEW],
  );
});

test('a revocation reaches the object that an agent applied, also of a catalog that is held', async () => {
  await library.decide('approved', imageOf(PG, EIGHTEEN));
  const spec = { location: LOCATION, storage: '1Gi', via: 'catalog', apply: true };
  for (const name of ['orders', 'bills']) {
    const created = await at.call('createCluster', { body: { ...spec, name, image: imageOf(PG, NEW) } });
    assert.equal(created.status, 201, created.text);
  }
  const { id } = (await stored())!;
  assert.deepEqual(await applied(id), [reference(EIGHTEEN), reference(NEW)]);
  await call('publishCatalog', { edition: (await stored())!.newest.number });
  assert.equal((await stored())!.mode, 'held');
  await library.decide('revoked', imageOf(PG, EIGHTEEN));
  await until('the object without it', async () => (await applied(id)).length === 1);
  assert.deepEqual(await served(), [reference(NEW)]);
  await call('publishCatalog', { edition: 1 });
  assert.equal((await stored())!.mode, 'held');
  await library.decide('approved', imageOf(PG, NEWEST));
  assert.deepEqual(await applied(id), [reference(OLD)]);
  await call('publishCatalog', {});
  assert.deepEqual(await applied(id), [reference(NEWEST)]);
});

test('no way back leads to an edition with an image that is not approved any more; each is named', async () => {
  const held = (await at.store.catalogs.editions((await stored())!.id)).find(({ entries }) => entries.length === 2)!;
  const back = await call('publishCatalog', { edition: held.number });
  assert.deepEqual([back.status, back.body.code], [409, 'image-not-approved']);
  assert.deepEqual(back.body.errors, [
    { path: 'entries.18', message: `${reference(EIGHTEEN)}: The image is revoked.` },
  ]);
});

test('a policy: the canary gets an edition first, and people go on and stop', async () => {
  const { items } = (await at.call('listClusters')).body;
  const orders = items.find((each: { name: string }) => each.name === 'orders');
  const refused = await call('setCatalogPolicy', { policy: { canaries: ['00000000-0000-4000-8000-000000000000'] } });
  assert.equal(refused.body.code, 'conflict');
  const set = await call('setCatalogPolicy', { policy: { canaries: [orders.id] } });
  assert.equal(set.status, 200, set.text);
  assert.deepEqual(
    set.body.followers.map((each: { name: string; stage: string }) => [each.name, each.stage]),
    [
      ['orders', 'canary'],
      ['bills', 'main'],
    ],
  );
  const manifest = (await at.call('getCluster', { params: { id: orders.id } })).body.manifests;
  assert.deepEqual(
    [manifest[0].metadata.name, manifest[1].spec.imageCatalogRef.name],
    [`${NAME}-canary`, `${NAME}-canary`],
  );
  const preview = (await call('previewCatalog', { edition: 1 })).body;
  assert.deepEqual(
    [preview.isStaged, preview.restarts.map((each: { name: string }) => each.name)],
    [true, ['orders', 'bills']],
  );
  const published = (await call('publishCatalog', { edition: 1, reason: 'slow' })).body;
  const number = published.newest;
  assert.equal(published.rollout.state, 'canary');
  assert.equal(published.edition, number - 1);
  assert.deepEqual(
    published.restarts.map((each: { name: string }) => each.name),
    ['bills'],
  );
  assert.deepEqual(published.editions[0].changes, [{ major: 17, before: reference(NEWEST), after: reference(OLD) }]);
  assert.deepEqual([await served(), await served({ stage: 'canary' })], [[reference(NEWEST)], [reference(OLD)]]);
  assert.equal((await call('setCatalogPolicy', { policy: null })).status, 409, 'an edition is on its way');
  const early = await call('moveCatalogRollout', { edition: number, action: 'go-on' });
  assert.deepEqual([early.status, early.body.code], [409, 'conflict']);
  const stopped = await call('moveCatalogRollout', { edition: number, action: 'stop', reason: 'lunch' });
  assert.equal(stopped.body.rollout.state, 'stopped');
  assert.match(stopped.body.rollout.message, /lunch/);
  // Never from an edition that waits, either.
  await library.decide('revoked', imageOf(PG, OLD));
  const nothing = await at.call('getCatalogYaml', { params: { name: NAME }, query: { stage: 'canary' } });
  assert.equal(nothing.body.code, 'image-not-approved');
  const urgent = (await call('publishCatalog', { edition: null, urgent: true })).body;
  assert.deepEqual([urgent.rollout.state, urgent.edition], ['out', urgent.newest]);
  assert.deepEqual(await served({ stage: 'canary' }), [reference(NEWEST)]);
});

test('a revocation skips the stages only where that was asked for, and takes nothing else with it', async () => {
  await library.decide('deprecated', imageOf(PG, NEW));
  await library.decide('approved', imageOf(PG, NEW));
  const canaries = (await stored())!.policy!.canaries;
  await library.decide('revoked', imageOf(PG, NEWEST));
  await until('an edition in stages', async () => (await stored())!.rollout!.state === 'canary');
  assert.deepEqual(
    (await stored())!.edition.entries.map(({ tag }) => tag),
    [NEWEST],
  );
  assert.equal((await at.call('getCatalogYaml', { params: { name: NAME } })).body.code, 'image-not-approved');
  await call('publishCatalog', { edition: null, urgent: true });
  const set = await call('setCatalogPolicy', { policy: { canaries, urgentRevocations: true } });
  assert.equal(set.status, 200, set.text);
  const more = ['17.13-202611090816-minimal-trixie', '18.7-202611090816-minimal-trixie'];
  await library.scan(PG, [OLD, NEW, NEWEST, EIGHTEEN, ...more]);
  await library.decide('approved', ...more.map((name) => imageOf(PG, name)));
  await until('the new ones in stages', async () => (await stored())!.newest.entries.length === 2);
  assert.deepEqual(await served(), [reference(NEW)]);
  await library.decide('revoked', imageOf(PG, NEW));
  await until('the replacement', async () => (await stored())!.edition.entries[0]?.tag === more[0]);
  const now = (await stored())!;
  assert.deepEqual(
    now.edition.entries.map(({ tag }) => tag),
    [more[0]],
    '18 waits for its stages',
  );
});
