import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MODEL_FIELD_NAMES } from '@pharos/contract';
import { type Answer, type Call, listOf, registry, runIn } from './testing.ts';

const ID = '66666666-6666-4666-8666-666666666666';
const DIGEST = `sha256:${'ab'.repeat(32)}`;

function model(over: object = {}) {
  return {
    id: ID,
    key: 'meta/llama-3.1-8b-instruct',
    name: 'llama-3.1-8b-instruct',
    publisher: 'meta',
    task: 'text-generation',
    description: null,
    parameters: '8B',
    precision: ['FP8'],
    licence: null,
    contextLength: 131_072,
    gpu: { count: 1, memoryGiB: 24 },
    format: 'nim',
    size: 1,
    imageCount: 2,
    tagCount: 3,
    missingCount: 0,
    newestTag: '1.8.2',
    registries: [{ id: registry().id, name: 'production' }],
    locations: ['local'],
    images: [],
    updatedAt: '2026-01-01T00:00:00.000Z',
    ...over,
  };
}

const none = { value: null, source: null, from: null, url: null, at: null, otherwise: null, otherwiseSource: null };
const profile = {
  gpu: 'L40S',
  count: 2,
  memoryGiB: 48,
  precision: 'FP8',
  tensorParallelism: 2,
  pipelineParallelism: 1,
  goal: 'latency',
};

const detail = () => ({
  ...model(),
  facts: {
    ...Object.fromEntries(MODEL_FIELD_NAMES.map((field) => [field, none])),
    parameters: { ...none, value: '8B\u001b[31m', source: 'edit', from: 'ada', at: '2026-01-02T03:04:05.000Z' },
    contextLength: { ...none, value: 131_072, source: 'catalogue', from: 'A model card', at: '2026-01-01' },
    profiles: { ...none, value: [profile], source: 'catalogue', from: 'A support matrix', at: '2026-01-01' },
  },
  edits: [],
  pull: [{ tool: 'docker', command: `docker pull r.example/llama@${DIGEST}` }],
  images: [
    {
      digest: DIGEST,
      version: null,
      size: 5_000_000,
      platforms: ['linux/amd64'],
      createdAt: null,
      state: 'pending',
      places: ['1.8.2', 'latest'].map((name) => ({
        repositoryId: ID,
        repository: 'nim/meta/llama',
        registryId: ID,
        registry: 'production',
        host: 'r.example',
        locationId: 'local',
        name,
        presence: 'present',
      })),
    },
  ],
});

function api({ method, path }: Call): Answer {
  if (path.startsWith('/registries')) return listOf(registry());
  if (method === 'PATCH' || path === `/models/${ID}`) return { status: 200, body: detail() };
  return listOf(model(), model({ id: registry().id, key: 'other/llama', name: 'llama', gpu: null }));
}

test('models are listed with filters that reach the API', async () => {
  const { code, stdout, calls } = await runIn(
    { api },
    ...['models', 'list', '--task', 'embedding', '--gpus', '1', '--gpu-memory', '24', '--registry', 'production'],
  );
  assert.equal(code, 0);
  assert.match(stdout, /meta\/llama-3\.1-8b-instruct +text-generation +8B +1 × 24 GiB/);
  const query = new URLSearchParams(calls.at(-1)!.path.split('?')[1]);
  assert.deepEqual(
    [query.get('task'), query.get('gpuCount'), query.get('gpuMemoryGiB'), query.get('registryId')],
    ['embedding', '1', '24', registry().id],
  );
  assert.equal(JSON.parse((await runIn({ api }, 'models', 'list', '--json')).stdout).items.length, 2);
  assert.equal((await runIn({ api }, 'models', 'list', '--task', 'cooking')).code, 2);
});

test('a model is found by name or publisher/name, and every fact says where it comes from', async () => {
  for (const name of ['llama-3.1-8b-instruct', 'Meta/llama-3.1-8b-instruct', ID]) {
    const { code, stdout } = await runIn({ api }, 'models', 'get', name);
    assert.equal(code, 0, name);
    assert.match(stdout, /parameters +8B.*\(edited by ada, 2026-01-02 03:04 UTC\)/);
    assert.match(stdout, /context length +131072 \(A model card, read 2026-01-01\)/);
    assert.match(stdout, /licence +not known/);
    assert.match(stdout, /L40S +2 +48 GiB +FP8 +latency/);
    assert.match(stdout, /1\.8\.2, latest +sha256:abababababab/);
    assert.ok(!stdout.includes('\u001b['), 'no escape sequence gets through');
  }
  assert.equal((await runIn({ api }, 'models', 'get', 'nobody')).code, 3);
});

test('fields are written and taken back; what does not fit never leaves the machine', async () => {
  const world = { api };
  const set = [
    '--set',
    'gpuMemoryGiB=24',
    '--set',
    'precision=FP8, FP16',
    '--set',
    `profiles=${JSON.stringify([profile])}`,
  ];
  const edited = await runIn(world, 'models', 'edit', ID, ...set, '--reset', 'licence', '--json');
  assert.equal(edited.code, 0, edited.stderr);
  assert.deepEqual(edited.calls.at(-1)?.body, {
    gpuMemoryGiB: 24,
    precision: ['FP8', 'FP16'],
    profiles: [profile],
    licence: null,
  });
  assert.equal(JSON.parse(edited.stdout).id, ID);
  for (const [args, code] of [
    [['--set', 'gpuCount=many'], 'model-value-invalid'],
    [['--set', 'task=cooking'], 'model-value-invalid'],
    [['--set', 'profiles=x'], 'model-value-invalid'],
    [['--set', 'colour=red'], 'model-field-unknown'],
    [['--reset', 'colour'], 'model-field-unknown'],
    [[], 'nothing-to-change'],
  ] as const) {
    const refused = await runIn(world, 'models', 'edit', ID, ...args);
    assert.equal(refused.code, 2, code);
    assert.match(refused.stderr, new RegExp(code));
    assert.ok(!refused.calls.some((call) => call.method === 'PATCH'));
  }
});
