import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Observation } from '@pharos/contract';
import { INDEX, recognise } from './recognise-fixture.ts';

/** Repository, tag → kind, subkind, engine, when the image says nothing. */
const BY_NAME: [string, string, string, string | null, string | null][] = [
  ['postgresql', '17.4-2503310734', 'postgres', 'edb-operand', 'postgresql'],
  ['edb-postgres-advanced', '17.4-2503310734', 'postgres', 'edb-operand', 'epas'],
  ['mirror/eu/edb-postgres-advanced-custom', 'v1', 'postgres', 'edb-operand', 'epas'],
  ['edb-postgres-extended', '17.4', 'postgres', 'edb-operand', 'pge'],
  ['postgresql-torsten', '17', 'postgres', null, 'postgresql'],
  ['cloudnative-pg/postgresql', '18.4-202607270910-minimal-trixie', 'postgres', 'cnpg-operand', 'postgresql'],
  ['k8s/postgresql', '18.1-standard-ubi9', 'postgres', 'edb-operand', 'postgresql'],
  ['library/postgres', '17.4-alpine3.21', 'postgres', null, 'postgresql'],
  ['nim/meta/llama-3.1-8b-instruct', '1.8.5', 'model', 'nim', null],
  ['mirror/nim/meta/llama-3.1-8b-instruct', '1.8.5', 'model', 'nim', null],
  ['rhelai1/modelcar-granite', '1.5', 'model', 'modelcar', null],
  ['cloudnative-pg/pgbouncer', '1.24.0', 'component', 'pgbouncer', null],
  ['cloudnative-pg/cloudnative-pg', '1.30.0', 'component', 'operator', null],
  ['cloudnative-pg/postgis-extension', '3.6.4-202607270910-18-trixie', 'extension', null, null],
  // EPAS and PostgreSQL write the same tags: without a telling name nothing is known.
  ['team/base', '17.4-2503310734', 'other', null, null],
];
for (const [repository, tag, kind, subkind, engine] of BY_NAME) {
  test(`by name: ${repository}:${tag}`, () => {
    const facts = recognise({}, { repository, tag });
    assert.deepEqual([facts.kind, facts.subkind, facts.engine], [kind, subkind, engine]);
    assert.equal(facts.sources.kind, kind === 'other' ? undefined : 'repository');
  });
}

/** Media types → kind and subkind, whatever the repository is called. */
const ARTIFACTS: [string, Partial<Observation>, string | null, string, string | null][] = [
  [
    'ModelPack',
    {
      artifactType: 'application/vnd.cncf.model.manifest.v1+json',
      configMediaType: 'application/vnd.cncf.model.config.v1+json',
    },
    null,
    'model',
    'modelpack',
  ],
  ['old ModelPack', { configMediaType: 'application/vnd.cnai.model.config.v1+json' }, null, 'model', 'modelpack'],
  [
    'Docker model',
    { configMediaType: 'application/vnd.docker.ai.model.config.v0.1+json' },
    null,
    'model',
    'docker-model',
  ],
  ['ModelKit', { configMediaType: 'application/vnd.kitops.modelkit.config.v1+json' }, null, 'model', 'modelkit'],
  [
    'Ollama',
    {
      configMediaType: 'application/vnd.docker.container.image.v1+json',
      layerMediaTypes: ['application/vnd.ollama.image.model'],
    },
    null,
    'model',
    'ollama',
  ],
  ['Helm chart', { configMediaType: 'application/vnd.cncf.helm.config.v1+json' }, '1.0.0', 'other', 'helm-chart'],
  ['unknown artifact', { configMediaType: 'application/vnd.acme.thing+json' }, null, 'other', 'artifact'],
  [
    'cosign signature',
    { layerMediaTypes: ['application/vnd.dev.cosign.simplesigning.v1+json'] },
    null,
    'other',
    'signature',
  ],
  ['signature tag', { layerMediaTypes: [] }, `sha256-${'a'.repeat(64)}.sig`, 'other', 'signature'],
  ['attestation tag', { layerMediaTypes: [] }, `sha256-${'a'.repeat(64)}.att`, 'other', 'attestation'],
  ['SBOM tag', { layerMediaTypes: [] }, `sha256-${'a'.repeat(64)}.sbom`, 'other', 'sbom'],
  ['referrers tag', { mediaType: INDEX }, `sha256-${'a'.repeat(64)}`, 'other', 'referrers-index'],
  [
    'BuildKit attestation',
    {
      annotations: { 'vnd.docker.reference.type': 'attestation-manifest' },
      layerMediaTypes: ['application/vnd.in-toto+json'],
    },
    null,
    'other',
    'attestation',
  ],
  [
    'sigstore bundle',
    {
      artifactType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
      configMediaType: 'application/vnd.oci.empty.v1+json',
    },
    null,
    'other',
    'signature',
  ],
  [
    'sigstore provenance',
    {
      artifactType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
      annotations: { 'dev.sigstore.bundle.predicateType': 'https://slsa.dev/provenance/v1' },
    },
    null,
    'other',
    'attestation',
  ],
  ['notation', { artifactType: 'application/vnd.cncf.notary.signature' }, null, 'other', 'signature'],
  ['SPDX', { artifactType: 'application/spdx+json' }, null, 'other', 'sbom'],
  ['CycloneDX', { artifactType: 'application/vnd.cyclonedx+json' }, null, 'other', 'sbom'],
  ['SARIF', { artifactType: 'application/sarif+json' }, null, 'other', 'vulnerability-report'],
  [
    'other referrer',
    { artifactType: 'application/vnd.acme+json', subject: `sha256:${'b'.repeat(64)}` },
    null,
    'other',
    'referrer',
  ],
];
for (const [name, parts, tag, kind, subkind] of ARTIFACTS) {
  test(`by media type: ${name}`, () => {
    const facts = recognise(parts, { repository: 'postgresql', tag });
    assert.deepEqual([facts.kind, facts.subkind, facts.engine], [kind, subkind, null]);
  });
}
