/** Every kind that the library knows, one row each: what the manifest, the configuration and the name look like in the field. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Observation } from '@pharos/contract';
import { recogniseImage } from './facts.ts';
import { emptyObservation } from './observation.ts';
import { INDEX, recognise } from './recognise-fixture.ts';

type Row = {
  readonly repository?: string;
  readonly tag?: string;
  readonly image: Partial<Observation>;
  readonly is: readonly [kind: string, subkind: string | null, source: string | undefined];
};

const DOCKER_CONFIG = 'application/vnd.docker.container.image.v1+json';
const EMPTY = 'application/vnd.oci.empty.v1+json';
const SUBJECT = `sha256:${'b'.repeat(64)}`;
const HEX = 'a'.repeat(64);
const BUNDLE = 'application/vnd.dev.sigstore.bundle.v0.3+json';

const ROWS: Readonly<Record<string, Row>> = {
  'multi-platform index of a CloudNativePG operand': {
    tag: '18.4-202607270910-minimal-trixie',
    image: {
      mediaType: INDEX,
      annotations: { 'org.opencontainers.image.title': 'CloudNativePG PostgreSQL 18.4 minimal' },
    },
    is: ['postgres', 'cnpg-operand', 'annotation'],
  },
  'Docker manifest list': {
    repository: 'edb-postgres-advanced',
    image: { mediaType: 'application/vnd.docker.distribution.manifest.list.v2+json', configMediaType: DOCKER_CONFIG },
    is: ['postgres', 'edb-operand', 'repository'],
  },
  'BuildKit attestation': {
    image: {
      annotations: { 'vnd.docker.reference.type': 'attestation-manifest' },
      layerMediaTypes: ['application/vnd.in-toto+json'],
    },
    is: ['other', 'attestation', 'manifest'],
  },
  'BuildKit attestation as an OCI artifact': {
    image: {
      artifactType: 'application/vnd.docker.attestation.manifest.v1+json',
      configMediaType: EMPTY,
      layerMediaTypes: ['application/vnd.in-toto+json'],
      subject: SUBJECT,
    },
    is: ['other', 'attestation', 'manifest'],
  },
  'cosign signature by its layer': {
    image: { layerMediaTypes: ['application/vnd.dev.cosign.simplesigning.v1+json'] },
    is: ['other', 'signature', 'manifest'],
  },
  'cosign signature by its tag': {
    tag: `sha256-${HEX}.sig`,
    image: { layerMediaTypes: [] },
    is: ['other', 'signature', 'tag'],
  },
  'cosign attestation by its tag': {
    tag: `sha256-${HEX}.att`,
    image: { layerMediaTypes: [] },
    is: ['other', 'attestation', 'tag'],
  },
  'cosign SBOM by its tag': { tag: `sha256-${HEX}.sbom`, image: { layerMediaTypes: [] }, is: ['other', 'sbom', 'tag'] },
  'cosign signature as a referrer': {
    image: { artifactType: 'application/vnd.dev.cosign.artifact.sig.v1+json', subject: SUBJECT },
    is: ['other', 'signature', 'manifest'],
  },
  'sigstore bundle of a signature': {
    image: {
      artifactType: BUNDLE,
      configMediaType: EMPTY,
      subject: SUBJECT,
      annotations: { 'dev.sigstore.bundle.predicateType': 'https://sigstore.dev/cosign/sign/v1' },
    },
    is: ['other', 'signature', 'manifest'],
  },
  'sigstore bundle of an SBOM': {
    image: {
      artifactType: BUNDLE,
      configMediaType: EMPTY,
      subject: SUBJECT,
      annotations: { 'dev.sigstore.bundle.predicateType': 'https://cyclonedx.org/bom' },
    },
    is: ['other', 'sbom', 'manifest'],
  },
  'notation signature': {
    image: {
      artifactType: 'application/vnd.cncf.notary.signature',
      layerMediaTypes: ['application/jose+json'],
      subject: SUBJECT,
    },
    is: ['other', 'signature', 'manifest'],
  },
  'notation signature by its config': {
    image: {
      configMediaType: 'application/vnd.cncf.notary.signature',
      layerMediaTypes: ['application/cose'],
      subject: SUBJECT,
    },
    is: ['other', 'signature', 'manifest'],
  },
  'SPDX SBOM': { image: { artifactType: 'text/spdx+json', subject: SUBJECT }, is: ['other', 'sbom', 'manifest'] },
  'CycloneDX SBOM': {
    image: { artifactType: 'application/vnd.cyclonedx+json', subject: SUBJECT },
    is: ['other', 'sbom', 'manifest'],
  },
  "Harbor's SBOM": {
    image: { artifactType: 'application/vnd.goharbor.harbor.sbom.v1', subject: SUBJECT },
    is: ['other', 'sbom', 'manifest'],
  },
  'SARIF report': {
    image: { artifactType: 'application/sarif+json', subject: SUBJECT },
    is: ['other', 'vulnerability-report', 'manifest'],
  },
  'an artifact with a subject and without an artifactType': {
    image: { configMediaType: EMPTY, layerMediaTypes: ['application/vnd.acme.report'], subject: SUBJECT },
    is: ['other', 'referrer', 'manifest'],
  },
  'referrers fall-back index': {
    tag: `sha256-${HEX}`,
    image: { mediaType: INDEX, configMediaType: null, layerMediaTypes: [] },
    is: ['other', 'referrers-index', 'tag'],
  },
  ModelPack: {
    image: {
      artifactType: 'application/vnd.cncf.model.manifest.v1+json',
      configMediaType: 'application/vnd.cncf.model.config.v1+json',
      layerMediaTypes: ['application/vnd.cncf.model.weight.v1.raw'],
    },
    is: ['model', 'modelpack', 'manifest'],
  },
  'ModelPack of before the CNCF': {
    image: {
      configMediaType: 'application/vnd.cnai.model.config.v1+json',
      layerMediaTypes: ['application/vnd.cnai.model.weight.v1.tar'],
    },
    is: ['model', 'modelpack', 'manifest'],
  },
  'Docker model': {
    repository: 'ai/smollm2',
    image: {
      configMediaType: 'application/vnd.docker.ai.model.config.v0.1+json',
      layerMediaTypes: ['application/vnd.docker.ai.gguf.v3'],
    },
    is: ['model', 'docker-model', 'manifest'],
  },
  'Docker model v0.2': {
    image: { configMediaType: 'application/vnd.docker.ai.model.config.v0.2+json' },
    is: ['model', 'docker-model', 'manifest'],
  },
  ModelKit: {
    image: {
      artifactType: 'application/vnd.kitops.modelkit.manifest.v1+json',
      configMediaType: 'application/vnd.kitops.modelkit.config.v1+json',
    },
    is: ['model', 'modelkit', 'manifest'],
  },
  'old ModelKit without an artifactType': {
    image: { configMediaType: 'application/vnd.kitops.modelkit.config.v1+json' },
    is: ['model', 'modelkit', 'manifest'],
  },
  'Ollama, whose config claims to be a container': {
    repository: 'library/llama3',
    image: {
      mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
      configMediaType: DOCKER_CONFIG,
      layerMediaTypes: ['application/vnd.ollama.image.model', 'application/vnd.ollama.image.license'],
    },
    is: ['model', 'ollama', 'manifest'],
  },
  'Helm chart': {
    image: { configMediaType: 'application/vnd.cncf.helm.config.v1+json' },
    is: ['other', 'helm-chart', 'manifest'],
  },
  'WebAssembly module': {
    image: { configMediaType: 'application/vnd.wasm.config.v0+json' },
    is: ['other', 'wasm', 'manifest'],
  },
  'CloudNativePG operand by its label': {
    image: { labels: { 'org.opencontainers.image.title': 'CloudNativePG PostgreSQL 17.11 standard' } },
    is: ['postgres', 'cnpg-operand', 'label'],
  },
  'PostgreSQL extension image': {
    repository: 'cloudnative-pg/pgvector',
    tag: '0.8.6-202608031106-18-trixie',
    image: {
      labels: { 'io.cloudnativepg.image.base.pgmajor': '18', 'io.cloudnativepg.image.base.os': 'trixie' },
      annotations: { 'org.opencontainers.image.base.name': 'scratch' },
    },
    is: ['extension', 'cnpg-extension', 'label'],
  },
  'EDB community PostgreSQL': {
    repository: 'pgai-platform/postgresql',
    tag: '17.5-2508141944-full',
    image: {},
    is: ['postgres', 'edb-operand', 'repository'],
  },
  'EDB PGE': {
    repository: 'pgai-platform/edb-postgres-extended',
    tag: '17.5-2506091630',
    image: {},
    is: ['postgres', 'edb-operand', 'repository'],
  },
  'EDB EPAS': {
    repository: 'pgai-platform/edb-postgres-advanced',
    tag: '17.5-2506091630-full',
    image: {},
    is: ['postgres', 'edb-operand', 'repository'],
  },
  'EDB by its annotation, whatever the repository is called': {
    repository: 'team/db',
    image: { annotations: { 'org.enterprisedb.pg.flavor': 'epas' } },
    is: ['postgres', 'edb-operand', 'annotation'],
  },
  'official postgres': {
    repository: 'library/postgres',
    tag: '17.4',
    image: { env: { PG_MAJOR: '17', PG_VERSION: '17.4-1.pgdg120+2', PGDATA: '/var/lib/postgresql/data' }, user: null },
    is: ['postgres', 'official-postgres', 'env'],
  },
  'official postgres 18, with its new data directory': {
    repository: 'library/postgres',
    tag: '18.0',
    image: { env: { PG_MAJOR: '18', PGDATA: '/var/lib/postgresql/18/docker' } },
    is: ['postgres', 'official-postgres', 'env'],
  },
  'NIM by its labels': {
    repository: 'ai/llama',
    image: { labels: { 'com.nvidia.nim.version': '1.8.5' } },
    is: ['model', 'nim', 'label'],
  },
  'NIM by the label of its download protocol': {
    repository: 'ai/llama',
    image: { labels: { 'com.nvidia.nim.model_download_protocol': 'native-v1' } },
    is: ['model', 'nim', 'label'],
  },
  'NIM by its environment': {
    repository: 'ai/llama',
    image: { env: { NIM_CACHE_PATH: '/opt/nim/.cache' } },
    is: ['model', 'nim', 'env'],
  },
  'NIM by its path': {
    repository: 'nim/meta/llama-3.1-8b-instruct',
    tag: '1.8.5',
    image: {},
    is: ['model', 'nim', 'repository'],
  },
  "NIM by its path under a mirror's prefix": {
    repository: 'corp/mirror/nim/meta/llama-3.1-8b-instruct',
    tag: '1.8.5',
    image: {},
    is: ['model', 'nim', 'repository'],
  },
  'modelcar by its name': {
    repository: 'rhelai1/modelcar-granite-3-1-8b',
    tag: '1.5',
    image: {},
    is: ['model', 'modelcar', 'repository'],
  },
  'anything else': { repository: 'team/web', tag: '1.0.0', image: {}, is: ['other', null, undefined] },
};

for (const [name, { repository = 'team/thing', tag = null, image, is }] of Object.entries(ROWS)) {
  test(`kind: ${name}`, () => {
    const facts = recognise(image, { repository, tag });
    assert.deepEqual([facts.kind, facts.subkind, facts.sources.kind], is);
  });
}

test('kind: modelcar and serving runtime by a rule, with low confidence', () => {
  const modelcar = recognise({}, { repository: 'team/granite', declaredKind: 'model' });
  const runtime = recognise({}, { repository: 'team/vllm', declaredKind: 'component' });
  assert.deepEqual([modelcar.kind, modelcar.sources.kind, modelcar.confidence.kind], ['model', 'rule', 'low']);
  assert.deepEqual([runtime.kind, runtime.sources.kind], ['component', 'rule']);
});

test('declared and detected kind stand side by side, and a mismatch is a finding with a cure', () => {
  const facts = recognise(
    { labels: { 'com.nvidia.nim.version': '1.8.5' } },
    { repository: 'pg', declaredKind: 'postgres' },
  );
  assert.deepEqual([facts.kind, facts.declaredKind], ['model', 'postgres']);
  const [finding] = facts.findings;
  assert.equal(finding?.code, 'kind-mismatch');
  assert.match(finding?.hint ?? '', /rule/);
});

test('every fact has the confidence of its source', () => {
  const { confidence } = recognise(
    { labels: { 'org.enterprisedb.pg.flavor': 'epas' }, configCreated: '2026-10-01T00:00:00Z', user: '26' },
    { repository: 'team/db', tag: '17.4-2503310734' },
  );
  assert.deepEqual(confidence, { kind: 'high', engine: 'high', version: 'low', createdAt: 'medium', uid: 'medium' });
});

test('a model artifact without a container configuration is recognised from its manifest alone', () => {
  const bare = emptyObservation(`sha256:${HEX}`, 'application/vnd.oci.image.manifest.v1+json');
  const facts = recogniseImage(
    { ...bare, configMediaType: 'application/vnd.cncf.model.config.v1+json' },
    { repository: 'm', tag: 'v1', declaredKind: null, now: '2026-11-23T17:00:00.000Z' },
  );
  assert.deepEqual([facts.kind, facts.model?.parameters], ['model', null]);
});
