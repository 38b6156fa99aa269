import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ObjectStatus } from '@pharos/contract';
import type { KubernetesApi } from './api.ts';
import { statusOf } from './object-status.ts';

const api = { call: async () => ({ items: [] }) } as unknown as KubernetesApi;
const ref = { apiVersion: 'postgresql.cnpg.io/v1', kind: 'Cluster', namespace: 'n', name: 'orders' };
const read = (status: object | undefined, kind = 'Cluster') =>
  statusOf(api, { ...ref, kind }, { kind, metadata: { name: 'orders' }, status }, { outcome: 'applied' });

test('the instances of a cluster as its operator counts them; one that has none ready says nothing of these', async () => {
  const full = await read({ phase: 'Cluster in healthy state', instances: 3, readyInstances: 3 });
  assert.deepEqual([full.phase, full.instances], ['Cluster in healthy state', { ready: 3, total: 3 }]);
  assert.deepEqual((await read({ instances: 3 })).instances, { ready: 0, total: 3 });
  assert.deepEqual(ObjectStatus.parse(full), full);
});

test('what counts nothing, or something else, tells no instances', async () => {
  for (const status of [undefined, {}, { instances: '3' }, { instances: -1 }, { instances: 3, readyInstances: 'x' }]) {
    assert.equal((await read(status)).instances, undefined, JSON.stringify(status));
  }
  assert.equal((await read({ instances: 2, readyInstances: 2 }, 'Pooler')).instances, undefined);
});
