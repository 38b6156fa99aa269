import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Image, ListDifference, Package } from '@pharos/contract';
import { type Comparable, differenceOf } from './difference.ts';
import { type KnownObservation, recogniseImage } from './facts.ts';
import { emptyObservation } from './observation.ts';
import { postgresPackages } from './postgres-packages.ts';

const deb = (name: string, version: string): Package => ({ name, version, type: 'deb' });

function side(tag: string, packages: Package[] | null, more: Partial<KnownObservation> = {}): Comparable {
  const observation: KnownObservation = {
    ...emptyObservation(
      `sha256:${tag.replace(/\D/g, '').padEnd(64, '0')}`,
      'application/vnd.oci.image.manifest.v1+json',
    ),
    detail: 'config',
    platforms: [{ os: 'linux', architecture: 'amd64', variant: null, digest: `sha256:${'c'.repeat(64)}`, size: 100 }],
    ...more,
    packages: packages && postgresPackages(packages),
  };
  const facts = recogniseImage(observation, {
    repository: 'postgresql',
    tag,
    declaredKind: null,
    now: '2026-11-25T00:00:00.000Z',
  });
  const { digest, mediaType, artifactType, platforms, size, annotations, labels, env, referrers, detail } = observation;
  const image: Image = {
    digest,
    mediaType,
    artifactType,
    platforms,
    size,
    annotations,
    labels,
    referrers,
    detail,
    facts,
    kind: facts.kind,
    environment: env,
    packages: null,
    tags: [],
    state: 'pending',
    decisions: [],
    usedBy: [],
    verification: { state: 'none', sentence: '', verifiedBy: [], signatures: 0 },
    firstSeenAt: '2026-11-01T00:00:00.000Z',
  };
  return { image, packages };
}

const list = (name: ListDifference['list'], before: Comparable, after: Comparable, all = false) =>
  differenceOf(before, after, all).lists.find((each) => each.list === name)!;

const OLD = side('17.4-2503310734', [
  deb('postgresql-17-pgvector', '0.7.4-1'),
  deb('postgresql-17-rum', '1.3-1'),
  deb('libc6', '2.36'),
]);
const NEW = side('17.5-2506091630', [
  deb('postgresql-17-pgvector', '0.8.0-1'),
  deb('postgresql-17-cron', '1.6-1'),
  deb('libc6', '2.36'),
]);

test('extensions added, removed and changed, by what the SBOMs hold', () => {
  const extensions = list('extensions', OLD, NEW);
  assert.deepEqual([extensions.state, extensions.added, extensions.removed, extensions.changed], ['changed', 1, 1, 1]);
  assert.deepEqual(extensions.entries, [
    { name: 'pg_cron', before: null, after: '1.6', change: 'added' },
    { name: 'rum', before: '1.3', after: null, change: 'removed' },
    { name: 'vector', before: '0.7.4', after: '0.8.0', change: 'changed' },
  ]);
});

test('packages: what is the same is counted, and listed on demand only', () => {
  assert.deepEqual(
    list('packages', OLD, NEW).entries.map(({ name }) => name),
    ['postgresql-17-cron', 'postgresql-17-pgvector', 'postgresql-17-rum'],
  );
  assert.equal(list('packages', OLD, NEW).same, 1);
  assert.equal(
    list('packages', OLD, NEW, true).entries.some(({ name }) => name === 'libc6'),
    true,
  );
});

test('without an SBOM extensions and packages are unknown, never the same', () => {
  for (const [before, after, who] of [
    [side('17.4', null), NEW, /before/],
    [OLD, side('17.5', null), /after/],
    [side('17.4', null), side('17.5', null), /both/],
  ] as const) {
    for (const name of ['extensions', 'packages'] as const) {
      const difference = list(name, before, after);
      assert.deepEqual([difference.state, difference.entries], ['unknown', []]);
      assert.match(difference.message ?? '', who);
    }
  }
});

test('labels and environment are unknown as long as the configuration was not read', () => {
  const unread = side('17.4', null, { detail: 'manifest' });
  assert.equal(list('labels', unread, NEW).state, 'unknown');
  assert.equal(list('environment', unread, NEW).state, 'unknown');
  assert.equal(list('labels', OLD, NEW).state, 'same');
});

test('version, base, platforms, size, labels, signatures', () => {
  const after = side('18.1-2606080821', null, {
    size: 200,
    labels: { a: '2', b: '1' },
    annotations: { 'org.opencontainers.image.base.name': 'docker.io/library/debian:trixie-slim' },
    env: { PG_MAJOR: '18' },
    platforms: [
      { os: 'linux', architecture: 'amd64', variant: null, digest: `sha256:${'d'.repeat(64)}`, size: 200 },
      { os: 'linux', architecture: 'arm64', variant: null, digest: `sha256:${'e'.repeat(64)}`, size: 190 },
    ],
    referrers: [
      {
        digest: null,
        artifactType: 'application/vnd.dev.cosign.artifact.sig.v1+json',
        source: 'tag',
        tag: 'x.sig',
        subject: null,
      },
    ],
  });
  const before = side('17.4-2503310734', null, {
    size: 100,
    labels: { a: '1', c: '1' },
    annotations: { 'org.opencontainers.image.base.name': 'docker.io/library/debian:bookworm-slim' },
  });
  const { facts } = differenceOf(before, after, false);
  const changed = new Map(
    facts.filter(({ state }) => state === 'changed').map((each) => [each.field, `${each.before} ${each.after}`]),
  );
  assert.equal(changed.get('version'), '17.4 18.1');
  assert.equal(changed.get('os'), 'bookworm trixie');
  assert.equal(changed.get('size'), '100 200');
  assert.equal(
    facts.some(({ field }) => field === 'engine'),
    false,
    'what is the same is left out',
  );
  assert.deepEqual(
    list('platforms', before, after).entries.map(({ name, change }) => `${name} ${change}`),
    ['linux/arm64 added'],
  );
  assert.deepEqual(
    list('labels', before, after).entries.map(({ name, change }) => `${name} ${change}`),
    ['a changed', 'b added', 'c removed'],
  );
  assert.deepEqual(
    list('environment', before, after).entries.map(({ name, change }) => `${name} ${change}`),
    ['PG_MAJOR added'],
  );
  assert.deepEqual(list('attached', before, after).added, 1);
});

test('a fact that one side does not tell is unknown', () => {
  const told = side('17.4', null, { user: '26' });
  const row = differenceOf(side('17.4', null, { user: null }), told, false).facts.find(({ field }) => field === 'uid');
  assert.deepEqual(row, { field: 'uid', before: null, after: '26', state: 'unknown' });
});

test('an image is the same as itself', () => {
  const same = differenceOf(OLD, OLD, false);
  assert.deepEqual([same.isSame, same.facts, same.lists.every(({ state }) => state === 'same')], [true, [], true]);
});
