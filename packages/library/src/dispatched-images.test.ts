import assert from 'node:assert/strict';
import { test } from 'node:test';
import { imagesNamed } from './dispatched-images.ts';

const D = `sha256:${'ab'.repeat(32)}`;
const named = (object: unknown) => imagesNamed(object).map(({ path, digest }) => [path, digest]);

test('a Cluster: image, extension images; what stands in metadata and status is no wish', () => {
  const cluster = {
    kind: 'Cluster',
    metadata: { annotations: { image: 'registry/old:1' } },
    spec: {
      imageName: `r/postgresql:17@${D}`,
      postgresql: { extensions: [{ name: 'pgvector', image: { reference: `r/pgvector:1@${D}` } }] },
    },
    status: { image: 'r/other:1' },
  };
  assert.deepEqual(named(cluster), [
    ['spec.imageName', D],
    ['spec.postgresql.extensions[0].image.reference', D],
  ]);
});

test('catalogs, runtimes, NIM services and modelcars', () => {
  const catalog = { spec: { images: [{ major: 17, image: `r/p:17@${D}` }] } };
  assert.deepEqual(named(catalog), [['spec.images[0].image', D]]);
  const runtime = { spec: { containers: [{ name: 'kserve-container', image: `r/nim:1@${D}` }] } };
  assert.deepEqual(named(runtime), [['spec.containers[0].image', D]]);
  const service = { spec: { image: { repository: 'r/nim', tag: `1.3@${D}`, pullSecrets: ['s'] } } };
  assert.deepEqual(named(service), [['spec.image', D]]);
  const cache = { spec: { source: { ngc: { modelPuller: `r/nim:1@${D}` } } } };
  assert.deepEqual(named(cache), [['spec.source.ngc.modelPuller', D]]);
  const car = { spec: { predictor: { model: { storageUri: `oci://r/car:1@${D}` } } } };
  assert.deepEqual(named(car), [['spec.predictor.model.storageUri', D]]);
});

test('a reference without a digest is found too, and pins nothing', () => {
  assert.deepEqual(named({ spec: { imageName: 'r/postgresql:17' } }), [['spec.imageName', null]]);
  assert.deepEqual(named({ spec: { imageName: 'r/p@sha256:abc' } }), [['spec.imageName', null]]);
});
