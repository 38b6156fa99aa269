/** Credentials stay home (docs/reliability.md): canaries are looked for wherever they must not be. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type RouteName, routePath, routes } from '@pharos/contract';
import { generateRepository, type MisbehavingRegistry, mentions, startMisbehaving } from '@pharos/testbed';
import { agentFile } from './support/agent-file.ts';
import { ADMIN_TOKEN, cleanUp, libraryTags, type Pharos, startPharos, waitFor } from './support/pharos.ts';
import { command, registryNamed } from './support/told.ts';

const OF_FILE = { username: 'canary-file', password: 'canary-6d1b-of-the-file' };
const OF_UI = { username: 'canary-ui', password: 'canary-93ac-of-the-screen' };

/** The password and the forms in which it travels. */
function forms({ username, password }: typeof OF_UI): string[] {
  const basic = Buffer.from(`${username}:${password}`);
  return [password, Buffer.from(password).toString('base64').replace(/=+$/, ''), basic.toString('base64')];
}
const CANARIES = [...forms(OF_FILE), ...forms(OF_UI)];

/** An address of this machine that is not loopback. */
const outside = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .find(({ internal, family }) => !internal && family === 'IPv4')?.address;

/** Passes connections to a port on loopback. */
async function forward(host: string, port: number): Promise<Server> {
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    near.on('error', () => far.destroy()).pipe(far);
    far.on('error', () => near.destroy()).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  return server;
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile());
}

describe('canary passwords', () => {
  let ofFile: MisbehavingRegistry;
  let ofUi: MisbehavingRegistry;
  let pharos: Pharos;
  let apiToken: string;

  before(async () => {
    [ofFile, ofUi] = await Promise.all([
      startMisbehaving({ auth: 'basic', credential: OF_FILE, repositories: [generateRepository('of-file', 3)] }),
      startMisbehaving({ auth: 'token', credential: OF_UI, repositories: [generateRepository('of-ui', 3)] }),
    ]);
    const authentication = { type: 'basic', ...OF_FILE };
    const entry = { name: 'file', url: ofFile.url, repositories: ['of-file'], authentication };
    pharos = await startPharos({ args: ['--agent-config', agentFile([entry]), '--log-level', 'trace'] });
    await pharos.client('createRegistry', {
      body: {
        name: 'ui',
        url: new URL(ofUi.url).host,
        locationId: 'eu-west',
        intervalSeconds: 1,
        tls: { plainHttp: true },
        authentication: { type: 'basic', ...OF_UI },
      },
    });
    await pharos.client('createRule', { body: { name: 'all', repositories: { include: ['of-ui'] } } });
    apiToken = (await pharos.client('createToken', { body: { name: 'canary', role: 'viewer' } })).token;
    await waitFor(async () => (await libraryTags(pharos.client)).size === 6, 'both registries, signed in');
  });
  after(async () => {
    await pharos?.stop();
    await Promise.all([ofFile?.stop(), ofUi?.stop()]);
    cleanUp();
  });

  /** Asks for a scan of both and waits until the fault has struck and one more scan has ended. */
  async function scanBoth(struck: () => boolean) {
    for (const name of ['file', 'ui']) {
      const { id } = await registryNamed(pharos.client, name);
      await pharos.client('createScan', { body: { registryId: id } });
      await pharos.client('probeRegistry', { params: { id } });
    }
    await waitFor(async () => struck(), 'the fault to strike');
  }

  function assertNotAbroad() {
    for (const registry of [ofFile, ofUi]) {
      for (const canary of CANARIES) assert.ok(!mentions(registry.foreignLog, canary), 'a password went abroad');
      for (const { headers } of registry.foreignLog) assert.equal(headers.authorization, undefined);
    }
  }

  test('a redirect to another origin is followed, if at all, without them', async () => {
    for (const registry of [ofFile, ofUi]) registry.fault = 'redirect-foreign';
    ofFile.content.push('of-file', '18.0-2607010101', { name: 'redirected' });
    ofUi.content.push('of-ui', '18.0-2607010101', { name: 'redirected too' });
    await scanBoth(() => ofFile.struck('redirect-foreign') > 0 && ofUi.struck('redirect-foreign') > 0);
    assertNotAbroad();
  });

  test('a cloud’s metadata address as token realm is never asked, and told', async () => {
    for (const registry of [ofFile, ofUi]) registry.fault = 'realm-metadata';
    await scanBoth(() => ofUi.struck('realm-metadata') > 0 && ofFile.struck('realm-metadata') > 0);
    const { id } = await registryNamed(pharos.client, 'file');
    const registry = await waitFor(async () => {
      const found = await pharos.client('getRegistry', { params: { id } });
      return found.status.code === 'token-realm-refused' ? found : null;
    }, 'the status token-realm-refused');
    assert.match(registry.status.message, /No credentials were sent/);
  });

  test('a token realm on another host of this network is refused, and told', {
    skip: !outside && 'no second address',
  }, async () => {
    // The registry stands on the machine's own address; its realm points to loopback, where the other origin listens.
    // It is one of its own: to the others, on loopback themselves, that realm would be their own host's.
    const elsewhere = await startMisbehaving({ auth: 'token', credential: OF_UI, fault: 'realm-foreign' });
    const forwarder = await forward(outside!, elsewhere.port);
    try {
      await pharos.client('createRegistry', {
        body: {
          name: 'elsewhere',
          url: `${outside}:${(forwarder.address() as AddressInfo).port}`,
          locationId: 'eu-west',
          tls: { plainHttp: true },
          authentication: { type: 'basic', ...OF_UI },
        },
      });
      const { id } = await registryNamed(pharos.client, 'elsewhere');
      const status = await pharos.client('probeRegistry', { params: { id } });
      assert.ok(elsewhere.struck('realm-foreign') > 0);
      assert.equal(status.code, 'token-realm-refused', status.message);
      assertNotAbroad();
      assert.deepEqual(elsewhere.foreignLog, []);
      await pharos.client('deleteRegistry', { params: { id } });
    } finally {
      forwarder.close();
      await elsewhere.stop();
    }
  });

  test('no answer of the API holds them, for any GET route', async () => {
    const { items: registries } = await pharos.client('listRegistries', { query: {} });
    const { items: tokens } = await pharos.client('listTokens', { query: {} });
    assert.ok(registries.length === 2 && tokens.length === 1);
    const lists = (Object.keys(routes) as RouteName[]).filter((name) => {
      const route = routes[name];
      return route.method === 'GET' && !route.path.includes('{') && name !== 'events' && name !== 'agentWork';
    });
    const paths = [
      ...lists.map((name) => routePath(name)),
      ...registries.map(({ id }) => routePath('getRegistry', { params: { id } })),
    ];
    assert.ok(paths.length > 10);
    for (const path of paths) {
      const answer = await fetch(pharos.url + path, { headers: { authorization: `Bearer ${ADMIN_TOKEN}` } });
      const text = await answer.text();
      for (const canary of [...CANARIES, apiToken, ADMIN_TOKEN]) assert.ok(!text.includes(canary), path);
    }
  });

  test('a changed address voids the stored credential', async () => {
    const { id } = await registryNamed(pharos.client, 'ui');
    for (const registry of [ofFile, ofUi]) registry.fault = undefined;
    const { host } = new URL(ofUi.foreignUrl);
    const changed = await pharos.client('updateRegistry', { params: { id }, body: { url: host } });
    assert.equal(changed.authentication.secret, 'void');
    await pharos.client('probeRegistry', { params: { id } });
    assert.ok(ofUi.foreignLog.length > 0, 'the new address was asked');
    assertNotAbroad();
  });

  test('neither log nor CLI shows them, and no file of the data directory holds them in clear', async () => {
    const listed = await command(pharos, 'registries', 'list', '--json');
    const shown = await command(pharos, 'registries', 'get', 'file');
    assert.equal(await pharos.stop(), 0);
    const files = filesBelow(pharos.dataDir);
    assert.ok(files.length > 10);
    for (const canary of [...CANARIES, apiToken, ADMIN_TOKEN]) {
      assert.ok(!pharos.output().includes(canary), 'the log');
      assert.ok(!(listed.stdout + listed.stderr + shown.stdout + shown.stderr).includes(canary), 'the CLI');
      for (const path of files) assert.ok(!readFileSync(path).includes(canary), path);
    }
  });
});
