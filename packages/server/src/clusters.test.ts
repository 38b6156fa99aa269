import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { HOST, imageOf, LOCATION, startLibrary, type TestLibrary } from './clusters/testing.ts';
import { digestOf } from './testing-registry.ts';

const PG = 'hcp/postgresql';
const EPAS = 'hcp/edb-postgres-advanced';
const VECTOR = 'hcp/pgvector';
const epas = (extensions: string) => ({
  'org.enterprisedb.pg.flavor': 'epas',
  'org.enterprisedb.pg.extensions': extensions,
});
const extension = (major: string, os: string) => ({
  'io.cloudnativepg.image.base.name': `ghcr.io/cloudnative-pg/postgresql:${major}-minimal-${os}`,
  'io.cloudnativepg.image.base.pgmajor': major,
  'io.cloudnativepg.image.base.os': os,
  'org.opencontainers.image.base.name': 'scratch',
});
const [OLD17, BUILD17, NEW17] = ['17.4-2503310734', '17.4-2504010734', '17.6-2509120845'];
const PG18 = '18.4-202607270910-minimal-trixie';
let library: TestLibrary;
let at: TestLibrary['it'];

before(async () => {
  library = await startLibrary();
  at = library.it;
  await library.scan(PG, [
    ...[OLD17, BUILD17, NEW17, PG18, '18.6-202608310817-minimal-trixie'],
    { tag: 'latest', digest: digestOf('latest only') },
    { tag: '2503310734', digest: digestOf('date') },
    { tag: '18.6-202608310817-standard-bookworm' },
  ]);
  await library.scan(EPAS, [
    { tag: '17.5-2506091630-full', annotations: epas('vector=0.8.0') },
    { tag: '17.6-2509120845-full', annotations: epas('vector=0.8.1,postgis=3.5.3') },
    { tag: '17.4-2503310734', annotations: epas('pgaudit=17.0') },
  ]);
  await library.scan(VECTOR, [
    { tag: '0.8.2-202608170911-18-trixie', annotations: extension('18', 'trixie') },
    { tag: '0.8.2-202608170911-18-bookworm', annotations: extension('18', 'bookworm') },
    { tag: '0.8.1-202605170911-18-trixie', annotations: extension('18', 'trixie') },
  ]);
});
after(() => library.it.stop());

const input = (image: string, more: object = {}) => ({
  name: 'orders',
  namespace: 'team-a',
  location: LOCATION,
  image,
  storage: '20Gi',
  ...more,
});
const manifest = (image: string, more: object = {}) => at.call('clusterManifest', { body: input(image, more) });
// biome-ignore lint/suspicious/noExplicitAny: answers of the API
const failed = (body: any) => body.checks.filter((check: any) => check.state === 'fail').map((check: any) => check.id);

test('an approved image gives a manifest pinned by repository, tag and index digest', async () => {
  const digest = imageOf(PG, OLD17!);
  await library.decide('approved', digest);
  const { status, body, text } = await manifest(digest, {
    pullSecret: 'registry-pullsecret',
    resources: { memory: '2Gi' },
  });
  assert.equal(status, 200, text);
  assert.deepEqual(failed(body), []);
  assert.deepEqual(body.manifests, [
    {
      apiVersion: 'postgresql.cnpg.io/v1',
      kind: 'Cluster',
      metadata: { name: 'orders', namespace: 'team-a', labels: { 'app.kubernetes.io/managed-by': 'pharos' } },
      spec: {
        instances: 3,
        imageName: `${HOST}/${PG}:${OLD17}@${digest}`,
        imagePullSecrets: [{ name: 'registry-pullsecret' }],
        storage: { size: '20Gi' },
        resources: { requests: { memory: '2Gi' }, limits: { memory: '2Gi' } },
      },
    },
  ]);
  assert.match(body.yaml, /^---\napiVersion: postgresql.cnpg.io\/v1\nkind: Cluster\n/);
});

test('pending, rejected, revoked, deprecated and unknown images are refused by every way out', async () => {
  const digest = imageOf(PG, BUILD17!);
  const refused = async (state: string) => {
    for (const name of ['clusterManifest', 'createCluster'] as const) {
      for (const via of ['image', 'catalog']) {
        const { status, body } = await at.call(name, { body: input(digest, { via }) });
        assert.deepEqual([status, body.code], [409, 'image-not-approved'], `${name} ${via} ${state}`);
        assert.match(body.detail, new RegExp(state));
      }
    }
    const { body } = await at.call('clusterChoices', {
      query: { location: LOCATION, engine: 'postgresql', major: 17 },
    });
    const choice = body.images.find((each: { digest: string }) => each.digest === digest);
    assert.equal(choice.selectable, false);
    assert.ok(choice.reason);
  };
  await refused('pending');
  await library.decide('rejected', digest);
  await refused('rejected');
  await library.decide('approved', digest);
  assert.equal((await manifest(digest)).status, 200);
  await library.decide('deprecated', digest);
  await refused('deprecated');
  await library.decide('revoked', digest);
  await refused('revoked');
  const unknown = await manifest(digestOf('nobody knows it'));
  assert.deepEqual([unknown.status, unknown.body.code], [409, 'image-not-approved']);
  await library.decide('pending', digest);
});

test('a moved tag: the new image is pending, and the old one does not stand there any more', async () => {
  const repository = 'hcp/moving/postgresql';
  const [old, young] = [digestOf('old'), digestOf('young')];
  await library.scan(repository, [{ tag: '16.8-2502271130', digest: old }]);
  await library.decide('approved', old);
  assert.equal((await manifest(old)).status, 200);
  await library.scan(repository, [{ tag: '16.8-2502271130', digest: young }]);
  assert.equal((await manifest(young)).body.code, 'image-not-approved');
  assert.equal((await manifest(old)).body.code, 'image-not-available');
});

test('what the operator would refuse is told in checks, and no manifest is handed out', async () => {
  const digest = imageOf(PG, OLD17!);
  const cases: [object, string][] = [
    [{ name: 'Orders' }, 'name'],
    [{ name: '1orders' }, 'name'],
    [{ name: 'a'.repeat(60) }, 'name'],
    [{ storage: '' }, 'storage'],
    [{ storage: 'much' }, 'storage'],
    [{ instances: 0 }, 'instances'],
    [{ namespace: 'Team A' }, 'namespace'],
    [{ resources: { cpu: 'two' } }, 'resources'],
    [{ pullSecret: 'no secret' }, 'pull-secret'],
    [{ extensions: [{ name: 'vector', image: undefined }, { name: 'vector' }] }, 'extension-name'],
  ];
  for (const [more, id] of cases) {
    const { status, body } = await manifest(digest, more);
    assert.equal(status, 200, id);
    assert.ok(failed(body).includes(id), `${id}: ${failed(body)}`);
    assert.deepEqual([body.manifests, body.yaml], [[], '']);
    const created = await at.call('createCluster', { body: input(digest, more) });
    assert.deepEqual([created.status, created.body.code], [409, 'cluster-not-admissible'], id);
  }
});

test('tags: latest and a date as the version are refused', async () => {
  for (const digest of [digestOf('latest only'), digestOf('date')]) {
    await library.decide('approved', digest);
    const { body } = await manifest(digest);
    assert.ok(failed(body).includes('tag'), JSON.stringify(body.checks));
  }
});

test('EPAS 17 with pgvector: the image that brings it, for the operator of EDB', async () => {
  const [, full] = [imageOf(EPAS, '17.4-2503310734'), imageOf(EPAS, '17.6-2509120845-full')];
  await library.decide('approved', full, imageOf(EPAS, '17.4-2503310734'));
  const choices = await at.call('clusterChoices', { query: { location: LOCATION, engine: 'epas', major: 17 } });
  const [first] = choices.body.images;
  assert.deepEqual([first.digest, first.selectable, first.extensions.includes('vector')], [full, true, true]);
  assert.equal(choices.body.images.at(-1).reason, 'It waits for approval.');
  const { body } = await manifest(full, { operator: 'edb', extensions: ['pgvector'] });
  assert.deepEqual(failed(body), []);
  const [cluster] = body.manifests;
  assert.equal(cluster.apiVersion, 'postgresql.k8s.enterprisedb.io/v1');
  assert.equal(cluster.spec.postgresql, undefined);
  assert.deepEqual(cluster.spec.bootstrap.initdb.postInitApplicationSQL, [
    'CREATE EXTENSION IF NOT EXISTS "vector" CASCADE',
  ]);
  const without = await manifest(imageOf(EPAS, '17.4-2503310734'), { operator: 'edb', extensions: ['vector'] });
  assert.ok(failed(without.body).includes('extension'));
});

test('extension images: same major and base, approved, pinned; found by name', async () => {
  const operand = imageOf(PG, PG18);
  const [trixie, bookworm] = ['trixie', 'bookworm'].map((os) => imageOf(VECTOR, `0.8.2-202608170911-18-${os}`));
  await library.decide('approved', operand);
  const pending = await manifest(operand, { extensions: [{ name: 'vector', image: trixie }] });
  assert.equal(pending.body.code, 'image-not-approved');
  await library.decide('approved', trixie!, bookworm!, imageOf(VECTOR, '0.8.1-202605170911-18-trixie'));
  const other = await manifest(operand, { extensions: [{ name: 'vector', image: bookworm }] });
  assert.deepEqual(failed(other.body), ['extension-os']);
  const { body } = await manifest(operand, { extensions: ['pgvector'] });
  assert.deepEqual(failed(body), []);
  const reference = `${HOST}/${VECTOR}:0.8.2-202608170911-18-trixie@${trixie}`;
  assert.deepEqual(body.manifests[0].spec.postgresql, { extensions: [{ name: 'pgvector', image: { reference } }] });
  const on17 = await manifest(imageOf(PG, OLD17!), { extensions: [{ name: 'vector', image: trixie }] });
  assert.ok(failed(on17.body).includes('extension-major'));
});

test('a cluster is kept, shown, changed, upgraded; its manifest is withheld once the image is revoked', async () => {
  const [old, young] = [imageOf(PG, OLD17!), imageOf(PG, NEW17!)];
  const created = await at.call('createCluster', { body: input(old, { name: 'kept', apply: true }) });
  assert.equal(created.status, 201, created.text);
  const { id } = created.body;
  const params = { id };
  assert.equal(created.body.status.state, 'waiting');
  const again = await at.call('createCluster', { body: input(old, { name: 'kept' }) });
  assert.equal(again.body.code, 'name-taken');
  const dispatched = await at.store.dispatches.get('cluster', id);
  assert.deepEqual([dispatched?.generation, dispatched?.objects], [1, created.body.manifests]);
  const file = await at.call('createCluster', { body: input(old, { name: 'file' }) });
  assert.equal(file.body.status.state, 'file');
  assert.equal(await at.store.dispatches.get('cluster', file.body.id), null);

  const none = await at.call('listUpgrades', { params });
  assert.deepEqual(
    none.body.upgrades.map((each: { kind: string }) => each.kind),
    ['major'],
  );
  const refused = await at.call('upgradeCluster', { params, body: { image: young } });
  assert.equal(refused.body.code, 'image-not-approved');
  await library.decide('approved', young, imageOf(PG, BUILD17!));
  const { body } = await at.call('listUpgrades', { params });
  const kinds = body.upgrades.map(({ kind, image }: { kind: string; image: { tag: string } }) => [kind, image.tag]);
  assert.deepEqual(kinds, [
    ['build', BUILD17],
    ['minor', NEW17],
    ['major', PG18],
  ]);
  assert.ok(body.upgrades[1].difference.facts.some((fact: { field: string }) => fact.field === 'version'));

  const upgraded = await at.call('upgradeCluster', { params, body: { image: young } });
  assert.equal(upgraded.status, 200, upgraded.text);
  assert.equal(upgraded.body.image.tag, NEW17);
  assert.equal((await at.store.dispatches.get('cluster', id))?.generation, 2);
  const down = await at.call('upgradeCluster', { params, body: { image: old } });
  assert.deepEqual([down.status, down.body.errors[0].path], [409, 'upgrade-downgrade']);
  const engine = await at.call('upgradeCluster', { params, body: { image: imageOf(EPAS, '17.6-2509120845-full') } });
  assert.equal(engine.body.errors[0].path, 'upgrade-engine');

  const more = await at.call('updateCluster', { params, body: { instances: 5 } });
  assert.equal(more.body.manifests[0].spec.instances, 5);
  assert.deepEqual(
    more.body.history.map((each: { action: string }) => each.action),
    ['update', 'upgrade', 'create'],
  );
  await library.decide('deprecated', young);
  assert.equal((await at.call('getCluster', { params })).body.withheld, null);
  await library.decide('revoked', young);
  const hit = await at.call('getCluster', { params });
  assert.deepEqual([hit.body.manifests, hit.body.yaml, hit.body.image.state], [[], '', 'revoked']);
  assert.match(hit.body.withheld, /revoked/);
  assert.equal((await at.call('updateCluster', { params, body: { instances: 3 } })).body.code, 'image-not-approved');
  const list = await at.call('listClusters', { query: { digest: young } });
  assert.deepEqual(
    list.body.items.map((each: { name: string }) => each.name),
    ['kept'],
  );
  assert.equal((await at.call('deleteCluster', { params })).status, 204);
  assert.equal((await at.store.dispatches.get('cluster', id))?.state, 'deleting');
  assert.equal((await at.call('getCluster', { params })).status, 404);
});

test('a viewer changes no cluster', async () => {
  const token = await at.tokenOf('viewer');
  const { status } = await at.call(
    'createCluster',
    { body: input(imageOf(PG, OLD17!), { name: 'viewed' }) },
    { token },
  );
  assert.equal(status, 403);
});
