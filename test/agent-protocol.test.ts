/** A control plane and a Beacon Agent as two processes: kill -9 of either, a server that is away, dry run and --check. */
import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  buildImage,
  freePort,
  generateRepository,
  type MisbehavingRegistry,
  stampedTag,
  startMisbehaving,
} from '@pharos/testbed';
import { type AgentProcess, startAgent } from './support/agent.ts';
import { agentFile } from './support/agent-file.ts';
import { cleanUp, libraryTags, makeFolder, type Pharos, runPharos, startPharos, waitFor } from './support/pharos.ts';
import { repositoryNamed } from './support/told.ts';

const REPOSITORY = 'postgresql';

after(cleanUp);

describe('server and agent apart', () => {
  let registry: MisbehavingRegistry;
  let server: Pharos;
  let agent: AgentProcess;
  let port: number;
  let file: string;
  let token: string;
  const dataDir = join(makeFolder(), 'data');
  const stateDir = join(makeFolder(), 'state');

  const startServer = async () => {
    server = await startPharos({ command: 'server', dataDir, port });
  };
  const start = () => {
    agent = startAgent({ file, stateDir, env: { BEACON_AGENT_ACCESS_KEY: token } });
  };

  before(async () => {
    [registry, port] = await Promise.all([
      startMisbehaving({ repositories: [generateRepository(REPOSITORY, 400)], latencyMs: 2 }),
      freePort(),
    ]);
    await startServer();
    token = (await server.client('createToken', { body: { name: 'eu-west', role: 'agent' } })).token;
    file = agentFile([{ name: 'registry', url: registry.url, repositories: [REPOSITORY] }], {
      beacon_server: server.url,
      access_key: '$BEACON_AGENT_ACCESS_KEY',
    });
  });
  after(async () => {
    await agent?.kill();
    await server?.kill();
    await registry?.stop();
  });

  const expected = () =>
    new Map(
      registry.content
        .tags(REPOSITORY)!
        .map((tag) => [`${REPOSITORY}:${tag}`, registry.content.resolve(REPOSITORY, tag)!]),
    );

  async function assertEqualToRegistry() {
    const wanted = expected();
    await waitFor(
      async () => {
        const tags = await libraryTags(server.client);
        return tags.size === wanted.size && [...wanted].every(([name, digest]) => tags.get(name) === digest);
      },
      'the library to equal the registry',
      90_000,
    );
  }

  test('the token of an agent reports and reads nothing', async () => {
    const ask = (path: string) =>
      fetch(`${server.url}/api/v1${path}`, { headers: { authorization: `Bearer ${token}` } });
    assert.equal((await ask('/tags')).status, 403);
    assert.equal((await ask('/registries')).status, 403);
  });

  test('kill -9 of agent and server in turn, in mid-scan: the library ends equal to the registry', {
    timeout: 240_000,
  }, async () => {
    start();
    for (let round = 0; round < 10; round++) {
      registry.content.push(REPOSITORY, '17', { name: `round ${round}` });
      for (let n = 0; n < 40; n++) {
        const tag = stampedTag(1000 + round * 40 + n);
        registry.content.push(REPOSITORY, tag, { name: `${tag} of round ${round}` });
      }
      await sleep(150 + 61 * ((round * 7) % 10));
      if (round % 2 === 0) {
        await agent.kill();
        start();
      } else {
        await server.kill();
        await startServer();
      }
    }
    await assertEqualToRegistry();
    const { id, tagCount } = await repositoryNamed(server.client, REPOSITORY);
    assert.equal(tagCount, expected().size);
    const { items } = await server.client('getTagHistory', { params: { id, name: '17' }, query: { limit: 100 } });
    assert.equal(new Set(items.map((entry) => entry.digest)).size, items.length, 'no move is doubled');
    assert.equal(items.filter((entry) => entry.current).length, 1);
    const agents = await server.client('listAgents', { query: {} });
    assert.equal(agents.items.length, 1, 'an agent stays who it is');
    assert.equal(agents.items[0]!.embedded, false);
  });

  test('the server is away: the agent scans on, spools, and delivers what it saw even if the registry is gone by then', {
    timeout: 120_000,
  }, async () => {
    await assertEqualToRegistry();
    assert.equal(await server.stop(), 0);
    registry.content.push(REPOSITORY, '18.0-2607010101', buildImage({ name: 'seen while away' }));
    await waitFor(async () => /control-plane-away|control-plane-unreachable/.test(agent.output()), 'the log to say so');
    const asked = () => registry.log.some(({ path }) => path.endsWith('/manifests/18.0-2607010101'));
    await waitFor(async () => asked(), 'a scan without the server');
    await waitFor(
      async () =>
        readdirSync(stateDir, { recursive: true, encoding: 'utf8' }).some((name) => /-complete-.*\.ndjson$/.test(name)),
      'a report in the spool',
    );
    const wanted = expected();
    // A report may have been in the making when the tag came; then two more requests make sure that one is whole.
    const count = registry.requestCount;
    await waitFor(async () => registry.requestCount > count + 4, 'another scan');
    registry.fault = 'connection-reset';
    await agent.kill();
    start();
    await startServer();
    await waitFor(
      async () => (await libraryTags(server.client)).get(`${REPOSITORY}:18.0-2607010101`) !== undefined,
      'the tag that the agent saw while the server was away',
      90_000,
    );
    assert.deepEqual(await libraryTags(server.client), wanted);
    registry.fault = undefined;
    await waitFor(async () => {
      const { items } = await server.client('listAgents', { query: {} });
      return items[0]!.spoolDepth === 0 && items[0]!.state === 'connected';
    }, 'an empty spool');
    assert.equal(await agent.stop(), 0);
  });

  test('a wrong access key is told, and does not end the agent', async () => {
    const stateless = startAgent({
      file,
      stateDir: join(makeFolder(), 'state'),
      env: { BEACON_AGENT_ACCESS_KEY: 'not-a-token' },
    });
    await waitFor(async () => /unauthenticated/.test(stateless.output()), 'the log to say so');
    assert.doesNotMatch(stateless.output(), /not-a-token/);
    assert.equal(await stateless.stop(), 0);
  });
});

describe('without a control plane', () => {
  let registry: MisbehavingRegistry;
  before(async () => {
    registry = await startMisbehaving({ repositories: [generateRepository(REPOSITORY, 5)] });
  });
  after(async () => {
    await registry?.stop();
  });

  test('beacon_server: stdout prints what it would send and sends nothing', async () => {
    const called: string[] = [];
    const sink = createServer((request, response) => {
      called.push(`${request.method} ${request.url}`);
      response.end('{}');
    });
    await new Promise<void>((resolve) => sink.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(sink.address() as AddressInfo).port}`;
    const agent = startAgent({
      file: agentFile([{ name: 'registry', url: registry.url, repositories: [REPOSITORY] }], {
        beacon_server: 'stdout',
      }),
      stateDir: join(makeFolder(), 'state'),
      env: { PHAROS_URL: url },
    });
    try {
      const digests = registry.content.tags(REPOSITORY)!.map((tag) => registry.content.resolve(REPOSITORY, tag)!);
      await waitFor(
        async () => digests.every((digest) => agent.output().includes(digest)),
        'every digest in the output',
      );
      for (const tag of registry.content.tags(REPOSITORY)!) assert.ok(agent.output().includes(tag), tag);
      // A dry run is one sweep and ends by itself.
      assert.equal(await agent.ended, 0);
    } finally {
      sink.close();
      await agent.kill();
    }
    assert.deepEqual(called, []);
    assert.ok(registry.log.every(({ method }) => method === 'GET' || method === 'HEAD'));
  });

  test('--check: what would be scanned and exit code 0; cause, cure and 6 when a registry cannot be read; 2 for the file', async () => {
    const good = { name: 'good', url: registry.url, repositories: [REPOSITORY] };
    const fine = await runPharos(['agent', '--check', '-f', agentFile([good], { beacon_server: 'stdout' })]);
    assert.equal(fine.code, 0, fine.stdout + fine.stderr);
    assert.match(fine.stdout, /good/);
    assert.match(fine.stdout, new RegExp(REPOSITORY));
    assert.match(fine.stdout, /plain.?http/i, 'the danger is shown');

    const bad = { name: 'bad', url: `127.0.0.1:${await freePort()}`, repositories: ['nowhere'] };
    const both = agentFile([good, bad], { beacon_server: 'stdout' });
    const failing = await runPharos(['agent', '--check', '-f', both]);
    assert.equal(failing.code, 6, failing.stdout + failing.stderr);
    assert.match(failing.stdout, /Nothing accepts connections/);
    assert.match(failing.stdout, /Check host and port/);
    assert.match(failing.stdout, new RegExp(REPOSITORY), 'the good one is shown all the same');

    const json = JSON.parse((await runPharos(['agent', '--check', '--json', '-f', both])).stdout);
    assert.equal(json.ok, false);
    assert.match(JSON.stringify(json), /"connection-refused"/);

    const file = join(makeFolder(), 'beacon_agent.yaml');
    writeFileSync(file, 'agent:\n  beacon_servr: stdout\n');
    assert.equal((await runPharos(['agent', '--check', '-f', file])).code, 2);
  });
});
