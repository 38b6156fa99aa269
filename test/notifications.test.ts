/** A push, told by a real docker-registry: seen at once, for two requests, and read from the registry itself. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  available,
  buildImage,
  type Distribution,
  generateRepository,
  type MisbehavingRegistry,
  pushWithSkopeo,
  startDistribution,
  startMisbehaving,
} from '@pharos/testbed';
import { agentFile } from './support/agent-file.ts';
import { cleanUp, libraryTags, type Pharos, startPharos, waitFor } from './support/pharos.ts';

const REPOSITORY = 'team/postgresql';

/** A receiver of this registry, with what its sender needs. */
async function receiverOf(pharos: Pharos, registry: string, source: 'distribution' | 'harbor') {
  const { items } = await pharos.client('listRegistries', { query: {} });
  const registryId = items.find(({ name }) => name === registry)!.id;
  return pharos.client('createReceiver', { body: { registryId, source } });
}

describe('a push that a real registry tells of', { skip: available().distribution.skip }, () => {
  let registry: Distribution;
  let pharos: Pharos;
  after(async () => {
    await pharos?.stop();
    await registry?.stop();
    cleanUp();
  });

  test('is in the library without waiting for a scan', async () => {
    registry = await startDistribution();
    const repository = generateRepository(REPOSITORY, 20);
    registry.seed([repository]);
    const entry = { name: 'registry', url: registry.url, interval: '1h', repositories: [REPOSITORY] };
    pharos = await startPharos({ args: ['--agent-config', agentFile([entry])] });
    await waitFor(async () => (await libraryTags(pharos.client)).size === 20, 'the first scan');
    const { url, secret } = await receiverOf(pharos, 'registry', 'distribution');
    const endpoint = {
      name: 'pharos',
      url: new URL(url, pharos.url).href,
      headers: { Authorization: [`Bearer ${secret}`] },
    };
    const endpoints = [{ ...endpoint, timeout: '2s', threshold: 3, backoff: '1s' }];
    const told = await startDistribution({
      env: { REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY: registry.rootDir },
      sections: { notifications: { endpoints } },
    });
    try {
      const image = buildImage({ name: 'pushed' });
      await pushWithSkopeo(image, `${told.host}/${REPOSITORY}:18.9-2611250101`);
      await waitFor(
        async () => (await libraryTags(pharos.client)).get(`${REPOSITORY}:18.9-2611250101`) === image.digest,
        'the pushed tag',
      );
      const { items } = await pharos.client('listScans', { query: { limit: 10 } });
      const [scan] = items.filter(({ trigger }) => trigger === 'notification');
      assert.deepEqual(scan?.only, ['18.9-2611250101']);
      assert.ok(scan!.requests <= 2, `${scan!.requests} requests`);
    } finally {
      await told.stop();
    }
  });
});

describe('notifications and what they may do', () => {
  let registry: MisbehavingRegistry;
  let pharos: Pharos;
  let url: string;
  let secret: string;
  before(async () => {
    registry = await startMisbehaving({ repositories: [generateRepository(REPOSITORY, 20)] });
    const entry = { name: 'registry', url: registry.url, interval: '1h', repositories: [REPOSITORY] };
    pharos = await startPharos({ args: ['--agent-config', agentFile([entry])] });
    await waitFor(async () => (await libraryTags(pharos.client)).size === 20, 'the first scan');
    ({ url, secret } = await receiverOf(pharos, 'registry', 'harbor'));
  });
  after(async () => {
    await pharos?.stop();
    await registry?.stop();
    cleanUp();
  });

  const push = (repository: string, tag: string, authorization = secret) =>
    fetch(new URL(url, pharos.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization },
      body: JSON.stringify({
        type: 'PUSH_ARTIFACT',
        occur_at: Date.now(),
        event_data: {
          resources: [{ digest: `sha256:${'0'.repeat(64)}`, tag }],
          repository: { repo_full_name: repository },
        },
      }),
    });
  const asked = () => registry.log.map(({ method, path }) => `${method} ${path}`);

  test('a moved tag costs two requests, and what counts is what the registry answers', async () => {
    const image = registry.content.push(REPOSITORY, '17', { name: 'moved' });
    registry.clearLog();
    assert.equal((await push(REPOSITORY, '17')).status < 300, true);
    await waitFor(
      async () => (await libraryTags(pharos.client)).get(`${REPOSITORY}:17`) === image.digest,
      'the moved tag, with its own digest',
    );
    assert.deepEqual(asked().length, 2, asked().join(' '));
  });

  test('a forged one, and one of an unknown repository, ask nothing of any registry', async () => {
    registry.clearLog();
    assert.equal((await push(REPOSITORY, '17', 'forged')).status, 401);
    assert.equal((await push('team/unknown', '17')).status < 300, true);
    assert.equal((await push(REPOSITORY, '../../../v2/_catalog')).status < 300, true);
    const image = registry.content.push(REPOSITORY, 'after', { name: 'after' });
    await push(REPOSITORY, 'after');
    await waitFor(async () => (await libraryTags(pharos.client)).get(`${REPOSITORY}:after`) === image.digest, 'it');
    assert.ok(
      asked().every((line) => line.includes(`/v2/${REPOSITORY}/`)),
      asked().join(' '),
    );
    assert.equal(asked().length, 2);
  });

  test('ten pushes at once are gathered, and each tag is read once', async () => {
    const images = Array.from({ length: 10 }, (_, n) => registry.content.push(REPOSITORY, `t${n}`, { name: `t${n}` }));
    registry.clearLog();
    await Promise.all(images.flatMap((_, n) => [push(REPOSITORY, `t${n}`), push(REPOSITORY, `t${n}`)]));
    await waitFor(async () => {
      const tags = await libraryTags(pharos.client);
      return images.every(({ digest }, n) => tags.get(`${REPOSITORY}:t${n}`) === digest);
    }, 'all ten');
    assert.ok(asked().length <= 20, `${asked().length} requests`);
  });
});
