import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MODEL_FIELD_NAMES, MODEL_FIELDS, type Observation } from '@pharos/contract';
import { catalogFact, catalogKeys } from './data/model-catalog.ts';
import { modelFacts } from './model-facts.ts';
import { modelIdentity } from './model-identity.ts';
import { modelFormat, modelImageFacts } from './model-image-facts.ts';
import { emptyObservation } from './observation.ts';

const seen = (parts: Partial<Observation> = {}): Observation => ({
  ...emptyObservation(`sha256:${'a'.repeat(64)}`, 'application/vnd.oci.image.manifest.v1+json'),
  ...parts,
});
const keyOf = (repository: string, labels: Record<string, string> = {}) =>
  modelIdentity(seen({ labels }), repository).key;

test('the same model is one, wherever its path or its label says so', () => {
  const key = 'meta/llama-3.1-8b-instruct';
  const label = { 'com.nvidia.nim.name': 'meta/Llama-3.1-8B-Instruct' };
  assert.equal(keyOf('nim/meta/llama-3.1-8b-instruct'), key);
  assert.equal(keyOf('mirror/ngc/nim/meta/llama-3.1-8b-instruct'), key);
  assert.equal(keyOf('team/llm', label), key);
  assert.equal(keyOf('nim/meta/llama-3.1-8b-instruct', { 'com.nvidia.nim.name': 'other/model' }), key, 'path first');
  assert.equal(keyOf('team/llm', { 'com.nvidia.nim.name': 'Llama 3.1 8B Instruct' }), 'team/llm', 'no publisher');
  assert.equal(keyOf('models/ai/gemma3'), 'ai/gemma3');
  assert.deepEqual(modelIdentity(null, 'llama3'), { key: 'llama3', publisher: null, name: 'llama3' });
});

test('an edit goes before the image, the image before the catalogue, the catalogue before the name', () => {
  const key = 'nvidia/llama-3.2-nv-rerankqa-1b-v2';
  const edit = { value: 4096, by: 'ada', at: '2026-11-25T10:00:00.000Z' };
  const image = { contextLength: { value: 8000, from: 'configuration config.context_size' } };
  const all = modelFacts(key, image, { contextLength: edit });
  assert.deepEqual(all.contextLength, {
    value: 4096,
    source: 'edit',
    from: 'ada',
    url: null,
    at: edit.at,
    otherwise: 8000,
    otherwiseSource: 'image',
  });
  const second = modelFacts(key, image, {}).contextLength;
  assert.deepEqual([second.value, second.source, second.from], [8000, 'image', image.contextLength.from]);
  const third = modelFacts(key, {}, {}).contextLength;
  assert.deepEqual([third.value, third.source], [8192, 'catalogue']);
  assert.match(third.url ?? '', /^https:\/\/docs\.nvidia\.com\//);
  assert.match(third.at ?? '', /^\d{4}-\d\d-\d\d$/);
  const facts = modelFacts('acme/acme-3.5b-chat', {}, {});
  assert.deepEqual(
    [facts.task.value, facts.task.source, facts.parameters.value, facts.publisher.value],
    ['text-generation', 'name', '3.5B', 'acme'],
  );
});

test('what nobody states is not known', () => {
  const facts = modelFacts('acme/thing', {}, {});
  for (const field of MODEL_FIELD_NAMES.filter((name) => name !== 'publisher')) {
    assert.deepEqual([facts[field].value, facts[field].source], [null, null], field);
  }
  const llama = modelFacts('meta/llama-3.1-8b-instruct', {}, {});
  assert.deepEqual([llama.gpuCount.value, llama.gpuMemoryGiB.value], [1, null]);
});

test('without a stated GPU need the smallest tested profile is it, and says so', () => {
  const facts = modelFacts('nvidia/llama-3.2-nv-embedqa-1b-v2', {}, {});
  assert.deepEqual([facts.gpuCount.value, facts.gpuMemoryGiB.value], [1, 3.6]);
  assert.match(facts.gpuMemoryGiB.from ?? '', /^smallest profile of NVIDIA/);
  const edit = { value: 2, by: 'ada', at: '2026-11-25T10:00:00.000Z' };
  const edited = modelFacts('nvidia/llama-3.2-nv-embedqa-1b-v2', {}, { gpuCount: edit });
  assert.deepEqual([edited.gpuCount.value, edited.gpuMemoryGiB.value], [2, null], 'nothing is mixed');
});

test('every value of the catalogue fits its field and names a source with a day', () => {
  assert.ok(catalogKeys().length >= 7);
  for (const key of catalogKeys()) {
    assert.equal(key, key.toLowerCase());
    for (const field of MODEL_FIELD_NAMES) {
      const fact = catalogFact(key, field);
      if (fact === null) continue;
      assert.deepEqual(
        MODEL_FIELDS[field].safeParse(fact.value),
        { success: true, data: fact.value },
        `${key} ${field}`,
      );
      assert.match(fact.source.asOf, /^\d{4}-\d\d-\d\d$/);
      assert.ok(fact.source.title.length > 5);
    }
  }
  assert.equal(
    catalogFact('nvidia/llama-3-2-nv-rerankqa-1b-v2', 'task')?.value,
    'rerank',
    'another spelling of the same model',
  );
  for (const name of ['constructor', '__proto__']) assert.equal(catalogFact(name, 'task'), null);
});

const CONFIGS: [name: string, config: Record<string, unknown>, expected: Record<string, unknown>][] = [
  [
    'ModelPack',
    {
      descriptor: { vendor: 'Qwen', description: 'Chat\u202e model', licenses: ['Apache-2.0', 'MIT'] },
      config: {
        paramSize: '8b',
        precision: 'bf16',
        quantization: 'awq',
        capabilities: { inputTypes: ['text', 'image'], outputTypes: ['text'] },
      },
    },
    {
      publisher: 'Qwen',
      description: 'Chat model',
      licence: 'Apache-2.0, MIT',
      parameters: '8b',
      precision: ['bf16', 'awq'],
      task: 'text-generation',
    },
  ],
  [
    'Docker model',
    { config: { parameters: '3.88 B', quantization: 'Q4_K_M', gguf: { 'gemma3.context_length': '131072' } } },
    { parameters: '3.88 B', precision: ['Q4_K_M'], contextLength: 131_072 },
  ],
  [
    'ModelKit',
    { package: { license: 'Apache-2.0', description: 'A kit' }, model: { parameters: '7B' } },
    { licence: 'Apache-2.0', description: 'A kit', parameters: '7B' },
  ],
  ['Ollama', { model_type: '8.0B', file_type: 'Q4_0' }, { parameters: '8.0B', precision: ['Q4_0'] }],
  [
    'hostile',
    {
      config: { paramSize: { a: 1 }, context_size: -5, precision: '', capabilities: 'x' },
      descriptor: { licenses: 'x', docURL: 'javascript:alert(1)', description: 'y'.repeat(9000) },
    },
    { description: 'y'.repeat(4000) },
  ],
];

for (const [name, artifactConfig, expected] of CONFIGS) {
  test(`the configuration of a model is read: ${name}`, () => {
    const facts = modelImageFacts(seen({ artifactConfig }));
    assert.deepEqual(Object.fromEntries(Object.entries(facts).map(([field, fact]) => [field, fact.value])), expected);
    for (const fact of Object.values(facts)) assert.match(fact.from, /^configuration /);
  });
}

test("NIM's type and annotations are read, labels of a base image are not", () => {
  const facts = modelImageFacts(
    seen({
      labels: { 'com.nvidia.nim.type': 'llm', 'org.opencontainers.image.licenses': 'of the base image' },
      annotations: { 'org.opencontainers.image.documentation': 'https://example.com/model' },
    }),
  );
  assert.deepEqual(facts, {
    task: { value: 'text-generation', from: 'label com.nvidia.nim.type' },
    link: { value: 'https://example.com/model', from: 'annotation org.opencontainers.image.documentation' },
  });
});

test('the format says how the image is packed', () => {
  assert.equal(modelFormat(seen({ labels: { 'com.nvidia.nim.type': 'llm' } }), 'team/x'), 'nim');
  assert.equal(modelFormat(seen({ artifactType: 'application/vnd.cncf.model.manifest.v1+json' }), 'x'), 'modelpack');
  assert.equal(modelFormat(seen(), 'team/modelcar-granite'), 'modelcar');
  assert.equal(modelFormat(seen(), 'team/x'), 'container');
});
