import assert from 'node:assert/strict';
import { test } from 'node:test';
import { imagesNamed, unreadableObject } from './named-images.ts';

const D = `sha256:${'ab'.repeat(32)}`;
const of = (apiVersion: string, kind: string, spec: object, more: object = {}) => ({ apiVersion, kind, spec, ...more });
const CNPG = 'postgresql.cnpg.io/v1';
const named = (object: unknown) => imagesNamed(object).map(({ path, digest }) => [path, digest]);

test('a Cluster: image, extension images; what stands in metadata and status is no wish', () => {
  const spec = {
    imageName: `r/postgresql:17@${D}`,
    postgresql: { extensions: [{ name: 'pgvector', image: { reference: `r/pgvector:1@${D}` } }] },
  };
  const rest = { metadata: { annotations: { image: 'registry/old:1' } }, status: { image: 'r/other:1' } };
  assert.deepEqual(named(of(CNPG, 'Cluster', spec, rest)), [
    ['spec.imageName', D],
    ['spec.postgresql.extensions[0].image.reference', D],
  ]);
});

test('catalogs, runtimes, NIM services and modelcars', () => {
  const catalog = of(CNPG, 'ClusterImageCatalog', { images: [{ major: 17, image: `r/p:17@${D}` }] });
  assert.deepEqual(named(catalog), [['spec.images[0].image', D]]);
  const containers = [{ name: 'kserve-container', image: `r/nim:1@${D}` }];
  const runtime = of('serving.kserve.io/v1alpha1', 'ServingRuntime', { containers });
  assert.deepEqual(named(runtime), [['spec.containers[0].image', D]]);
  const image = { repository: 'r/nim', tag: `1.3@${D}`, pullSecrets: ['s'] };
  assert.deepEqual(named(of('apps.nvidia.com/v1alpha1', 'NIMService', { image })), [['spec.image', D]]);
  const cache = of('apps.nvidia.com/v1alpha1', 'NIMCache', { source: { ngc: { modelPuller: `r/nim:1@${D}` } } });
  assert.deepEqual(named(cache), [['spec.source.ngc.modelPuller', D]]);
  const predictor = { model: { storageUri: `oci://r/car:1@${D}` } };
  const car = of('serving.kserve.io/v1beta1', 'InferenceService', { predictor });
  assert.deepEqual(named(car), [['spec.predictor.model.storageUri', D]]);
});

test('a reference without a digest is found too, and pins nothing', () => {
  for (const imageName of ['r/postgresql:17', 'r/p@sha256:abc', 17]) {
    assert.deepEqual(named(of(CNPG, 'Cluster', { imageName })), [['spec.imageName', null]]);
  }
});

test('an object of which nobody can say what it runs says why', () => {
  assert.equal(unreadableObject(of(CNPG, 'Cluster', { imageName: `r/p@${D}` })), null);
  assert.equal(unreadableObject(of('v1', 'PersistentVolumeClaim', {})), null);
  assert.equal(unreadableObject(of(CNPG, 'Cluster', {})), 'Cluster names no image');
  assert.equal(
    unreadableObject(of('strange.example/v1', 'Runner', { image: 'x' })),
    'nobody knows where Runner names its images',
  );
  assert.equal(unreadableObject({}), 'an object states no kind');
});
