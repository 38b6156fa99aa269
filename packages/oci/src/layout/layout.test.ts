import assert from 'node:assert/strict';
import { mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { probe } from '../probe.ts';
import { createRegistry } from '../registry.ts';
import { CONFIG, collect, manifestText, sha256 } from '../testing.ts';
import { LayoutRegistry } from './registry.ts';
import { blobPath, folder, image, openLayout, tagsOf, writeLayout } from './testing.ts';

const [a, b, c] = [image('a'), image('b'), image('c')];

test('a folder is a registry: repositories, tags with digests, manifests, configurations', async (t) => {
  const path = join(folder(t), 'PostgreSQL 17');
  const containerd = {
    annotations: {
      'io.containerd.image.name': 'docker.io/library/postgres:17.5',
      'org.opencontainers.image.ref.name': '17.5',
    },
  };
  writeLayout(path, [
    ['17.4', a],
    ['k8s/postgresql:17.5', b],
    ['quay.example:5000/edb/epas:17', c],
    [containerd, c],
  ]);
  const registry = openLayout(path);
  assert.deepEqual(await collect(registry.listRepositories()), [
    'edb/epas',
    'k8s/postgresql',
    'library/postgres',
    'postgresql-17',
  ]);
  assert.deepEqual(await tagsOf(registry, 'postgresql-17'), { tags: { '17.4': a.digest }, code: null });
  assert.deepEqual(await tagsOf(registry, 'library/postgres'), { tags: { '17.5': c.digest }, code: null });
  assert.deepEqual(await collect(registry.listTags('edb/epas')), ['17']);
  assert.equal((await registry.headManifest('k8s/postgresql', '17.5')).digest, b.digest);
  const content = await registry.getManifest('k8s/postgresql', '17.5');
  assert.equal(Buffer.from(content.bytes).toString(), b.text);
  assert.equal((await registry.getManifest('k8s/postgresql', b.digest)).digest, b.digest);
  assert.deepEqual(await registry.getConfig('k8s/postgresql', { digest: sha256(CONFIG) }), {
    json: JSON.parse(CONFIG),
  });
  assert.equal(registry.requests, 0);
  const { provider, isBulk } = await registry.dialect();
  assert.deepEqual([provider, isBulk, registry.host], ['oci-layout', true, `oci-layout:${path}`]);
});

test('what is not there is said by the files themselves', async (t) => {
  const path = folder(t);
  writeLayout(path, [['x:1', a]]);
  const registry = openLayout(path);
  await assert.rejects(registry.getManifest('x', '2'), { code: 'manifest-not-found', absence: 'tag' });
  await assert.rejects(registry.getManifest('y', '1'), { code: 'repository-not-found', absence: 'repository' });
  await assert.rejects(registry.getManifest('x', b.digest), { code: 'manifest-not-found' });
  await assert.rejects(registry.getBlob('x', { digest: b.digest }, { maxBytes: 9 }), { code: 'blob-not-found' });
  await assert.rejects(registry.getManifest('x', '../../etc/passwd'), { code: 'reference-invalid' });
  await assert.rejects(registry.getBlob('x', { digest: 'sha256:../../x' }, { maxBytes: 9 }), {
    code: 'reference-invalid',
  });
});

test('the only image without a name is latest; of several without a name none is guessed', async (t) => {
  const one = join(folder(t), 'epas.tar');
  writeLayout(one, [[{}, a]]);
  assert.deepEqual(await tagsOf(openLayout(one), 'epas'), { tags: { latest: a.digest }, code: null });
  const two = join(folder(t), 'epas');
  writeLayout(two, [
    [{}, a],
    [{}, b],
  ]);
  assert.deepEqual(await collect(openLayout(two).listRepositories()), []);
});

test('what hangs on an image is found by its subject', async (t) => {
  const path = folder(t);
  const subject = { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest: a.digest, size: a.text.length };
  const text = manifestText({ subject, artifactType: 'application/spdx+json' });
  writeLayout(path, [
    ['x:1', a],
    [{}, { digest: sha256(text), text }],
  ]);
  const registry = openLayout(path);
  const found = [{ digest: sha256(text), artifactType: 'application/spdx+json' }];
  assert.deepEqual(await registry.listReferrers('x', a.digest), found);
  assert.deepEqual(await registry.listReferrers('x', b.digest), []);
});

test('a folder of several: sub-folders are repositories, a name carried twice is what came last', async (t) => {
  const path = folder(t);
  writeLayout(join(path, 'k8s/postgresql'), [['17', a]]);
  writeLayout(join(path, 'later'), [
    ['k8s/postgresql:17', b],
    ['k8s/postgresql:18', c],
  ]);
  utimesSync(join(path, 'k8s/postgresql/index.json'), 1_000_000, 1_000_000);
  const registry = openLayout(path);
  let skipped = 0;
  await collect(registry.listTags('k8s/postgresql', { onSkipped: (count) => (skipped += count) }));
  assert.equal(skipped, 1);
  const both = { '17': b.digest, '18': c.digest };
  assert.deepEqual(await tagsOf(registry, 'k8s/postgresql'), { tags: both, code: null });
  // The older digest can still be read where it stands.
  assert.equal((await registry.getManifest('k8s/postgresql', a.digest)).digest, a.digest);

  // One bad thing stays one: the rest is told, as an incomplete list, and the bad one's tags do not fall back.
  writeFileSync(join(path, 'later/index.json'), '{"manifests": [');
  assert.deepEqual(await tagsOf(registry, 'k8s/postgresql'), { tags: {}, code: 'layout-invalid' });
  await assert.rejects(registry.headManifest('k8s/postgresql', '17'), { code: 'layout-invalid' });
  writeLayout(join(path, 'later'), [['k8s/postgresql:17', b]]);
  assert.deepEqual(await tagsOf(registry, 'k8s/postgresql'), { tags: { '17': b.digest }, code: null });
});

test('nothing that cannot be read looks like an empty registry', async (t) => {
  const path = folder(t);
  const rejects = (at: string, code: string) => assert.rejects(openLayout(at).ping(), { code }, at);
  await rejects(join(path, 'nowhere'), 'layout-unreadable');
  await rejects(path, 'layout-invalid');
  mkdirSync(join(path, 'docker'));
  writeFileSync(join(path, 'docker/manifest.json'), '[]');
  await rejects(join(path, 'docker'), 'layout-invalid');
  const layout = join(path, 'layout');
  writeLayout(layout, [['x:1', a]]);
  const spoil = async (name: string, text: string, code: string) => {
    writeLayout(layout, [['x:1', a]]);
    writeFileSync(join(layout, name), text);
    await rejects(layout, code);
  };
  await spoil('oci-layout', '{"imageLayoutVersion":"2.0.0"}', 'layout-invalid');
  await spoil('oci-layout', 'x', 'layout-invalid');
  await spoil('index.json', '{"manifests":{}}', 'layout-invalid');
  await spoil('index.json', '{"manifests":[{"digest":"sha256:../../../etc/passwd"}]}', 'layout-invalid');
  await spoil('index.json', `{"manifests":[${'0,'.repeat(200_001)}0]}`, 'too-many-names');
  rmSync(join(layout, 'index.json'));
  await rejects(layout, 'layout-incomplete');
});

test('blobs are hashed and bounded, and a listed one that is missing is no deleted tag', async (t) => {
  const path = folder(t);
  writeLayout(path, [
    ['x:wrong', a],
    ['x:gone', b],
    ['x:large', c],
  ]);
  writeFileSync(blobPath(path, a.digest), 'other');
  rmSync(blobPath(path, b.digest));
  const registry = openLayout(path, { manifestBytes: 200 });
  await assert.rejects(registry.getManifest('x', 'wrong'), { code: 'digest-mismatch' });
  await assert.rejects(registry.getManifest('x', 'gone'), { code: 'layout-incomplete', absence: 'no' });
  await assert.rejects(registry.getManifest('x', 'large'), { code: 'body-too-large' });
  await assert.rejects(openLayout(path, { tagPageBytes: 20 }).ping(), { code: 'body-too-large' });
});

test('links do not lead out of the folder', async (t) => {
  const outside = folder(t);
  const path = join(folder(t), 'layout');
  writeLayout(path, [['x:1', a]]);
  renameSync(blobPath(path, a.digest), join(outside, 'blob'));
  symlinkSync(join(outside, 'blob'), blobPath(path, a.digest));
  await assert.rejects(openLayout(path).getManifest('x', '1'), { code: 'layout-unreadable', message: /leads out/ });
  rmSync(join(path, 'index.json'));
  writeFileSync(join(outside, 'index.json'), '{"manifests":[]}');
  symlinkSync(join(outside, 'index.json'), join(path, 'index.json'));
  await assert.rejects(openLayout(path).ping(), { code: 'layout-unreadable' });
  // A folder of several does not follow them either; the operator's own path may be a link.
  const shelf = folder(t);
  writeLayout(join(shelf, 'one'), [['1', a]]);
  symlinkSync(outside, join(shelf, 'two'));
  const current = join(folder(t), 'current');
  symlinkSync(shelf, current);
  assert.deepEqual(await collect(openLayout(current).listRepositories()), ['one']);
});

test('createRegistry reads files by scheme or provider, and the probe has no words of networks', async (t) => {
  const path = folder(t);
  writeLayout(path, [['x:1', a]]);
  const rest = { name: 'files', authentication: { type: 'none' }, tls: {} } as const;
  assert.ok(createRegistry({ ...rest, url: path, provider: 'oci-layout' }) instanceof LayoutRegistry);
  for (const url of ['oci-layout:relative', 'oci-layout:', 'oci-layout:/', 'oci-layout:/a\0b']) {
    assert.throws(() => createRegistry({ ...rest, url, provider: 'auto' }), { code: 'registry-url-invalid' }, url);
  }
  const good = await probe({ ...rest, url: `oci-layout:${path}`, provider: 'auto' });
  assert.deepEqual(
    good.checks.map(({ id, state }) => `${id} ${state}`),
    [
      'address ok',
      'reachable ok',
      'tls skipped',
      'api ok',
      'sign-in skipped',
      'dialect ok',
      'catalog ok',
      'tags ok',
      'bulk ok',
      'manifest ok',
      'referrers ok',
      'quota skipped',
    ],
  );
  assert.equal(good.requests, 0);
  const bad = await probe({ ...rest, url: `oci-layout:${path}/nowhere`, provider: 'auto' });
  assert.deepEqual([bad.state, bad.checks[1]!.code], ['error', 'layout-unreadable']);
  assert.match(bad.checks[1]!.cure!, /mounted/);
});
