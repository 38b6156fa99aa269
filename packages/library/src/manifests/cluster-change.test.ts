import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClusterInput, type ClusterStorage } from '@pharos/contract';
import { checkChange } from './cluster-change.ts';
import { specOf } from './cluster-spec.ts';
import { quantityValue } from './quantity.ts';

const spec = (storage: ClusterStorage) =>
  specOf(
    ClusterInput.parse({ name: 'orders', location: 'here', image: `sha256:${'ab'.repeat(32)}`, storage, instances: 3 }),
  );
const refused = (before: ClusterStorage, after: ClusterStorage) =>
  checkChange(spec(before), spec(after)).map(({ id }) => id);

test('storage grows and never shrinks, whatever it is written in', () => {
  assert.deepEqual(refused({ size: '20Gi' }, { size: '0.5Ti' }), []);
  assert.deepEqual(refused({ size: '20Gi' }, { size: '20Gi' }), []);
  assert.deepEqual(refused({ size: '20Gi' }, { size: '20G' }), ['storage-shrink']);
  assert.deepEqual(refused({ size: '1e10' }, { size: '9999M' }), ['storage-shrink']);
});

test('a volume for the log can be added, and then only grow; the class stays', () => {
  assert.deepEqual(refused({ size: '1Gi' }, { size: '1Gi', walSize: '1Gi' }), []);
  assert.deepEqual(refused({ size: '1Gi', walSize: '2Gi' }, { size: '1Gi' }), ['wal-storage']);
  assert.deepEqual(refused({ size: '1Gi', walSize: '2Gi' }, { size: '1Gi', walSize: '1Gi' }), ['wal-storage']);
  assert.deepEqual(refused({ size: '1Gi' }, { size: '1Gi', storageClass: 'fast' }), ['storage-class']);
});

test('quantities as Kubernetes writes them', () => {
  assert.deepEqual(['500m', '1Ki', '1E', '1e3', '+2', 'much', '1GB'].map(quantityValue), [
    0.5,
    1024,
    1e18,
    1000,
    2,
    null,
    null,
  ]);
});
