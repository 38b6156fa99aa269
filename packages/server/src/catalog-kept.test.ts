/** A revoked image in a catalog with stages: what runs it keeps it, and is told so wherever people look. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { imageOf, LOCATION, startLibrary, type TestLibrary } from './clusters/testing.ts';
import { applyAll } from './clusters/testing-people.ts';

const PG = 'cloudnative-pg/postgresql';
const NAME = 'postgresql-minimal-trixie';
const [OLD, NEW, EIGHTEEN] = ['17.9-202605250814', '17.11-202608310816', '18.6-202608310817'].map(
  (version) => `${version}-minimal-trixie`,
) as [string, string, string];
let library: TestLibrary;
let at: TestLibrary['it'];
let agent: TestLibrary['agent'];
let id = '';

before(async () => {
  library = await startLibrary();
  ({ it: at, agent } = library);
  await library.scan(PG, [OLD, NEW, EIGHTEEN]);
  await library.decide('approved', imageOf(PG, OLD), imageOf(PG, EIGHTEEN));
  const body = {
    name: 'orders',
    location: LOCATION,
    image: imageOf(PG, OLD),
    storage: '1Gi',
    via: 'catalog',
    apply: true,
  };
  const made = await at.call('createCluster', { body });
  assert.equal(made.status, 201, made.text);
  id = made.body.id;
});
after(() => library.it.stop());

/** As text. */
const apply = async () => JSON.stringify(await applyAll(agent));
const catalog = async () => (await at.call('getCatalog', { params: { name: NAME }, query: {} })).body;
const cluster = async () => (await at.call('getCluster', { params: { id } })).body;
async function dispatch(): Promise<void> {
  const [stored] = await at.store.catalogs.named(NAME, LOCATION);
  await at.store.catalogs.dispatch(stored!.id, new Date());
}

test('the catalog goes before its cluster, in one agent after the other', async () => {
  const first = await apply();
  assert.ok(first.includes('"ClusterImageCatalog"') && !first.includes('"Cluster"'), first);
  const { status } = await cluster();
  assert.deepEqual([status.state, /waits until its catalog/.test(status.message)], ['waiting', true], status.message);
  assert.ok((await apply()).includes('"Cluster"'));
  assert.equal((await cluster()).status.state, 'applied');
});

test('revoked and running: the catalog, the cluster and the activity say so, and no way out hands it to anybody new', async () => {
  const params = { name: NAME };
  const set = await at.call('setCatalogPolicy', { params, body: { policy: { canaries: [] } } });
  assert.equal(set.status, 200, set.text);
  await library.decide('revoked', imageOf(PG, OLD), imageOf(PG, EIGHTEEN));
  await dispatch();
  const handed = await apply();
  assert.ok(
    handed.includes(imageOf(PG, OLD)) && !handed.includes(imageOf(PG, EIGHTEEN)),
    '18 has no user, so it is gone',
  );
  const { kept } = await catalog();
  assert.deepEqual(
    kept.map((each: { tag: string; clusters: string[]; state: string }) => [each.tag, each.clusters, each.state]),
    [[OLD, [id], 'revoked']],
  );
  const shown = await cluster();
  assert.match(shown.kept.message, /is revoked, and 1 cluster made here runs it/);
  assert.match(shown.kept.hint, /Approve a replacement/);
  const told = (await at.call('listActivity', { query: { type: 'catalog.revoked-kept' } })).body.items;
  assert.equal(told.length, 1);
  assert.equal((await at.call('getCatalogYaml', { params, query: {} })).body.code, 'image-not-approved');
  const body = { name: 'next', location: LOCATION, image: imageOf(PG, OLD), storage: '1Gi', via: 'catalog' };
  assert.equal((await at.call('createCluster', { body })).body.code, 'image-not-approved');
});

test('its replacement takes its place, and nothing is said of it any more', async () => {
  await library.decide('approved', imageOf(PG, NEW));
  const urgent = await at.call('publishCatalog', { params: { name: NAME }, body: { urgent: true } });
  assert.equal(urgent.status, 200, urgent.text);
  assert.ok(!(await apply()).includes(imageOf(PG, OLD)));
  assert.deepEqual([(await catalog()).kept, (await cluster()).kept], [[], null]);
});
