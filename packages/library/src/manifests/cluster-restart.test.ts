import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClusterInput, type ClusterPatch } from '@pharos/contract';
import { type ClusterForm, changeWords, newExtensionImages, restartsOf } from './cluster-restart.ts';
import { patchedSpec, specOf } from './cluster-spec.ts';

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const [IMAGE, OLD, NEW] = [digest('a'), digest('b'), digest('c')];
const SPEC = specOf(
  ClusterInput.parse({
    ...{ name: 'orders', location: 'here', image: IMAGE, storage: '20Gi', resources: { memory: '1Gi' } },
    extensions: [{ name: 'pgvector', image: OLD }, 'pg_trgm'],
  }),
);
const REFERENCE = `r/pg:18.1@${IMAGE}`;
const file = (spec = SPEC, reference = REFERENCE): ClusterForm => ({ spec, reference, object: null });
type Patch = Omit<ClusterPatch, 'when'>;
const causes = (patch: Patch) => restartsOf(file(), file(patchedSpec(SPEC, patch)));

test('what restarts a cluster, and what changes in place', () => {
  const inPlace: Patch[] = [
    {},
    { instances: 5 },
    { storage: '30Gi' },
    { pullSecret: 'ngc' },
    { apply: true },
    { extensions: [{ name: 'vector', image: OLD }, 'pg_trgm', 'hstore'] },
    { extensions: ['vector'] },
  ];
  for (const patch of inPlace) assert.deepEqual(causes(patch), [], JSON.stringify(patch));
  assert.deepEqual(causes({ resources: { memory: '2Gi' } }), ['resources']);
  assert.deepEqual(causes({ resources: {} }), ['resources']);
  assert.deepEqual(causes({ storage: { size: '20Gi', walSize: '5Gi' } }), ['volume']);
  assert.deepEqual(causes({ extensions: [{ name: 'vector', image: NEW }, 'pg_trgm'] }), ['extensions']);
  assert.deepEqual(causes({ extensions: ['pg_trgm'] }), ['extensions'], 'taken away');
  assert.deepEqual(causes({ extensions: ['vector', { name: 'postgis', image: NEW }] }), ['extensions'], 'added');
  assert.deepEqual(restartsOf(file(), file(SPEC, `r/pg:18@${IMAGE}`)), ['image'], 'the same digest by another tag');
});

test('an extension that is named without an image keeps the one it has', () => {
  const { extensions } = patchedSpec(SPEC, { extensions: ['vector', 'hstore'] });
  assert.deepEqual(extensions, [{ name: 'vector', image: OLD }, { name: 'hstore' }]);
  assert.deepEqual(newExtensionImages(SPEC, patchedSpec(SPEC, { extensions: ['vector'] })), []);
  const young = patchedSpec(SPEC, { extensions: [{ name: 'vector', image: NEW }] });
  assert.deepEqual(newExtensionImages(SPEC, young), [NEW]);
});

test('what agents apply is compared as it is written, whatever the order of its keys', () => {
  const object = (spec: object) => ({ kind: 'Cluster', spec: { imageName: REFERENCE, instances: 3, ...spec } });
  const form = (spec: object): ClusterForm => ({ ...file(), object: object(spec) });
  const extension = { name: 'vector', image: { reference: `r/vector:1@${OLD}` } };
  const turned = { image: { reference: `r/vector:1@${OLD}` }, name: 'vector' };
  const before = form({ postgresql: { extensions: [extension] } });
  assert.deepEqual(restartsOf(before, form({ postgresql: { extensions: [turned] }, instances: 9 })), []);
  const moved = { ...extension, image: { reference: `r/vector:2@${OLD}` } };
  assert.deepEqual(restartsOf(before, form({ postgresql: { extensions: [moved] } })), ['extensions'], 'by another tag');
  assert.deepEqual(restartsOf(before, form({ postgresql: { extensions: [extension] }, postgresUID: 999 })), ['user']);
  const catalog = (name: string, major: number) => ({ imageName: undefined, imageCatalogRef: { name, major } });
  assert.deepEqual(restartsOf(form(catalog('a', 17)), form(catalog('a-canary', 17))), [], 'both hold the same image');
  assert.deepEqual(restartsOf(form(catalog('a', 17)), form(catalog('a', 18))), ['image']);
});

test('a change in words names what it replaces', () => {
  const words = (patch: Patch) => changeWords(SPEC, patchedSpec(SPEC, patch), (each) => `tag ${each.at(-1)}`);
  assert.equal(words({ extensions: [{ name: 'vector', image: NEW }, 'pg_trgm'] }), 'vector from tag c');
  assert.equal(
    words({ extensions: ['pg_trgm'], resources: { memory: '2Gi' } }),
    'without vector, memory 2Gi instead of 1Gi',
  );
  assert.equal(words({ instances: 5, resources: {} }), 'without memory 1Gi, instances 5 instead of 3');
  assert.equal(words({}), 'the same image by another tag');
});
