/** kill -9 in the middle of a scan, 20 times: the library ends equal to the registry (docs/reliability.md). */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type MisbehavingRegistry, startMisbehaving } from '@pharos/testbed';
import {
  cleanUp,
  libraryTags,
  makeFolder,
  type Pharos,
  startPharos,
  waitFor,
  writeAgentFile,
} from './support/pharos.ts';

const TAGS = 1200;
let registry: MisbehavingRegistry;

before(async () => {
  registry = await startMisbehaving({ latencyMs: 2 });
});
after(async () => {
  await registry?.stop();
  cleanUp();
});

test('server with its agent, killed 20 times in mid-scan, while the registry moves', { timeout: 300_000 }, async () => {
  for (let n = 0; n < TAGS; n++)
    registry.content.push('postgresql', `17.${n % 90}-25${String(10_000_000 + n)}`, { name: `tag ${n}` });
  const agentFile = writeAgentFile({ url: new URL(registry.url).host, repositories: ['postgresql'], interval: '1s' });
  const dataDir = `${makeFolder()}/data`;
  let pharos: Pharos | undefined;
  for (let round = 0; round < 20; round++) {
    pharos = await startPharos({ dataDir, args: ['--agent-config', agentFile] });
    registry.content.push('postgresql', '17', { name: `round ${round}` });
    registry.content.push('postgresql', `18.0-26${String(10_000_000 + round)}`, { name: `new ${round}` });
    // A different moment each round, spread over listing, reading, delivery and commit.
    await sleep(37 * ((round * 7) % 20));
    await pharos.kill();
  }
  pharos = await startPharos({ dataDir, args: ['--agent-config', agentFile] });
  try {
    const { content } = registry;
    const expected = new Map(content.tags('postgresql')!.map((tag) => [tag, content.resolve('postgresql', tag)!]));
    await waitFor(
      async () => {
        const tags = await libraryTags(pharos!.client);
        return tags.size === expected.size && tags.get('postgresql:17') === expected.get('17');
      },
      `${expected.size} tags in the library`,
      60_000,
    );
    const tags = await libraryTags(pharos.client);
    assert.deepEqual(tags, new Map([...expected].map(([tag, digest]) => [`postgresql:${tag}`, digest])));
    const { items } = await pharos.client('listRepositories', { query: {} });
    assert.equal(items.length, 1);
    assert.equal(items[0]!.tagCount, expected.size);
    const history = await pharos.client('getTagHistory', {
      params: { id: items[0]!.id, name: '17' },
      query: { limit: 100 },
    });
    assert.equal(new Set(history.items.map((entry) => entry.digest)).size, history.items.length, 'no move is doubled');
    assert.equal(history.items.filter((entry) => entry.current).length, 1);
  } finally {
    await pharos.stop();
  }
});
