import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { generateRepository, startMisbehaving } from '@pharos/testbed';
import { FakeControlPlane, serve } from './testing/fake-control-plane.ts';
import { folder } from './testing/fixtures.ts';

const CHILD = fileURLToPath(new URL('./testing/agent-child.ts', import.meta.url));

test('promise 5: kill -9 in the middle of scans and deliveries; the library ends equal to the registry', async (context) => {
  const names = ['one', 'two', 'three'];
  const registry = await startMisbehaving({ repositories: names.map((name) => generateRepository(name, 300)) });
  context.after(() => registry.stop());
  const fake = new FakeControlPlane();
  const { url, close } = await serve(fake);
  context.after(close);
  const stateDir = folder();

  const start = () =>
    spawn(process.execPath, [CHILD, url, registry.url, stateDir], { stdio: ['ignore', 'ignore', 'inherit'] });
  const requests = () => registry.requestCount + fake.calls.length;
  // Each life ends at another point: in the first lists, in the manifests, in the configs, in the delivery.
  for (const life of [5, 150, 400, 700, 900, 1100]) {
    registry.clearLog();
    fake.calls.length = 0;
    const child = start();
    context.after(() => void child.kill('SIGKILL'));
    const isWhole = () => names.every((name) => fake.library.get(name)?.size === 300);
    await fake.until(() => requests() >= life || isWhole(), `${life} requests`, 10_000);
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  const last = start();
  context.after(() => void last.kill('SIGKILL'));
  const sweeps = () => fake.commits.filter(({ begin }) => begin.repository === null).length;
  const before = sweeps();
  await fake.until(() => sweeps() > before, 'a last whole sweep', 15_000);
  last.kill('SIGKILL');
  await once(last, 'exit');

  for (const name of names) {
    const expected = new Map(registry.content.tags(name)!.map((tag) => [tag, registry.content.resolve(name, tag)!]));
    assert.deepEqual(new Map([...fake.library.get(name)!].sort()), new Map([...expected].sort()));
  }
  assert.equal(fake.images.size, 900);
  assert.equal(fake.contradictions, 0);
  assert.equal(new Set(fake.commits.map(({ scanId }) => scanId)).size, fake.commits.length);
});
