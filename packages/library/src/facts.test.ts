import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Facts } from '@pharos/contract';
import { INDEX, recognise } from './recognise-fixture.ts';

const codes = (facts: Facts) => facts.findings.map(({ code }) => code);

test('a CloudNativePG operand, from its annotations', () => {
  const facts = recognise(
    {
      mediaType: INDEX,
      configMediaType: null,
      layerMediaTypes: [],
      detail: 'manifest',
      annotations: {
        'org.opencontainers.image.title': 'CloudNativePG PostgreSQL 18.4 minimal',
        'org.opencontainers.image.version': '18.4',
        'org.opencontainers.image.created': '2026-07-27T09:10:11Z',
        'org.opencontainers.image.base.name': 'docker.io/library/debian:trixie-20260720-slim',
      },
    },
    {
      repository: 'mirror/cloudnative-pg/postgresql',
      tag: '18.4-202607270910-minimal-trixie',
      declaredKind: 'postgres',
    },
  );
  assert.deepEqual(
    [facts.kind, facts.subkind, facts.engine, facts.os, facts.createdAt, facts.createdSource],
    ['postgres', 'cnpg-operand', 'postgresql', 'trixie', '2026-07-27T09:10:11.000Z', 'annotation'],
  );
  assert.deepEqual(
    [facts.version?.major, facts.version?.minor, facts.version?.flavour, facts.version?.build],
    [18, 4, 'minimal', '202607270910'],
  );
  assert.deepEqual(facts.sources, {
    kind: 'annotation',
    engine: 'annotation',
    version: 'annotation',
    baseImage: 'annotation',
    os: 'annotation',
    createdAt: 'annotation',
  });
  assert.deepEqual(facts.findings, []);
});

test('a preview keeps its tilde in the annotation and none in the tag', () => {
  const facts = recognise(
    {
      annotations: {
        'org.opencontainers.image.title': 'CloudNativePG PostgreSQL 19~beta3 minimal',
        'org.opencontainers.image.version': '19~beta3',
      },
    },
    { repository: 'postgresql', tag: '19beta3-minimal-trixie' },
  );
  assert.deepEqual([facts.version?.prerelease, facts.version?.os, facts.findings], ['beta3', 'trixie', []]);
});

test('an EDB operand with everything annotated', () => {
  const facts = recognise(
    {
      annotations: {
        'org.enterprisedb.pg.flavor': 'epas',
        'org.enterprisedb.pg.major_version': '17',
        'org.enterprisedb.pg.features': 'psr, pgd,analytics,TDE',
        'org.enterprisedb.pg.extensions': '[{"name":"vector","version":"0.8.0","description":"vectors"},"pg_cron"]',
        'org.enterprisedb.operandset.version': '1.3.2',
      },
      user: '26:26',
    },
    { repository: 'pgai-platform/edb-postgres-advanced', tag: '17.5-2506091630-full', declaredKind: 'postgres' },
  );
  assert.deepEqual(
    [facts.kind, facts.subkind, facts.engine, facts.tde, facts.uid],
    ['postgres', 'edb-operand', 'epas', true, '26'],
  );
  assert.deepEqual(facts.features, ['psr', 'pgd', 'analytics', 'tde']);
  assert.deepEqual(facts.extensions, [
    { name: 'pg_cron', version: null, description: null },
    { name: 'vector', version: '0.8.0', description: 'vectors' },
  ]);
  assert.equal(facts.version?.buildTime, '2025-06-09T16:30:00.000Z');
  assert.equal(facts.sources.version, 'tag');
  assert.deepEqual(facts.findings, []);
});

test('labels serve where annotations are missing', () => {
  const facts = recognise({ labels: { 'org.enterprisedb.pg.flavor': 'pge', 'org.enterprisedb.pg.features': 'psr' } });
  assert.deepEqual([facts.engine, facts.sources.engine, facts.tde], ['pge', 'label', false]);
});

test('a Docker official image is PostgreSQL, with a warning about its user', () => {
  const facts = recognise(
    { env: { PG_MAJOR: '17', PG_VERSION: '17.4-1.pgdg120+2', PGDATA: '/var/lib/postgresql/data' } },
    { repository: 'library/postgres', tag: 'latest' },
  );
  assert.deepEqual(
    [facts.subkind, facts.version?.major, facts.version?.minor, facts.sources.version],
    ['official-postgres', 17, 4, 'env'],
  );
  assert.deepEqual(codes(facts), ['official-postgres-uid']);
  const pg18 = recognise({ env: { PG_MAJOR: '18', PGDATA: '/var/lib/postgresql/18/docker' } }, { tag: '18-bookworm' });
  assert.equal(pg18.subkind, 'official-postgres');
  const cnpg = recognise({ env: { PG_MAJOR: '16', PGDATA: '/var/lib/postgresql/data' }, user: '26' }, { tag: '16.2' });
  assert.deepEqual([cnpg.subkind, cnpg.findings], ['cnpg-operand', []]);
});

test('the image is believed before its tag, and the contradiction is a finding', () => {
  const minor = recognise(
    { annotations: { 'org.opencontainers.image.version': '17.5' } },
    { repository: 'postgresql', tag: '17.4-2503310734-full' },
  );
  assert.deepEqual([minor.version?.minor, minor.version?.flavour, minor.sources.version], [5, 'full', 'annotation']);
  assert.deepEqual(codes(minor), ['version-conflict']);
  const major = recognise({ env: { PG_MAJOR: '16' } }, { repository: 'postgresql', tag: '17.4-2503310734' });
  assert.deepEqual([major.version?.major, major.version?.minor, major.sources.version], [16, null, 'env']);
  assert.deepEqual(codes(major), ['major-conflict']);
  const both = recognise(
    { annotations: { 'org.enterprisedb.pg.major_version': '16', 'org.opencontainers.image.version': '16.8' } },
    { repository: 'postgresql', tag: '17.4' },
  );
  assert.deepEqual([both.version?.major, both.version?.minor], [16, 8]);
  assert.deepEqual(codes(both), ['major-conflict']);
});

test('a floating tag contradicts nothing and gets its version from the image', () => {
  const facts = recognise(
    { annotations: { 'org.opencontainers.image.version': '17.11' } },
    { repository: 'postgresql', tag: '17-standard-trixie' },
  );
  assert.deepEqual(
    [facts.version?.minor, facts.version?.flavour, facts.version?.floating, facts.findings],
    [11, 'standard', true, []],
  );
});

test('a moving name stays floating, an unreadable one takes the version of the image', () => {
  const annotations = { 'org.opencontainers.image.version': '17.11' };
  const moving = recognise({ annotations }, { repository: 'postgresql', tag: 'latest' });
  assert.deepEqual([moving.version?.minor, moving.version?.floating], [11, true]);
  const named = recognise({ annotations }, { repository: 'postgresql', tag: 'blue' });
  assert.deepEqual([named.version?.raw, named.version?.floating], ['17.11', false]);
  const untagged = recognise({ annotations }, { repository: 'postgresql' });
  assert.deepEqual([untagged.version?.minor, untagged.version?.floating], [11, false]);
});

test("a base image's version label is not taken for PostgreSQL's", () => {
  const facts = recognise(
    { labels: { 'org.opencontainers.image.version': '24.04' } },
    { repository: 'postgresql', tag: '17.4' },
  );
  assert.deepEqual([facts.version?.major, facts.findings], [17, []]);
  const old = recognise(
    { labels: { 'org.opencontainers.image.version': '9.4' } },
    { repository: 'postgresql', tag: '17.4' },
  );
  assert.deepEqual([old.version?.major, old.findings], [17, []]);
});

test('engine conflict: the repository says one engine, the image another', () => {
  const facts = recognise(
    { annotations: { 'org.enterprisedb.pg.flavor': 'pg' } },
    { repository: 'edb-postgres-advanced', tag: '17.4' },
  );
  assert.equal(facts.engine, 'postgresql');
  assert.deepEqual(codes(facts), ['engine-conflict']);
  assert.equal(facts.findings[0]!.severity, 'error');
  const unknown = recognise(
    { annotations: { 'org.enterprisedb.pg.flavor': 'constructor' } },
    { repository: 'edb-postgres-advanced' },
  );
  assert.deepEqual([unknown.engine, codes(unknown)], ['epas', ['flavor-unknown']]);
});

test('a NIM, by its labels, its path and its tag', () => {
  const facts = recognise(
    {
      labels: {
        'com.nvidia.nim.version': '1.8.5',
        'com.nvidia.nim.name': 'llama-3.1-8b-instruct',
        'com.nvidia.nim.type': 'llm',
        'org.opencontainers.image.version': '22.04',
      },
    },
    { repository: 'mirror/nim/meta/llama-3.1-8b-instruct', tag: '1.8' },
  );
  const unsaid = {
    architecture: null,
    format: null,
    parameters: null,
    precision: null,
    licence: null,
    contextLength: null,
  };
  assert.deepEqual(facts.model, {
    publisher: 'meta',
    name: 'llama-3.1-8b-instruct',
    version: '1.8.5',
    type: 'llm',
    ...unsaid,
  });
  assert.deepEqual(
    [facts.kind, facts.subkind, facts.version?.patch, facts.sources.kind, facts.findings],
    ['model', 'nim', 5, 'label', []],
  );
  const byEnv = recognise(
    { env: { NIM_CACHE_PATH: '/opt/nim/.cache' } },
    { repository: 'ai/clip', tag: '2.0.9-variant' },
  );
  assert.deepEqual(
    [byEnv.subkind, byEnv.model],
    ['nim', { publisher: 'ai', name: 'clip', version: '2.0.9-variant', type: null, ...unsaid }],
  );
  const conflict = recognise(
    { labels: { 'com.nvidia.nim.version': '1.8.4' } },
    { repository: 'nim/a/b', tag: '1.8.5' },
  );
  assert.deepEqual([conflict.version?.patch, codes(conflict)], [4, ['version-conflict']]);
  const bare = recognise({}, { repository: 'nim/a/b', tag: 'latest' });
  assert.deepEqual(
    [bare.model, bare.version],
    [{ publisher: 'a', name: 'b', version: null, type: null, ...unsaid }, null],
  );
});

test('an extension image names its PostgreSQL major, and a wrong tag is found', () => {
  const annotations = {
    'io.cloudnativepg.image.base.pgmajor': '18',
    'io.cloudnativepg.image.base.os': 'trixie',
    'io.cloudnativepg.image.base.name': 'ghcr.io/cloudnative-pg/postgresql:18-minimal-trixie',
    'org.opencontainers.image.base.name': 'scratch',
  };
  const context = { repository: 'cloudnative-pg/pgvector', declaredKind: 'extension' as const };
  const facts = recognise({ annotations }, { ...context, tag: '0.8.6-202607270910-18-trixie' });
  assert.deepEqual(
    [facts.kind, facts.subkind, facts.os, facts.version?.patch, facts.findings],
    ['extension', 'cnpg-extension', 'trixie', 6, []],
  );
  assert.equal(facts.baseImage, 'ghcr.io/cloudnative-pg/postgresql:18-minimal-trixie');
  const wrong = recognise({ annotations }, { ...context, tag: '0.8.6-202607270910-17-trixie' });
  assert.deepEqual(codes(wrong), ['major-conflict']);
});

test('declared and recognised kind are two fields; what the image says contradicts, a name does not', () => {
  const strong = recognise(
    { env: { NIM_CACHE_PATH: '/c' } },
    { repository: 'postgresql', declaredKind: 'postgres', tag: '17.4' },
  );
  assert.deepEqual([strong.kind, strong.declaredKind, codes(strong)], ['model', 'postgres', ['kind-mismatch']]);
  const weak = recognise({}, { repository: 'postgresql-exporter', declaredKind: 'component' });
  assert.deepEqual([weak.kind, weak.sources.kind, weak.findings], ['component', 'repository', []]);
  const named = recognise({}, { repository: 'postgresql', declaredKind: 'model', tag: '1.0.0' });
  assert.deepEqual([named.kind, named.subkind, named.sources.kind, named.findings], ['model', null, 'rule', []]);
  const unknown = recognise({}, { repository: 'team/db', declaredKind: 'postgres', tag: '17.4-2503310734' });
  assert.deepEqual([unknown.kind, unknown.version?.major, unknown.engine], ['postgres', 17, null]);
  const signature = recognise({ artifactType: 'application/vnd.cncf.notary.signature' }, { declaredKind: 'postgres' });
  assert.deepEqual([signature.kind, signature.findings], ['other', []]);
});

test('impossible creation times are unknown, and the next source is asked', () => {
  const key = 'org.opencontainers.image.created';
  const facts = recognise({
    annotations: { [key]: '1970-01-01T00:00:00Z' },
    configCreated: '2025-03-31T07:34:00.1234567Z',
  });
  assert.deepEqual(
    [facts.createdAt, facts.createdSource, codes(facts)],
    ['2025-03-31T07:34:00.123Z', 'config', ['created-implausible']],
  );
  const label = recognise({ labels: { [key]: '2025-03-31T07:34:00Z' }, configCreated: '0001-01-01T00:00:00Z' });
  assert.deepEqual([label.createdSource, codes(label)], ['label', ['created-implausible']]);
  const nothing = recognise({});
  assert.deepEqual([nothing.createdAt, nothing.findings], [null, []]);
});

test('hostile values are text at most', () => {
  const facts = recognise(
    {
      annotations: JSON.parse(
        '{"__proto__":"x","constructor":"y","org.enterprisedb.pg.flavor":"\\u202egep\\u0007","org.enterprisedb.pg.features":"tde,<script>,__proto__"}',
      ),
      labels: { 'org.opencontainers.image.base.name': 'a\u202eb\nc' },
      user: '26\u0000:x',
    },
    { repository: 'edb-postgres-advanced', tag: '17.4' },
  );
  assert.equal(facts.engine, 'epas');
  assert.deepEqual(facts.features, ['tde']);
  assert.equal(facts.baseImage, 'a b c');
  assert.equal(facts.uid, '26');
  assert.doesNotMatch(JSON.stringify(facts.findings), /\\u202e|\\u0007/i);
});
