import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readModelConfig } from './model-config.ts';
import { recognise } from './recognise-fixture.ts';

const NOTHING = readModelConfig(undefined);

/** The configurations as the formats write them. */
const CONFIGS: Record<string, [config: Record<string, unknown>, says: Partial<ReturnType<typeof readModelConfig>>]> = {
  ModelPack: [
    {
      descriptor: {
        createdAt: '2025-01-01T00:00:00Z',
        family: 'llama3',
        name: 'llama-3.1',
        vendor: 'meta',
        version: '3.1',
        licenses: ['Apache-2.0', 'MIT'],
      },
      config: {
        architecture: 'transformer',
        format: 'safetensors',
        paramSize: '8b',
        precision: 'bf16',
        quantization: 'awq',
      },
      modelfs: { type: 'layers', diffIds: [] },
    },
    {
      name: 'llama-3.1',
      publisher: 'meta',
      version: '3.1',
      architecture: 'transformer',
      format: 'safetensors',
      parameters: '8b',
      precision: 'awq',
      licence: 'Apache-2.0, MIT',
    },
  ],
  'Docker model': [
    {
      config: {
        format: 'gguf',
        quantization: 'Q4_K_M',
        parameters: '361.82 M',
        architecture: 'llama',
        size: '256.35 MiB',
        context_size: 8192,
        gguf: { 'general.license': 'apache-2.0' },
      },
      descriptor: { created: '2025-03-19T10:00:00Z' },
    },
    {
      architecture: 'llama',
      format: 'gguf',
      parameters: '361.82 M',
      precision: 'Q4_K_M',
      licence: 'apache-2.0',
      contextLength: 8192,
    },
  ],
  'Docker model whose context stands in the GGUF header': [
    { config: { architecture: 'qwen2', gguf: { 'qwen2.context_length': '32768' } } },
    { architecture: 'qwen2', contextLength: 32768 },
  ],
  ModelKit: [
    {
      manifestVersion: '1.0',
      package: { name: 'kit', version: '1.0', license: 'MIT' },
      model: { name: 'granite', framework: 'pytorch', version: '2', parameters: { any: 'thing' } },
    },
    { name: 'granite', version: '2', architecture: 'pytorch', licence: 'MIT' },
  ],
  Ollama: [
    {
      model_format: 'gguf',
      model_family: 'llama',
      model_type: '8.0B',
      file_type: 'Q4_0',
      os: 'linux',
      architecture: 'amd64',
    },
    { architecture: 'llama', format: 'gguf', parameters: '8.0B', precision: 'Q4_0' },
  ],
};
for (const [name, [config, says]] of Object.entries(CONFIGS)) {
  test(`configuration of a ${name}`, () => assert.deepEqual(readModelConfig(config), { ...NOTHING, ...says }));
}

test('nonsense in a configuration says nothing', () => {
  const hostile = {
    config: { paramSize: ['8b'], context_size: -1, architecture: { a: 1 }, gguf: 'x' },
    descriptor: [],
    model: null,
  };
  assert.deepEqual(readModelConfig(hostile), NOTHING);
});

test('facts of a model from its configuration, each with its source', () => {
  const facts = recognise(
    {
      configMediaType: 'application/vnd.docker.ai.model.config.v0.1+json',
      artifactConfig: { config: { parameters: '8B', quantization: 'Q4_0', context_size: 4096 } },
      annotations: { 'org.opencontainers.image.licenses': 'Apache-2.0' },
    },
    { repository: 'ai/llama3', tag: 'latest' },
  );
  const { model, sources, confidence } = facts;
  assert.deepEqual(
    [model?.publisher, model?.name, model?.parameters, model?.precision, model?.contextLength, model?.licence],
    ['ai', 'llama3', '8B', 'Q4_0', 4096, 'Apache-2.0'],
  );
  assert.deepEqual([sources.parameters, confidence.parameters, sources.licence], ['config', 'medium', 'annotation']);
});
