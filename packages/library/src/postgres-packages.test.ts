import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recogniseImage } from './facts.ts';
import { emptyObservation } from './observation.ts';
import { extensionPackage, extensionsOfPackages, postgresPackages } from './postgres-packages.ts';

/** Package and version → extension, version, PostgreSQL major; null: none. */
const NAMES: [string, string, [string, string | null, number] | null][] = [
  ['postgresql-17-pgvector', '0.8.0-1.pgdg12+1', ['vector', '0.8.0', 17]],
  ['postgresql-17-postgis-3', '3.5.2+dfsg-1.pgdg120+1', ['postgis', '3.5.2', 17]],
  ['postgresql-17-postgis-3-scripts', '3.5.2+dfsg-1', null],
  ['postgresql-17-pgaudit', '17.1-1.pgdg12+1', ['pgaudit', '17.1', 17]],
  ['postgresql-17-cron', '1.6.5-1.pgdg12+1', ['pg_cron', '1.6.5', 17]],
  ['postgresql-17-pg-failover-slots', '1.1.0-2', ['pg_failover_slots', '1.1.0', 17]],
  ['postgresql-17-citus-13.0', '13.0.3.citus-1', ['citus', '13.0.3.citus', 17]],
  ['postgresql-17-ip4r', '2.4.2-2', ['ip4r', '2.4.2', 17]],
  ['postgresql-17-wal2json', '2.6-3', ['wal2json', '2.6', 17]],
  ['postgresql-17-mysql-fdw', '2.9.2-2', ['mysql_fdw', '2.9.2', 17]],
  ['postgresql-17-dbgsym', '17.4-1', null],
  ['postgresql-plpython3-17', '17.4-1.pgdg120+2', ['plpython3u', '17.4', 17]],
  ['timescaledb-2-postgresql-17', '2.19.0~debian12', ['timescaledb', '2.19.0~debian12', 17]],
  ['postgresql-17', '17.4-1.pgdg120+2', null],
  ['postgresql-client-17', '17.4-1', null],
  ['postgresql-server-dev-17', '17.4-1', null],
  ['pgvector_17', '0.8.0-1PGDG.rhel9', ['vector', '0.8.0', 17]],
  ['postgis35_17', '3.5.2-1PGDG.rhel9', ['postgis', '3.5.2', 17]],
  ['pg_repack_17', '1.5.2-1PGDG.rhel9', ['pg_repack', '1.5.2', 17]],
  ['postgresql17-plpython3', '17.4-1PGDG.rhel9', ['plpython3u', '17.4', 17]],
  ['postgresql17-server', '17.4-1PGDG.rhel9', null],
  ['postgresql17-contrib', '17.4-1PGDG.rhel9', null],
  ['edb-as17-pgvector0', '0.8.0-1.el9', ['vector', '0.8.0', 17]],
  ['edb-as17-postgis-3', '3.5.2-1', ['postgis', '3.5.2', 17]],
  ['edb-as17-server', '17.4.0-1.el9', null],
  ['edb-as17-server-sqlprotect', '17.4.0-1', null],
  ['edb-postgresextended17-pgaudit17', '17.1-1', ['pgaudit', '17.1', 17]],
  ['gcc_64', '1', null],
  ['libc6', '2.36-9+deb12u9', null],
];
for (const [name, version, is] of NAMES) {
  test(`package ${name} ${version}`, () => {
    const found = extensionPackage({ name, version, type: 'deb' });
    assert.deepEqual(found && [found.name, found.version, found.major], is);
  });
}

const PACKAGES = NAMES.map(([name, version]) => ({ name, version, type: null }));

test('only what concerns PostgreSQL stands beside the image, and only packages of its major bring extensions', () => {
  assert.equal(
    postgresPackages(PACKAGES).some(({ name }) => name === 'libc6'),
    false,
  );
  const older = [...PACKAGES, { name: 'postgresql-16-rum', version: '1.3-1', type: 'deb' }];
  assert.equal(
    extensionsOfPackages(older, 17).some(({ name }) => name === 'rum'),
    false,
  );
  assert.equal(
    extensionsOfPackages(older, null).some(({ name }) => name === 'rum'),
    true,
  );
});

const IMAGE = { repository: 'postgresql', tag: '17.4-2503310734' };
const SBOM = [{ name: 'postgresql-17-pgvector', version: '0.8.0-1', type: 'deb' }];

test('what the image states comes before the SBOM, which adds versions left open', () => {
  const bare = emptyObservation(`sha256:${'a'.repeat(64)}`, 'application/vnd.oci.image.manifest.v1+json');
  const context = { ...IMAGE, declaredKind: null, now: '2026-11-23T17:00:00.000Z' };
  const facts = (more: object) => {
    const { extensions, sources, confidence } = recogniseImage({ ...bare, ...more }, context);
    return [extensions.map(({ name, version }) => `${name} ${version}`), sources.extensions, confidence.extensions];
  };
  assert.deepEqual(facts({ packages: SBOM }), [['vector 0.8.0'], 'sbom', 'medium']);
  assert.deepEqual(facts({ packages: [] }), [[], 'sbom', 'medium']);
  assert.deepEqual(facts({}), [[], undefined, undefined]);
  const annotations = { 'org.enterprisedb.pg.extensions': 'pg_stat_statements=1.11,vector' };
  assert.deepEqual(facts({ annotations, packages: SBOM }), [
    ['pg_stat_statements 1.11', 'vector 0.8.0'],
    'annotation',
    'high',
  ]);
});
