import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Lifecycle } from '@pharos/contract';
import { lifecycleTags, type SystemTagFacts, systemTags } from './system-tags.ts';

const NOTHING: SystemTagFacts = {
  host: 'registry.example:5000',
  repository: 'postgresql',
  isHostProven: true,
  tde: null,
  attached: [],
  isVerified: false,
};
const ids = (more: Partial<SystemTagFacts>) => systemTags({ ...NOTHING, ...more }).map(({ id }) => id);

test('official is who publishes at the publisher’s own address, and nobody else', () => {
  for (const [host, repository] of [
    ['docker.io', 'library/postgres'],
    ['registry-1.docker.io', 'library/postgres'],
    ['docker.io/library', 'postgres'],
    ['ghcr.io', 'cloudnative-pg/postgresql'],
    ['ghcr.io/cloudnative-pg', 'postgresql-trixie'],
    ['docker.enterprisedb.com', 'pgai-platform/edb-postgres-advanced'],
    ['docker.enterprisedb.com/pgai-platform', 'postgresql'],
    ['quay.io', 'enterprisedb/edb-postgres-extended'],
  ] as const) {
    assert.deepEqual(ids({ host, repository }), ['official'], `${host}/${repository}`);
  }
  for (const [host, repository] of [
    ['docker.io', 'bitnami/postgresql'],
    ['docker.io.example.com', 'library/postgres'],
    ['evil-ghcr.io', 'cloudnative-pg/postgresql'],
    ['ghcr.io', 'someone/cloudnative-pg/postgresql'],
    ['registry.example/docker.io', 'library/postgres'],
    ['registry.example', 'library/postgres'],
    ['quay.io', 'enterprisedb-fake/postgresql'],
    ['docker.enterprisedb.com', 'pgai-platform/beacon-agent'],
    ['oci-layout:/srv/docker.io', 'library/postgres'],
  ] as const) {
    assert.deepEqual(ids({ host, repository }), [], `${host}/${repository}`);
  }
});

test('a host whose certificate is not checked proves nothing', () => {
  const official = { host: 'docker.io', repository: 'library/postgres' };
  assert.deepEqual(ids({ ...official, isHostProven: false }), []);
});

test('TDE is what the image states; unknown and no are the same silence', () => {
  assert.deepEqual(ids({ tde: true }), ['tde']);
  assert.deepEqual([...ids({ tde: false }), ...ids({ tde: null })], []);
});

test('what is only attached is never called signed', () => {
  for (const type of [
    null,
    'application/vnd.dev.cosign.artifact.sig.v1+json',
    'application/vnd.dev.cosign.simplesigning.v1+json',
    'application/vnd.cncf.notary.signature',
    'application/vnd.dev.sigstore.bundle.v0.3+json',
  ]) {
    const [tag] = systemTags({ ...NOTHING, attached: ['application/spdx+json', type] });
    assert.equal(tag?.id, 'signature-attached', String(type));
    assert.match(tag.reason, /no trust entry verified it/);
    assert.deepEqual(ids({ attached: [type], isVerified: true }), ['signed'], String(type));
  }
  // Evidence may outlive the list of what hangs on the image.
  assert.deepEqual(ids({ isVerified: true }), ['signed']);
  assert.deepEqual(ids({ attached: ['application/vnd.in-toto+json', 'application/spdx+json'] }), []);
  assert.match(
    systemTags({ ...NOTHING, attached: ['application/vnd.dev.sigstore.bundle.v0.3+json'] })[0]!.reason,
    /or a/,
  );
});

test('every system tag says from what it is computed, in a fixed order', () => {
  const all = systemTags({
    ...NOTHING,
    host: 'docker.io',
    repository: 'library/postgres',
    tde: true,
    attached: [null],
    isVerified: true,
  });
  assert.deepEqual(
    all.map(({ name }) => name),
    ['Official', 'TDE', 'Signed'],
  );
  for (const { reason } of all) assert.match(reason, /\.$/);
});

const LIFECYCLE: Lifecycle = {
  endOfLife: '2029-11-08',
  isPast: false,
  os: null,
  newerMinor: null,
  newerMinorTag: null,
  newerBuildTag: null,
  source: 'postgresql.org',
  asOf: '2026-11-01',
};
const V17 = { major: 17, minor: 6, prerelease: null };

test('EOL and Newest minor come from the lifecycle, with its source and date', () => {
  const names = (lifecycle: Partial<Lifecycle>, version: Parameters<typeof lifecycleTags>[1] = V17) =>
    lifecycleTags({ ...LIFECYCLE, ...lifecycle }, version).map(({ id }) => id);
  assert.deepEqual(names({}), ['newest-minor']);
  assert.deepEqual(names({ isPast: true }), ['eol', 'newest-minor']);
  assert.deepEqual(names({ newerMinor: '17.7' }), []);
  assert.deepEqual(names({ newerMinorTag: '17.7-2611010000' }), []);
  assert.deepEqual(names({}, { ...V17, minor: null }), []);
  assert.deepEqual(names({}, { ...V17, prerelease: 'rc1' }), []);
  assert.deepEqual(names({ endOfLife: null }), []);
  assert.deepEqual(lifecycleTags(null, V17), []);
  const [tag] = lifecycleTags({ ...LIFECYCLE, isPast: true }, V17);
  assert.match(tag!.reason, /since 2029-11-08\. By postgresql\.org, as of 2026-11-01\./);
});
