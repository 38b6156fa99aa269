/** Pitfalls of what consumes the library that lie in reading images and lists; those of manifests stand in `manifests/`. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RuleSpec } from '@pharos/contract';
import { CNPG_TAGS } from './published-fixture.ts';
import { recognise } from './recognise-fixture.ts';
import { DEFAULT_ABSENCE_POLICY, type KnownTag, reconcileScan } from './reconcile.ts';
import { compileRule } from './rule.ts';
import { systemTags } from './system-tags.ts';
import { evaluateTags } from './tag-evaluation.ts';
import { isSignatureType, summariseVerification } from './verification-summary.ts';

const HEX = 'ab'.repeat(32);
const DIGEST = `sha256:${HEX}`;
const NOW = new Date('2026-11-25T12:00:00Z');
const COSIGN_3 = 'application/vnd.dev.sigstore.bundle.v0.3+json';

test('pitfall 6: an Ollama manifest claims the configuration of a container, and is no runnable image', () => {
  const claims = { configMediaType: 'application/vnd.docker.container.image.v1+json' };
  const layers = ['application/vnd.ollama.image.model', 'application/vnd.ollama.image.license'];
  const repository = 'library/llama3';
  const ollama = recognise({ ...claims, layerMediaTypes: layers }, { repository });
  assert.deepEqual([ollama.kind, ollama.subkind, ollama.sources.kind], ['model', 'ollama', 'manifest']);
  const declared = recognise({ ...claims, layerMediaTypes: layers }, { repository, declaredKind: 'postgres' });
  assert.deepEqual([declared.kind, declared.findings[0]?.code], ['model', 'kind-mismatch']);
  assert.equal(recognise(claims, { repository }).subkind, null, 'the same configuration over plain layers');
});

test('pitfall 8: the version that an image states is read for what it is the version of', () => {
  const version = (text: string) => ({ 'org.opencontainers.image.version': text });
  const preview = recognise(
    { annotations: { ...version('19~beta3'), 'org.opencontainers.image.title': 'CloudNativePG PostgreSQL 19~beta3' } },
    { repository: 'postgresql', tag: '19beta3-minimal-trixie' },
  );
  assert.deepEqual([preview.version?.major, preview.version?.prerelease, preview.findings], [19, 'beta3', []]);
  const extension = recognise(
    { annotations: { ...version('0.8.6'), 'io.cloudnativepg.image.base.pgmajor': '18' } },
    { repository: 'pgvector', tag: '0.8.6-202608031106-18-trixie' },
  );
  assert.deepEqual([extension.kind, extension.engine, extension.version?.major], ['extension', null, 0]);
  const leaked = recognise(
    { labels: version('24.04') },
    { repository: 'postgresql', tag: '17.4-2503310734', declaredKind: 'postgres' },
  );
  assert.deepEqual([leaked.version?.major, leaked.version?.minor], [17, 4], 'the label is that of ubuntu:24.04');
});

test('pitfall 19: signature tags and their fallback twins flood no list, and a signature of cosign 3 is one', () => {
  const rule = compileRule(RuleSpec.parse({ name: 'all', repositories: { include: ['**'] } }));
  const images = CNPG_TAGS.filter((tag) => !tag.startsWith('sha256-')).slice(0, 50);
  const flood = images.flatMap((_, at) => {
    const hex = at.toString(16).padStart(64, '0');
    return [`sha256-${hex}`, `sha256-${hex}.sig`, `sha256-${hex}.att`];
  });
  assert.deepEqual(evaluateTags(rule, 'postgresql', [...flood, ...images]).included.toSorted(), images.toSorted());
  assert.equal(isSignatureType(COSIGN_3), true);
  const facts = {
    host: 'registry.example',
    repository: 'postgresql',
    isHostProven: true,
    tde: null,
    isVerified: false,
  };
  assert.deepEqual(
    systemTags({ ...facts, attached: [COSIGN_3] }).map(({ id }) => id),
    ['signature-attached'],
  );
  // Attached is not verified: without a result the answer waits, and never says "unsigned" or "verified".
  const referrers = [{ artifactType: COSIGN_3, subject: DIGEST }];
  const told = summariseVerification({ digest: DIGEST, platforms: [], evidence: [], referrers, now: NOW });
  assert.deepEqual([told.state, told.verifiedBy], ['checking', []]);
});

test('pitfall 20: not found is not deleted: a tag that somebody runs outlives failed scans, rules and its own absence', () => {
  const known: KnownTag[] = ['17.4', '17.5'].map((name) => ({
    ...{ name, digest: DIGEST, presence: 'present' as const, missingScans: 0, missingSince: null },
  }));
  const report = (status: 'complete' | 'partial' | 'failed', listedNames: string[], finishedAt = NOW) => ({
    ...{ status, listedNames, unresolved: [], absence: 'none' as const, finishedAt: finishedAt.toISOString() },
    tags: [{ name: '17.5', digest: DIGEST }],
  });
  const inUse = { ...DEFAULT_ABSENCE_POLICY, inUse: (name: string) => name === '17.4' };
  for (const status of ['partial', 'failed'] as const) {
    const { missing, retired, released } = reconcileScan(known, report(status, ['17.5']));
    assert.deepEqual([missing, retired, released], [[], [], []], status);
  }
  // A rule that no longer wants it: of two tags the one that runs stays.
  assert.deepEqual(reconcileScan(known, report('complete', ['17.4', '17.5'])).released, ['17.4']);
  assert.deepEqual(reconcileScan(known, report('complete', ['17.4', '17.5']), inUse).released, []);
  // Gone for long: marked as missing with its digest, and never retired while it runs.
  const gone = known.map((tag) =>
    tag.name === '17.4'
      ? { ...tag, presence: 'missing' as const, missingScans: 9, missingSince: '2026-01-01T00:00:00.000Z' }
      : tag,
  );
  const missed = report('complete', ['17.5']);
  assert.deepEqual(
    reconcileScan(gone, missed).retired.map(({ name }) => name),
    ['17.4'],
  );
  const kept = reconcileScan(gone, missed, inUse);
  assert.deepEqual([kept.retired, kept.missing.map(({ name }) => name)], [[], ['17.4']]);
});
