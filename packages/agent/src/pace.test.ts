import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FairQueue, RegistryError } from '@pharos/oci';
import { isNotAsked } from './not-asked.ts';
import { Pace } from './pace.ts';

const limited = (retryAfterMs?: number) =>
  new RegistryError({ code: 'rate-limited', message: 'Slow down.', retryAfterMs });
const signal = new AbortController().signal;

test('after a refusal one at a time, then slowly more, never more than allowed', () => {
  const queue = new FairQueue(8);
  const pace = new Pace(queue, 8);
  pace.limited(limited(1), 0);
  assert.equal(queue.concurrency, 1);
  let rounds = 0;
  for (; queue.concurrency < 8; rounds += 1) pace.succeeded();
  assert.equal(rounds, 1 + 2 + 3 + 4 + 5 + 6 + 7, 'one more for each round that went well');
  for (let count = 0; count < 100; count += 1) pace.succeeded();
  assert.equal(queue.concurrency, 8);
});

test('failures of the registry halve, errors of one request do not', () => {
  const queue = new FairQueue(8);
  const pace = new Pace(queue, 8);
  pace.failed(new RegistryError({ code: 'manifest-invalid', message: 'x' }));
  assert.equal(queue.concurrency, 8);
  pace.failed(new RegistryError({ code: 'registry-failed', message: 'x' }));
  assert.equal(queue.concurrency, 4);
  for (let count = 0; count < 9; count += 1) pace.failed(new RegistryError({ code: 'timeout', message: 'x' }));
  assert.equal(queue.concurrency, 1);
});

test('everybody rests as long as was asked for', async () => {
  const pace = new Pace(new FairQueue(8), 8);
  pace.limited(limited(60), 0);
  const before = performance.now();
  await Promise.all([pace.rest(signal), pace.rest(signal)]);
  assert.ok(performance.now() - before >= 60);
  assert.equal(pace.pausedUntil, null);
});

test('a long rest is kept, and nobody waits for it inside a scan', async () => {
  const pace = new Pace(new FairQueue(8), 8);
  pace.limited(limited(3_600_000), 0);
  pace.limited(limited(5), 0);
  assert.throws(
    () => pace.check(),
    (error: unknown) => isNotAsked(error) && /not asked before \d{4}-/.test((error as RegistryError).message),
  );
  await assert.rejects(pace.rest(signal), isNotAsked, 'a shorter wish does not shorten it');
  const until = pace.pausedUntil!.getTime() - Date.now();
  assert.ok(until > 3_590_000 && until <= 3_600_000, String(until));
});
