/** What a newcomer gets: `pharos up` without any configuration, its link, and real discovery of the sample registry. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { cleanUp, libraryTags, type Pharos, startPharos, waitFor } from './support/pharos.ts';

describe('the first start', () => {
  let pharos: Pharos;
  before(async () => {
    pharos = await startPharos({ fresh: true });
  });
  after(async () => {
    await pharos?.stop();
    cleanUp();
  });

  test('prints one link that works once', async () => {
    const link = /https?:\/\/\S+\/setup\S*/.exec(pharos.output())?.[0];
    assert.ok(link, pharos.output());
    const token =
      new URL(link).searchParams.get('token') ?? new URLSearchParams(new URL(link).hash.slice(1)).get('token');
    assert.ok(token);
    const setup = () =>
      fetch(`${pharos.url}/api/v1/setup`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-pharos-client': '1' },
        body: JSON.stringify({ token, username: 'admin', password: 'a long enough password' }),
      });
    const first = await setup();
    assert.equal(first.status, 201);
    assert.match(first.headers.get('set-cookie') ?? '', /HttpOnly/i);
    assert.ok((await setup()).status >= 400, 'a second use is refused');
  });

  test('the sample registry is discovered by the agent: databases and models, with facts', async () => {
    await waitFor(async () => {
      const { items } = await pharos.client('listRepositories', { query: {} });
      return items.length >= 7 && items.every((repository) => repository.lastScan?.status === 'complete');
    }, 'a scan of every repository');
    const tags = await libraryTags(pharos.client);
    assert.ok(tags.size >= 60);
    assert.ok(
      [...tags.keys()].every((name) => !name.includes(':sha256-')),
      'signature tags are no images',
    );
    const repositories = (await pharos.client('listRepositories', { query: {} })).items;
    assert.ok(repositories.every((repository) => repository.isSample));
    assert.deepEqual([...new Set(repositories.map((repository) => repository.kind))].sort(), [
      'extension',
      'model',
      'postgres',
    ]);
    const epas = await pharos.client('listTags', { query: { engine: 'epas', sort: '-version', limit: 1 } });
    assert.equal(epas.items[0]?.version?.major, 18);
    const image = await pharos.client('getImage', { params: { digest: epas.items[0]!.digest } });
    assert.ok(image.facts.extensions.length > 0);
    assert.ok(image.platforms.length >= 1);
    const statistics = await pharos.client('getStatistics', {});
    assert.ok(statistics.onlySample);
    assert.equal(statistics.tags, (await libraryTags(pharos.client)).size);
  });

  test('everything is there again after a restart, and no new link is printed once set up', async () => {
    const before = await libraryTags(pharos.client);
    const dataDir = pharos.dataDir;
    assert.equal(await pharos.stop(), 0);
    pharos = await startPharos({ dataDir });
    assert.deepEqual(await libraryTags(pharos.client), before);
    assert.doesNotMatch(pharos.output(), /\/setup/);
  });
});
