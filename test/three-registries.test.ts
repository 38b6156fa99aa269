/** 60 repositories on a dead, a throttling and a healthy registry: each keeps its own pace, and nobody waits for another. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, generateRepository, type MisbehavingRegistry, startMisbehaving } from '@pharos/testbed';
import { agentFile } from './support/agent-file.ts';
import { cleanUp, type Pharos, startPharos, waitFor } from './support/pharos.ts';
import { registryNamed } from './support/told.ts';

const NAMES = Array.from({ length: 20 }, (_, n) => `team/pg-${n}`);
const repositories = () => NAMES.map((name) => generateRepository(name, 5));
const RETRY_AFTER_S = 15;

describe('a dead, a throttling and a healthy registry', () => {
  let healthy: MisbehavingRegistry;
  let throttling: MisbehavingRegistry;
  let pharos: Pharos;
  const ids = new Map<string, string>();

  before(async () => {
    [healthy, throttling] = await Promise.all([
      startMisbehaving({ repositories: repositories() }),
      startMisbehaving({ repositories: repositories() }),
    ]);
    const file = agentFile([
      { name: 'dead', interval: '5s', url: `127.0.0.1:${await freePort()}`, repositories: NAMES },
      { name: 'throttling', interval: '5s', url: throttling.url, repositories: NAMES },
      { name: 'healthy', interval: '5s', url: healthy.url, repositories: NAMES },
    ]);
    pharos = await startPharos({ args: ['--agent-config', file] });
    for (const name of ['dead', 'throttling', 'healthy']) ids.set(name, (await registryNamed(pharos.client, name)).id);
  });
  after(async () => {
    await pharos?.stop();
    await Promise.all([healthy?.stop(), throttling?.stop()]);
    cleanUp();
  });

  const sweeps = async (name: string) => {
    const { items } = await pharos.client('listScans', { query: { registryId: ids.get(name)!, limit: 1000 } });
    return items.filter((scan) => scan.repositoryId === null && scan.status !== 'running');
  };
  const tagCount = async (name: string) =>
    (await pharos.client('getRegistry', { params: { id: ids.get(name)! } })).tagCount;

  test('all of the readable ones are in the library', async () => {
    await waitFor(async () => (await tagCount('healthy')) === 100, 'the tags of the healthy one', 90_000);
    await waitFor(async () => (await tagCount('throttling')) === 100, 'the tags of the other', 90_000);
  });

  test('after 429 with Retry-After no request goes out before its time, and the healthy one keeps its schedule', async () => {
    throttling.fault = { name: 'retry-after-seconds', seconds: RETRY_AFTER_S };
    throttling.clearLog();
    await waitFor(async () => throttling.requestCount > 0, 'a request that is refused');
    const until = performance.now() + RETRY_AFTER_S * 1000;
    await sleep(1_500);
    const refused = throttling.requestCount;
    assert.ok(refused <= 8, `${refused} requests were under way when the first was refused`);
    const before = new Set((await sweeps('healthy')).map(({ id }) => id));
    const kept = async () => (await sweeps('healthy')).filter(({ id }) => !before.has(id));
    await waitFor(
      async () => (await kept()).length > 0,
      'a sweep of the healthy one meanwhile',
      until - performance.now(),
    );
    assert.ok((await kept()).every(({ status }) => status === 'complete'));
    await sleep(Math.max(0, until - performance.now() - 300));
    assert.equal(throttling.requestCount, refused, 'silence until then');
    assert.equal(await tagCount('throttling'), 100, 'nothing is lost');
    throttling.fault = undefined;
    await waitFor(async () => throttling.requestCount > refused, 'it to be asked again', 60_000);
  });

  test('the dead one costs a request now and then, says why, and is shown as away', async () => {
    const { status, reading } = await pharos.client('getRegistry', { params: { id: ids.get('dead')! } });
    assert.deepEqual([status.state, status.code], ['error', 'connection-refused']);
    assert.ok(reading === null || reading.breaker !== 'closed');
    const requests = (await sweeps('dead')).slice(0, 3).map((scan) => scan.requests);
    assert.ok(Math.max(...requests) <= 12, `a sweep of 20 dead repositories took ${requests} requests`);
  });
});
