import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseManifest } from '@pharos/oci';
import { buildArtifact } from '@pharos/testbed';
import { shortened } from './artifact-config.ts';
import { observe } from './observe.ts';
import type { RepositoryReader } from './repository-reader.ts';

test('long texts, long lists and deep nests are left out, the rest stays', () => {
  const kept = shortened({
    config: {
      parameters: '8B',
      gguf: { 'tokenizer.ggml.tokens': Array(1000).fill('x'), 'general.name': 'm' },
      long: 'x'.repeat(1001),
    },
    deep: { a: { b: { c: { d: { e: 1 } } } } },
  });
  assert.deepEqual(kept.config, { parameters: '8B', gguf: { 'general.name': 'm' } });
  assert.equal(JSON.stringify(kept.deep).includes('"e"'), false);
  assert.deepEqual(shortened([1]), {});
  assert.equal(
    Object.keys(shortened(Object.fromEntries(Array.from({ length: 900 }, (_, n) => [`k${n}`, n])))).length,
    500,
  );
});

const FORMATS: Record<string, { mediaType: string; layer: string; config: object }> = {
  ModelPack: {
    mediaType: 'application/vnd.cncf.model.config.v1+json',
    layer: 'application/vnd.cncf.model.weight.v1.raw',
    config: { config: { paramSize: '8b' } },
  },
  'Docker model': {
    mediaType: 'application/vnd.docker.ai.model.config.v0.1+json',
    layer: 'application/vnd.docker.ai.gguf.v3',
    config: { config: { parameters: '8B' } },
  },
  ModelKit: {
    mediaType: 'application/vnd.kitops.modelkit.config.v1+json',
    layer: 'application/vnd.kitops.modelkit.model.v1.tar',
    config: { model: { name: 'm' } },
  },
  Ollama: {
    mediaType: 'application/vnd.docker.container.image.v1+json',
    layer: 'application/vnd.ollama.image.model',
    config: { model_type: '8.0B', os: 'linux', architecture: 'amd64' },
  },
};
for (const [name, { mediaType, layer, config }] of Object.entries(FORMATS)) {
  test(`the configuration of a ${name} is read, in one request`, async () => {
    const image = buildArtifact({
      configMediaType: mediaType,
      config,
      layers: [{ mediaType: layer, bytes: Buffer.from('weights') }],
    });
    let requests = 0;
    const reader = {
      async config() {
        requests += 1;
        return { json: config };
      },
    } as unknown as RepositoryReader;
    const { digest, bytes } = image;
    const content = {
      digest,
      mediaType: image.mediaType,
      size: bytes.length,
      bytes,
      manifest: parseManifest(bytes, image.mediaType),
    };
    const { observation } = await observe(content, reader);
    assert.deepEqual(
      [observation.artifactConfig, observation.platforms, observation.detail, requests],
      [config, [], 'config', 1],
    );
  });
}
