import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseManifest } from './manifest.ts';
import { DOCKER_LIST, DOCKER_MANIFEST, OCI_INDEX, OCI_MANIFEST } from './media-type.ts';
import { manifestText, sha256 } from './testing.ts';

const parse = (value: unknown, type = '') =>
  parseManifest(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)), type);
const child = (extra: object = {}) => ({ mediaType: OCI_MANIFEST, digest: sha256('child'), size: 5, ...extra });

test('a manifest becomes checked values', () => {
  const manifest = parse(
    manifestText({ annotations: { a: 'b', n: 1, __proto__x: 'y' }, artifactType: 'x/y', subject: child() }),
    OCI_MANIFEST,
  );
  assert.ok(manifest.kind === 'manifest');
  assert.equal(manifest.config?.digest, sha256('{"os":"linux","architecture":"amd64"}'));
  assert.equal(manifest.layers.length, 1);
  assert.deepEqual({ ...manifest.annotations }, { a: 'b', __proto__x: 'y' });
  assert.equal(manifest.subject?.digest, sha256('child'));
  assert.equal(manifest.artifactType, 'x/y');
});

test('an index keeps platforms, nested indexes, attestations and an empty list', () => {
  const index = parse({
    schemaVersion: 2,
    manifests: [
      child({ platform: { os: 'linux', architecture: 'arm64', variant: 'v8' } }),
      child({
        platform: { os: 'unknown', architecture: 'unknown' },
        annotations: { 'vnd.docker.reference.type': 'attestation-manifest' },
      }),
      child({ mediaType: OCI_INDEX }),
    ],
  });
  assert.ok(index.kind === 'index');
  assert.equal(index.mediaType, OCI_INDEX);
  assert.deepEqual(index.manifests[0]?.platform, {
    os: 'linux',
    architecture: 'arm64',
    variant: 'v8',
    osVersion: null,
  });
  assert.equal(index.manifests[1]?.annotations['vnd.docker.reference.type'], 'attestation-manifest');
  assert.equal(index.manifests[2]?.platform, null);
  const empty = parse({ schemaVersion: 2, mediaType: DOCKER_LIST, manifests: null }, DOCKER_LIST);
  assert.deepEqual(empty.kind === 'index' && empty.manifests, []);
});

test('the type of an answer without parameters, generic or absent', () => {
  for (const type of ['', 'application/json', 'text/plain', OCI_MANIFEST])
    assert.equal(parse(manifestText(), type).mediaType, OCI_MANIFEST);
  assert.equal(parse(manifestText({ mediaType: undefined }), DOCKER_MANIFEST).mediaType, DOCKER_MANIFEST);
});

test('what is no manifest, or a dangerous one', () => {
  const bad: [unknown, string?][] = [
    ['not json'],
    [''],
    ['[]'],
    ['null'],
    [{}],
    [{ schemaVersion: 1, fsLayers: [] }],
    [{ schemaVersion: 2, manifests: {} }],
    [manifestText(), DOCKER_MANIFEST],
    [manifestText(), OCI_INDEX],
    [manifestText({ mediaType: 'application/x' })],
    [manifestText({ mediaType: 7 })],
    [manifestText({ config: { digest: 'sha256:x', size: 1 } })],
    [manifestText({ config: child({ size: -1 }) })],
    [manifestText({ config: child({ size: 1e300 }) })],
    [manifestText({ config: child({ size: '5' }) })],
    [manifestText({ layers: 'x' })],
    [manifestText({ layers: new Array(10_001).fill(child()) })],
    [{ schemaVersion: 2, mediaType: OCI_INDEX, layers: [] }],
    [manifestText(), 'application/vnd.docker.distribution.manifest.v1+prettyjws'],
    [manifestText(), 'text/html'],
  ];
  for (const [value, type] of bad)
    assert.throws(() => parse(value, type), { code: 'manifest-invalid' }, JSON.stringify(value).slice(0, 80));
  assert.throws(() => parseManifest(Buffer.from([0x7b, 0xff, 0x7d])), { code: 'manifest-invalid' });
  assert.throws(() => parse(`${'['.repeat(1_000_000)}`), { code: 'manifest-invalid' });
  for (const key of ['layers', 'config', 'fsLayers']) {
    assert.throws(() => parse({ schemaVersion: 2, manifests: [], [key]: [] }), { code: 'manifest-ambiguous' });
  }
});

test('annotations cannot reach the prototype and are bounded', () => {
  const hostile = parse(`{"schemaVersion":2,"manifests":[],"annotations":{"__proto__":"x","constructor":"y"}}`);
  assert.equal(Object.getPrototypeOf(hostile.annotations), null);
  assert.equal(hostile.annotations.constructor, 'y');
  assert.equal(({} as Record<string, unknown>).x, undefined);
  const many = Object.fromEntries(
    Array.from({ length: 2000 }, (_, i) => [`k${i}`, i === 0 ? 'x'.repeat(70_000) : 'v']),
  );
  assert.equal(Object.keys(parse({ schemaVersion: 2, manifests: [], annotations: many }).annotations).length, 1000);
});
