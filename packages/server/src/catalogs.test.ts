import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { parse } from 'yaml';
import { HOST, imageOf, LOCATION, startLibrary, type TestLibrary } from './clusters/testing.ts';
import { makeAgent } from './testing.ts';

const PG = 'cloudnative-pg/postgresql';
const NAME = 'postgresql-minimal-trixie';
const tag = (version: string) => `${version}-minimal-trixie`;
const [OLD, NEW, EIGHTEEN] = ['17.9-202605250814', '17.11-202608310816', '18.6-202608310817'].map(tag) as [
  string,
  string,
  string,
];
const reference = (name: string) => `${HOST}/${PG}:${name}@${imageOf(PG, name)}`;
let library: TestLibrary;
let at: TestLibrary['it'];

before(async () => {
  library = await startLibrary();
  at = library.it;
  await library.scan(PG, [OLD, NEW, EIGHTEEN, '17-minimal-trixie', '19beta3-202608310817-minimal-trixie']);
});
after(() => library.it.stop());

const yaml = (query: object = {}) => at.call('getCatalogYaml', { params: { name: NAME }, query });
const served = async () => {
  const { status, text, headers } = await yaml();
  assert.equal(status, 200, text);
  assert.match(headers.get('content-type') ?? '', /yaml/);
  return parse(text);
};
const images = async () => (await served()).spec.images.map((each: { image: string }) => each.image);

test('nothing approved: there is no catalog', async () => {
  assert.equal((await yaml()).status, 404);
  assert.deepEqual((await at.call('listCatalogs')).body.items, []);
});

test('a catalog follows approvals; pending builds, moving tags and pre-releases stay out', async () => {
  await library.decide(
    'approved',
    imageOf(PG, OLD),
    imageOf(PG, '17-minimal-trixie'),
    imageOf(PG, '19beta3-202608310817-minimal-trixie'),
  );
  const catalog = await served();
  assert.deepEqual(
    [catalog.apiVersion, catalog.kind, catalog.metadata.name],
    ['postgresql.cnpg.io/v1', 'ClusterImageCatalog', NAME],
  );
  assert.equal(catalog.metadata.labels['images.cnpg.io/os'], 'trixie');
  assert.deepEqual(catalog.spec.images, [{ major: 17, image: reference(OLD) }]);
  await library.decide('approved', imageOf(PG, NEW), imageOf(PG, EIGHTEEN));
  assert.deepEqual(await images(), [reference(EIGHTEEN), reference(NEW)]);
  const { body } = await at.call('getCatalog', { params: { name: NAME }, query: {} });
  assert.deepEqual(
    body.editions.map((each: { number: number }) => each.number),
    [2, 1],
  );
  assert.deepEqual(await images(), [reference(EIGHTEEN), reference(NEW)]);
  assert.equal(
    (await at.call('getCatalog', { params: { name: NAME }, query: {} })).body.edition,
    2,
    'reading makes none',
  );
});

test('for EDB and for a namespace', async () => {
  const catalog = parse((await yaml({ operator: 'edb', namespace: 'team-a' })).text);
  assert.deepEqual(
    [catalog.apiVersion, catalog.kind, catalog.metadata.namespace],
    ['postgresql.k8s.enterprisedb.io/v1', 'ImageCatalog', 'team-a'],
  );
});

test('a cluster through a catalog names group, kind and major; a change says whom it restarts; there is a way back', async () => {
  const body = {
    name: 'orders',
    location: LOCATION,
    image: imageOf(PG, NEW),
    storage: '1Gi',
    via: 'catalog',
    apply: true,
  };
  const created = await at.call('createCluster', { body });
  assert.equal(created.status, 201, created.text);
  const [catalog, cluster] = created.body.manifests;
  assert.equal(catalog.kind, 'ClusterImageCatalog');
  assert.deepEqual(cluster.spec.imageCatalogRef, {
    apiGroup: 'postgresql.cnpg.io',
    kind: 'ClusterImageCatalog',
    name: NAME,
    major: 17,
  });
  assert.equal(cluster.spec.imageName, undefined);
  const edb = await at.call('clusterManifest', { body: { ...body, operator: 'edb' } });
  assert.equal(edb.body.manifests[1].spec.imageCatalogRef.apiGroup, 'postgresql.k8s.enterprisedb.io');

  const change = { edition: 1, reason: 'slow queries' };
  const preview = await at.call('previewCatalog', { params: { name: NAME }, body: change });
  assert.deepEqual(
    preview.body.restarts.map((each: { name: string }) => each.name),
    ['orders'],
  );
  const published = await at.call('publishCatalog', { params: { name: NAME }, body: change });
  assert.deepEqual([published.body.mode, published.body.edition], ['held', 3]);
  assert.deepEqual(await images(), [reference(OLD)]);
  const { items } = (await at.call('listCatalogs')).body;
  const own = (await at.store.catalogs.list(LOCATION)).find(({ key }) => key.name === NAME)!;
  assert.equal(items[0].clusters, 1);
  const dispatched = await at.store.dispatches.get('catalog', own.id);
  assert.deepEqual((dispatched!.objects[0] as typeof catalog).spec.images, [{ major: 17, image: reference(OLD) }]);
  await at.call('publishCatalog', { params: { name: NAME }, body: {} });
  assert.deepEqual(await images(), [reference(EIGHTEEN), reference(NEW)]);
});

test('deprecated stays, revoked goes at once, also from an edition that is held, and no way back leads to it', async () => {
  await library.decide('deprecated', imageOf(PG, NEW));
  assert.deepEqual(await images(), [reference(EIGHTEEN), reference(NEW)]);
  await at.call('publishCatalog', { params: { name: NAME }, body: { edition: 2 } });
  await library.decide('revoked', imageOf(PG, NEW));
  const { text } = await yaml();
  assert.deepEqual(parse(text).spec.images, [{ major: 18, image: reference(EIGHTEEN) }]);
  assert.match(text, /# left out: 17 .*The image is revoked/);
  const back = await at.call('publishCatalog', { params: { name: NAME }, body: { edition: 2 } });
  assert.deepEqual([back.status, back.body.code], [409, 'image-not-approved']);
  await at.call('publishCatalog', { params: { name: NAME }, body: {} });
  assert.deepEqual(await images(), [reference(EIGHTEEN), reference(OLD)], 'the newest approved build');
  await library.decide('revoked', imageOf(PG, OLD), imageOf(PG, EIGHTEEN));
  assert.equal((await yaml()).body.code, 'image-not-approved');
});

test('a role for a location changes the catalogs there, and of a name that two locations have the one that it holds', async () => {
  const grants = [{ role: 'consumer', scope: `location:${LOCATION}` }];
  const { body: user } = await at.call('createUser', { body: { name: 'robot', kind: 'robot', grants } });
  const made = await at.call('createToken', { body: { name: 'robot', robotId: user.user.id } });
  assert.equal(made.status, 201, made.text);
  const robot = { token: made.body.token };
  const more = tag('17.13-202611090816');
  await library.scan(PG, [more]);
  await library.decide('approved', imageOf(PG, more));
  const { body: own } = await at.call('getCatalog', { params: { name: NAME }, query: {} }, robot);
  const elsewhere = 'us-east';
  await makeAgent(at, elsewhere).hello();
  const key = { name: NAME, location: elsewhere, engine: 'postgresql', flavour: 'minimal', os: 'trixie' } as const;
  const foreign = { mode: 'held', by: 'x', reason: '', entries: [] } as const;
  await at.store.catalogs.publish(key, 0, foreign, new Date());
  await at.store.catalogs.publish({ ...key, name: 'theirs' }, 0, foreign, new Date());

  const publish = (name: string, body: object, as?: { token: string }) =>
    at.call('publishCatalog', { params: { name }, body }, as);
  assert.equal((await publish(NAME, {})).body.code, 'conflict', 'an administrator says which');
  const back = await publish(NAME, { edition: own.edition, reason: 'mine' }, robot);
  assert.deepEqual([back.status, back.body.location, back.body.mode], [200, LOCATION, 'held'], back.text);
  const policy = { policy: { canaries: [] } };
  assert.equal((await at.call('setCatalogPolicy', { params: { name: NAME }, body: policy }, robot)).status, 200);
  const theirs = { ...policy, location: elsewhere };
  assert.equal((await at.call('setCatalogPolicy', { params: { name: NAME }, body: theirs }, robot)).status, 404);
  assert.equal((await publish('theirs', { edition: 1 }, robot)).status, 404);
  const stop = { edition: 1, action: 'stop', location: elsewhere };
  assert.equal((await at.call('moveCatalogRollout', { params: { name: NAME }, body: stop }, robot)).status, 404);
  const [kept] = await at.store.catalogs.named(NAME, elsewhere);
  assert.deepEqual([kept?.newest.number, kept?.policy], [1, null]);
});
