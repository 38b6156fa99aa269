import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadSdk } from './identity.ts';
import { Renewing } from './renewing.ts';

const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test('fetched once for all who wait, kept, and renewed before its end', async () => {
  let count = 0;
  const renewing = new Renewing(async () => {
    await later(1);
    count += 1;
    return { value: count, lifeMs: count === 1 ? 100 : 3_600_000 };
  });
  assert.deepEqual(new Set(await Promise.all(Array.from({ length: 50 }, () => renewing.get()))), new Set([1]));
  assert.equal(renewing.get(), 1);
  await later(85);
  assert.equal(await renewing.get(), 2);
  assert.equal(renewing.get(), 2);
});

test('a renewal that fails leaves the old value as long as it is good, and no longer', async () => {
  let isDown = false;
  const renewing = new Renewing(async () => {
    if (isDown) throw new Error('down');
    return { value: 'old', lifeMs: 200 };
  });
  await renewing.get();
  isDown = true;
  await later(165);
  assert.equal(await renewing.get(), 'old');
  await later(60);
  await assert.rejects(async () => renewing.get(), /down/);
});

test('a refusal renews once; the next one is believed', async () => {
  let count = 0;
  const renewing = new Renewing(async () => ({ value: `v${++count}`, lifeMs: 3_600_000 }));
  const first = await renewing.get();
  assert.deepEqual(await Promise.all([renewing.renewed(first), renewing.renewed(first)]), ['v2', 'v2']);
  assert.equal(await renewing.renewed(first), 'v2', 'somebody else renewed it');
  assert.equal(renewing.renewed('v2'), null);
  assert.equal(count, 2);
});

test('an SDK that is not installed has a name for it', async () => {
  const absent = 'pharos-no-such-package';
  await assert.rejects(
    loadSdk(absent, () => import(absent)),
    { code: 'sdk-missing', message: /pharos-no-such-package/, hint: /npm ci/ },
  );
});
