import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClusterInput } from '@pharos/contract';
import { CNPG_TAGS, CURRENT_CNPG } from '../published-fixture.ts';
import { parseVersion } from '../version.ts';
import { catalogEntries, groupByCatalog, MOST_MAJORS, servable } from './catalog-entries.ts';
import { clusterManifest } from './cloudnative-pg.ts';
import { checkCluster, isAdmissible } from './cluster-checks.ts';
import { specOf } from './cluster-spec.ts';
import { catalogManifest } from './image-catalog.ts';
import { operatorVersion } from './operator-version.ts';
import type { PlacedImage } from './placed-image.ts';
import { pinnedReference } from './placed-image.ts';
import { upgradeKind, upgradeRisks } from './upgrade.ts';

const NOW = new Date('2026-11-25T00:00:00Z');
/** A digest that tells which tag it is of. */
const digestOf = (tag: string) => `sha256:${Buffer.from(tag).toString('hex').slice(0, 64).padEnd(64, '0')}`;

function placed(tag: string, more: Partial<PlacedImage> = {}): PlacedImage {
  const version = parseVersion('pg', tag);
  return {
    digest: digestOf(tag),
    repositoryId: '019ab000-0000-7000-8000-000000000001',
    repository: 'cloudnative-pg/postgresql',
    host: 'ghcr.io',
    location: 'here',
    tag,
    kind: 'postgres',
    engine: 'postgresql',
    version,
    os: version.os,
    platforms: ['linux/amd64', 'linux/arm64'],
    extensions: [],
    state: 'approved',
    at: NOW.toISOString(),
    ...more,
  };
}

const PG17 = placed('17.11-202608310816-minimal-bookworm');

function checked(image: PlacedImage, more: object = {}, facts: object = {}) {
  const spec = specOf(
    ClusterInput.parse({ name: 'orders', location: 'here', image: image.digest, storage: '1Gi', ...more }),
  );
  const known = { uid: '26', subkind: null, isIndex: true, findings: [], extensionImages: new Map(), now: NOW };
  return checkCluster({ spec, image, ...known, ...facts });
}
const failures = (...given: Parameters<typeof checked>) =>
  checked(...given)
    .filter(({ state }) => state === 'fail')
    .map(({ id }) => id);
const warnings = (...given: Parameters<typeof checked>) =>
  checked(...given)
    .filter(({ state }) => state === 'warn')
    .map(({ id }) => id);

const GROUPS = () => groupByCatalog(CNPG_TAGS.map((tag) => placed(tag)));
const PUBLISHED = ['standard-trixie', 'minimal-bookworm', 'system-bullseye'];

test('catalogs from the tag list of CloudNativePG are the published ones, digest by digest', () => {
  for (const flavour of PUBLISHED) {
    const { images } = GROUPS().get(`here/postgresql-${flavour}`)!;
    const published = CURRENT_CNPG.filter((tag) => tag.endsWith(flavour));
    const entries = catalogEntries(images.toReversed(), []);
    assert.deepEqual(
      entries.map(({ major, digest, image }) => [major, digest, image]),
      published
        .toReversed()
        .map((tag) => [
          Number(tag.slice(0, 2)),
          digestOf(tag),
          `ghcr.io/cloudnative-pg/postgresql:${tag}@${digestOf(tag)}`,
        ]),
    );
  }
  assert.equal(GROUPS().get('here/postgresql-minimal-trixie'), undefined, 'pre-releases and moving tags make none');
});

test('with one image pending the catalog keeps the previous build', () => {
  const pending = '17.11-202608310816-minimal-bookworm';
  const { images } = GROUPS().get('here/postgresql-minimal-bookworm')!;
  const entries = catalogEntries(
    images.map((each) => (each.tag === pending ? { ...each, state: 'pending' } : each)),
    [],
  );
  assert.equal(entries.find(({ major }) => major === 17)?.tag, '17.11-202608240816-minimal-bookworm');
  const others = CURRENT_CNPG.filter((tag) => tag.endsWith('minimal-bookworm') && tag !== pending);
  assert.ok(others.every((tag) => entries.some((entry) => entry.tag === tag)));
});

test('pitfall 1: what passes the schema and not the webhook is refused here', () => {
  assert.deepEqual(failures(PG17), []);
  assert.deepEqual(failures(PG17, { storage: '' }), ['storage']);
  for (const size of ['5', '500m', '900Ki', '1e5', '-1Gi', '5GB', '0Gi'])
    assert.deepEqual([size, failures(PG17, { storage: size })], [size, ['storage']]);
  for (const memory of ['4', '512m', '2GB']) assert.deepEqual(failures(PG17, { resources: { memory } }), ['resources']);
  assert.deepEqual(failures(PG17, { storage: '1e10', resources: { cpu: '500m', memory: '512Mi' } }), []);
  assert.deepEqual(failures(PG17, { name: 'a'.repeat(60) }), ['name']);
  assert.ok(failures(placed('latest')).includes('tag'));
});

test('pitfall 2: a date and the version of an extension are no PostgreSQL version, whatever the operator reads', () => {
  assert.deepEqual(operatorVersion('202505'), { major: 202505, minor: 0 });
  assert.deepEqual(operatorVersion('0.8.6-202608031106-18-trixie'), { major: 0, minor: 8 });
  for (const tag of ['202505', '2503310734', '0.8.6-202608031106-18-trixie']) {
    assert.ok(failures(placed(tag)).includes('tag'), tag);
  }
  for (const [tag, read] of [
    ['17.4-2503310734', [17, 4]],
    ['18-minimal-trixie', [18, 0]],
    ['19beta3-minimal-trixie', [19, 0]],
    ['17.4.2503310734', [17, 4]],
    ['17_4', [17, 0]],
    ['v17.4', null],
    ['pg16.4-ts2.16.1', null],
    ['17.', null],
    ['16.100', [16, 100]],
    ['99999999999999999999', null],
  ] as const) {
    const version = operatorVersion(tag);
    assert.deepEqual(version && [version.major, version.minor], read, tag);
  }
});

test('pitfall 3: tag and digest are both written, and must agree', () => {
  assert.equal(pinnedReference(PG17), `ghcr.io/cloudnative-pg/postgresql:${PG17.tag}@${PG17.digest}`);
  const other = { ...PG17, version: parseVersion('pg', '16.15-202608310817') };
  assert.ok(failures(other).includes('tag'));
});

test('pitfall 4: the digest of one platform is told', () => {
  assert.ok(warnings({ ...PG17, platforms: ['linux/amd64'] }, {}, { isIndex: false }).includes('platform'));
  assert.ok(!warnings(PG17).includes('platform'));
});

test('pitfall 5: attestations are no platforms', () => {
  const checks = checked({ ...PG17, platforms: ['linux/amd64', 'unknown/unknown'] });
  assert.equal(checks.find(({ id }) => id === 'platform')?.message, 'Runs on linux/amd64.');
});

test('pitfall 7: stamps of ten and twelve digits are compared as times', () => {
  const [ten, twelve] = [placed('17.4-2504010734'), placed('17.4-202503310734')];
  assert.equal(upgradeKind(twelve, ten), 'build');
  assert.equal(upgradeKind(ten, twelve), null);
});

test('pitfall 8: a pre-release is no release, however it is written', () => {
  for (const tag of ['19beta3-minimal-trixie', '18rc1-2509051012'])
    assert.ok(failures(placed(tag)).includes('major'), tag);
});

test('pitfall 10: eight majors at most, one image each, and no wrong entry', () => {
  const majors = [13, 14, 15, 16, 17, 18, 19, 20, 21, 22];
  const entries = catalogEntries(
    majors.flatMap((major) => [placed(`${major}.1-202601010000`), placed(`${major}.2-202601010000`)]),
    [],
  );
  assert.equal(entries.length, MOST_MAJORS);
  assert.deepEqual([entries[0]?.tag, new Set(entries.map(({ major }) => major)).size], ['22.2-202601010000', 8]);
  assert.equal(groupByCatalog([placed('202505'), placed('17-minimal-trixie'), { ...PG17, tag: 'v17.11' }]).size, 0);
});

test('pitfall 11: no major upgrade across bases, and a warning within a major', () => {
  const trixie = placed('18.6-202608310817-minimal-trixie');
  const ids = (from: PlacedImage, to: PlacedImage) =>
    upgradeRisks(from, to, 'cnpg')
      .filter(({ state }) => state === 'fail')
      .map(({ id }) => id);
  assert.deepEqual(ids(PG17, trixie), ['upgrade-os']);
  assert.deepEqual(ids(PG17, placed('18.6-202608310817-minimal-bookworm')), []);
  assert.deepEqual(ids(placed('14.20-202608310817-minimal-bookworm'), placed('15.19-202608310817-minimal-bookworm')), [
    'upgrade-major',
  ]);
  const within = upgradeRisks(placed('17.9-202605250814-minimal-bullseye'), PG17, 'cnpg');
  assert.ok(within.some(({ id, state }) => id === 'upgrade-os' && state === 'warn') && isAdmissible(within));
  const slots = upgradeRisks(placed('16.8-2502271130'), placed('17.5-2506091630'), 'cnpg');
  assert.ok(slots.some(({ id }) => id === 'upgrade-slots'));
});

test('pitfall 12: an engine is never taken for another', () => {
  const epas = placed('17.12-2509120845', { engine: 'epas' });
  assert.equal(upgradeKind(PG17, epas), null);
  assert.deepEqual(
    upgradeRisks(PG17, epas, 'edb').map(({ id }) => id),
    ['upgrade-engine'],
  );
  assert.ok(failures(placed('17.4-2503310734', { engine: null })).includes('engine'));
  assert.equal(groupByCatalog([PG17, epas]).size, 2);
});

test('pitfall 13: the group of the operator, also in the reference to a catalog', () => {
  for (const [operator, group] of [
    ['cnpg', 'postgresql.cnpg.io'],
    ['edb', 'postgresql.k8s.enterprisedb.io'],
  ] as const) {
    const spec = specOf(
      ClusterInput.parse({ name: 'a', location: 'here', image: PG17.digest, storage: '1Gi', operator }),
    );
    const catalog = { kind: 'ClusterImageCatalog', name: 'c' } as const;
    const manifest = clusterManifest({ spec, image: PG17, uid: null, extensionImages: new Map(), catalog });
    assert.equal(manifest.apiVersion, `${group}/v1`);
    const { imageCatalogRef } = manifest.spec as { imageCatalogRef: object };
    assert.deepEqual(imageCatalogRef, { apiGroup: group, ...catalog, major: 17 });
    const key = { name: 'c', engine: 'postgresql', flavour: 'minimal', os: 'bookworm' } as const;
    const entries = catalogEntries([PG17], []);
    const own = catalogManifest({ key, entries, operator, namespace: null, at: NOW.toISOString() });
    assert.equal(own.apiVersion, `${group}/v1`);
  }
});

test('a major of no support, a past end of life, and the user of the official image are told', () => {
  assert.ok(failures(placed('13.22-202511100817-minimal-bookworm')).includes('major'));
  const old = warnings(placed('14.24-202608310817-system-bullseye'));
  assert.ok(old.includes('end-of-life') && old.includes('base-end-of-life'));
  assert.ok(warnings(PG17, {}, { uid: '999', subkind: 'official-postgres' }).includes('uid'));
  const spec = specOf(ClusterInput.parse({ name: 'a', location: 'here', image: PG17.digest, storage: '1Gi' }));
  const manifest = clusterManifest({ spec, image: PG17, uid: '999', extensionImages: new Map(), catalog: null });
  assert.deepEqual((manifest.spec as { postgresUID: number }).postgresUID, 999);
});

test('of an edition, what is not approved any more is left out with the reason', () => {
  const entries = catalogEntries([PG17, placed('18.6-202608310817-minimal-bookworm')], []);
  const { entries: served, refused } = servable(entries, (digest) => (digest === PG17.digest ? 'revoked' : 'approved'));
  assert.deepEqual([served.map(({ major }) => major), refused.map(({ major }) => major)], [[18], [17]]);
});
