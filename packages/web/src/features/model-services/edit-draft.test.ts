import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ModelDeploymentPatch, type ModelDeploymentSpec } from '@pharos/contract';
import { draftFrom, patchOf } from './edit-draft.ts';

const DIGEST = `sha256:${'ab'.repeat(32)}`;
const OTHER = `sha256:${'cd'.repeat(32)}`;
const spec: ModelDeploymentSpec = {
  name: 'llama',
  namespace: 'models',
  location: 'eu-west',
  image: DIGEST,
  target: 'kserve',
  gpu: { count: 2, product: 'L40S', tensorParallelism: 2, pipelineParallelism: 1, nodeSelector: { pool: 'gpu' } },
  replicas: { min: 1, max: 3 },
  scale: { metric: 'cpu', target: 80 },
  mode: 'Standard',
  scope: 'namespace',
  secret: 'ngc',
  pullSecret: null,
  storage: { kind: 'new-claim', size: '50Gi', storageClass: 'fast', accessMode: 'ReadWriteMany' },
  profile: null,
  resources: { cpu: '8' },
  runtime: null,
};
const asIs = draftFrom(spec, true);
const patch = (over: Partial<typeof asIs>, more: { image?: string } = {}) =>
  patchOf({ ...asIs, ...over }, { spec, image: DIGEST, profile: null, apply: true, ...more });

describe('a change is sent as the difference', () => {
  test('nothing typed is nothing sent, whatever the fields cannot show', () => {
    assert.deepEqual(patch({}), {});
  });

  test('each field alone, and what the contract takes', () => {
    assert.deepEqual(patch({ max: '4' }), { replicas: { min: 1, max: 4 } });
    assert.deepEqual(patch({}, { image: OTHER }), { image: OTHER });
    assert.deepEqual(patch({ secret: ' ' }), { secret: null });
    assert.deepEqual(patch({ ram: '64Gi' }), { resources: { cpu: '8', memory: '64Gi' } });
    assert.deepEqual(patch({ nimProfile: 'vllm-fp8-tp2-pp1' }), { profile: 'vllm-fp8-tp2-pp1' });
    assert.ok(
      ModelDeploymentPatch.safeParse(patch({ gpus: '4', labels: 'a=b', storage: '60Gi', secret: 'x' })).success,
    );
  });

  test('a larger claim keeps its class and its access mode', () => {
    assert.deepEqual(patch({ storage: '80Gi' }).storage, { ...spec.storage, size: '80Gi' });
    assert.deepEqual(patch({ storageKind: 'claim', storage: 'weights' }).storage, { kind: 'claim', name: 'weights' });
  });

  test('how the model is split stays with the number of GPUs, and goes with another', () => {
    const labels = { nodeSelector: { pool: 'gpu' } };
    assert.deepEqual(patch({ memory: '48' }).gpu, { ...spec.gpu, memoryGiB: 48 });
    assert.deepEqual(patch({ gpus: '4' }).gpu, { count: 4, ...labels });
    const profile = {
      gpu: 'H100',
      count: 4,
      memoryGiB: 80,
      precision: 'FP8',
      tensorParallelism: 4,
      pipelineParallelism: 1,
      goal: null,
    };
    const taken = patchOf({ ...asIs, gpus: '4' }, { spec, image: DIGEST, profile, apply: true });
    assert.deepEqual(taken.gpu, { count: 4, product: 'H100', tensorParallelism: 4, pipelineParallelism: 1, ...labels });
  });
});
