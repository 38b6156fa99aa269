/**
 * A real PostgreSQL image from a real registry to a running database: built, pushed, discovered, approved, run by digest with
 * podman, and asked with a client.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import {
  available,
  buildPostgresImage,
  type Containers,
  type Distribution,
  makeContainers,
  startDistribution,
} from '@pharos/testbed';
import pg from 'pg';
import { agentFile } from './support/agent-file.ts';
import { ADMIN_TOKEN, cleanUp, libraryTags, type Pharos, runPharos, startPharos, waitFor } from './support/pharos.ts';

const parts = available();
const skip = parts.podman.skip || parts.buildah.skip || parts.postgres.skip || parts.distribution.skip;

describe('an approved image runs on this machine', { skip }, () => {
  let registry: Distribution;
  let containers: Containers;
  let pharos: Pharos;
  let tag: string;

  before(async () => {
    containers = makeContainers();
    registry = await startDistribution();
    const version = await buildPostgresImage(containers, (found) => `${registry.host}/postgresql:${found}-2611231625`);
    tag = `${version}-2611231625`;
    pharos = await startPharos({
      env: containers.env,
      args: ['--agent-config', agentFile([{ name: 'real', url: registry.url, repositories: ['postgresql'] }])],
    });
    await waitFor(async () => (await libraryTags(pharos.client)).size > 0, 'the tag in the library');
  });
  after(async () => {
    await pharos?.stop();
    await registry?.stop();
    await containers?.remove();
    cleanUp();
  });

  const local = (...args: string[]) =>
    runPharos(['local', ...args, '--engine', 'podman'], {
      ...containers.env,
      PHAROS_URL: pharos.url,
      PHAROS_TOKEN: ADMIN_TOKEN,
    });

  test('what is not approved does not start', async () => {
    const { code, stderr } = await local('start', `postgresql:${tag}`);
    assert.equal(code, 1);
    assert.match(stderr, /is pending, and only approved images run from here\. \(image-not-approved\)/);
    assert.deepEqual(JSON.parse((await local('list', '--json')).stdout).items, []);
  });

  test('it is approved', async () => {
    const found = (await pharos.client('listTags', { query: {} })).items[0]!;
    assert.equal(found.kind, 'postgres');
    const decided = await fetch(`${pharos.url}/api/v1/images/${found.digest}/decisions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' },
      body: JSON.stringify({ state: 'approved', reason: 'tried on a laptop' }),
    });
    assert.ok(decided.ok, await decided.text());
  });

  test('approved, it answers a client; stopped and started again it still has its data', () =>
    answersAndKeeps('--host-network'));

  // A bridge changes the machine: rules of its firewall and forwarding stay. So it is tried where somebody asks for it.
  test(
    'the same on a bridge, at a port that the engine chose',
    { skip: process.env.PHAROS_TEST_BRIDGE ? false : 'PHAROS_TEST_BRIDGE=1 tries it' },
    () => answersAndKeeps(),
  );

  async function answersAndKeeps(...network: string[]): Promise<void> {
    const found = (await pharos.client('listTags', { query: {} })).items[0]!;
    const first = await local('start', `postgresql:${tag}`, ...network, '--json');
    assert.equal(first.code, 0, first.stderr);
    const started = JSON.parse(first.stdout);
    assert.equal(started.digest, found.digest);
    const ran = await promisify(execFile)('podman', ['inspect', '--format', '{{.ImageName}}', started.name], {
      env: { ...process.env, ...containers.env },
    });
    assert.equal(ran.stdout.trim(), `${registry.host}/postgresql@${found.digest}`);

    const ask = async (text: string) => {
      const { port, user } = started;
      const client = new pg.Client({ host: '127.0.0.1', port, user, password: started.password, database: 'postgres' });
      await client.connect();
      try {
        return (await client.query(text)).rows[0];
      } finally {
        await client.end();
      }
    };
    assert.match((await ask('select version() as version')).version, new RegExp(`^PostgreSQL ${tag.split('-')[0]}`));
    await ask('create table kept (id int)');

    assert.equal((await local('stop', started.name)).code, 0);
    assert.equal(JSON.parse((await local('list', '--json')).stdout).items[0].state, 'exited');
    const again = JSON.parse((await local('start', `postgresql:${tag}`, ...network, '--json')).stdout);
    assert.equal(again.password, null, 'a password is told once');
    started.port = again.port;
    assert.equal((await ask("select to_regclass('kept')::text as name")).name, 'kept');

    assert.equal((await local('remove', started.name)).code, 0);
    assert.deepEqual(JSON.parse((await local('list', '--json')).stdout).items, []);
    assert.equal((await local('stop', started.name)).code, 3, 'it is no longer there');
  }

  test('from the browser’s side: through the API of a server that listens on loopback only', async () => {
    const found = (await pharos.client('listTags', { query: {} })).items[0]!;
    const body = { repositoryId: found.repositoryId, tag: found.name, digest: found.digest, hostNetwork: true };
    assert.deepEqual(await pharos.client('listLocalRuns', {}), { enabled: true, engine: 'podman', items: [] });
    const { name, psql, port, password, state } = await pharos.client('startLocalRun', { body });
    assert.equal(state, 'running');
    assert.match(psql!, new RegExp(`^psql "host=127.0.0.1 port=${port} user=postgres dbname=postgres"$`));
    const database = new pg.Client({
      host: '127.0.0.1',
      port: port!,
      user: 'postgres',
      password: password!,
      database: 'postgres',
    });
    await database.connect();
    const { rows } = await database.query('show listen_addresses');
    await database.end();
    assert.equal(rows[0].listen_addresses, '127.0.0.1');
    const [run] = (await pharos.client('listLocalRuns', {})).items;
    assert.deepEqual([run!.digest, run!.state], [found.digest, 'running']);
    await pharos.client('stopLocalRun', { params: { name } });
    assert.equal((await pharos.client('listLocalRuns', {})).items[0]!.state, 'stopped');
    assert.equal(
      (await pharos.client('startLocalRun', { body })).password,
      null,
      'its data, and its password, are those of before',
    );
    await pharos.client('removeLocalRun', { params: { name } });
    assert.deepEqual((await pharos.client('listLocalRuns', {})).items, []);
  });
});
