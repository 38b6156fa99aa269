import assert from 'node:assert/strict';
import { test } from 'node:test';
import { usagesIn } from './usages.ts';

const POD = { apiVersion: 'v1', kind: 'Pod' };
const CLUSTER = { apiVersion: 'postgresql.cnpg.io/v1', kind: 'Cluster' };
const D = `sha256:${'ab'.repeat(32)}`;
const E = `sha256:${'cd'.repeat(32)}`;

const pod = (image: string, imageID: string, more: object = {}) => ({
  metadata: { name: 'p', namespace: 'n', ownerReferences: [{ kind: 'ReplicaSet', name: 'web-1', controller: true }] },
  spec: { containers: [{ name: 'c', image }] },
  status: { phase: 'Running', containerStatuses: [{ name: 'c', imageID }], ...more },
});

test('a pod runs what its runtime says, and is pinned to what its image says', () => {
  assert.deepEqual(usagesIn(POD, pod(`r/p:1@${D}`, `docker-pullable://r/p@${E}`)), [
    {
      namespace: 'n',
      name: 'p',
      container: 'c',
      image: `r/p:1@${D}`,
      digest: E,
      pinned: D,
      owner: 'ReplicaSet/web-1',
    },
  ]);
});

test('a bare digest is that of a configuration and names no image; a pin counts before the container runs', () => {
  assert.equal(usagesIn(POD, pod('r/p:1', D)), null);
  assert.equal(usagesIn(POD, pod(`r/p:1@${D}`, ''))?.[0]?.digest, D);
});

test('what has ended runs nothing', () => {
  assert.equal(usagesIn(POD, pod('r/p:1', `r/p@${D}`, { phase: 'Succeeded' })), null);
});

test('a pod of CloudNativePG belongs to its Cluster', () => {
  const own = pod('r/p:1', `r/p@${D}`);
  const labelled = { ...own, metadata: { ...own.metadata, labels: { 'cnpg.io/cluster': 'orders' } } };
  assert.equal(usagesIn(POD, labelled)?.[0]?.owner, 'Cluster/orders');
});

test('images that a pod has mounted as volumes count too, by their pin', () => {
  const own = pod(`r/p:1@${D}`, `r/p@${D}`);
  const volumes = [
    { name: 'vector', image: { reference: `r/v:1@${E}` } },
    { name: 'tag', image: { reference: 'r/v:1' } },
  ];
  const mounted = { ...own, spec: { ...own.spec, volumes: [...volumes, { name: 'data', emptyDir: {} }] } };
  assert.deepEqual(
    usagesIn(POD, mounted)?.map(({ container, digest, pinned }) => [container, digest, pinned]),
    [
      ['c', D, D],
      ['volumes/vector', E, E],
    ],
  );
});

test('others by what is pinned in them, CloudNativePG also by what a catalog resolved to', () => {
  const metadata = { name: 'orders', namespace: 'n' };
  const fields = (object: object) => usagesIn(CLUSTER, object)?.map(({ container, digest }) => [container, digest]);
  assert.deepEqual(fields({ metadata, spec: { imageName: `r/p:17@${D}` } }), [['spec.imageName', D]]);
  assert.deepEqual(fields({ metadata, spec: {}, status: { image: `r/p:17@${E}` } }), [['status.image', E]]);
  assert.equal(usagesIn(CLUSTER, { metadata, spec: { imageName: 'r/p:17' } }), null);
});

test('objects that are not as they should be are no reason to stumble', () => {
  for (const odd of [
    {},
    { metadata: null },
    { metadata: {}, spec: { containers: 'x' }, status: { containerStatuses: [1] } },
  ])
    assert.equal(usagesIn(POD, odd as never), null);
});
