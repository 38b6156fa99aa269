import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as tick } from 'node:timers/promises';
import { FairQueue } from './queue.ts';

test('a huge lane starves nobody', async () => {
  const queue = new FairQueue(2);
  const order: string[] = [];
  const task = (name: string) => async () => {
    order.push(name);
    await tick();
  };
  const work = [
    ...Array.from({ length: 1000 }, (_, i) => queue.run('huge', task(`huge${i}`))),
    ...['a', 'b', 'c'].map((lane) => queue.run(lane, task(lane))),
  ];
  assert.equal(queue.size, 1003);
  await Promise.all(work);
  assert.equal(order.length, 1003);
  assert.ok(Math.max(...['a', 'b', 'c'].map((name) => order.indexOf(name))) < 8, order.slice(0, 10).join(' '));
  assert.ok(order.indexOf('huge3') < order.indexOf('huge4'), 'a lane keeps its order');
  assert.equal(queue.size, 0);
});

test('never more at once than allowed; failures free their place', async () => {
  const queue = new FairQueue(3);
  let running = 0;
  let most = 0;
  const results = await Promise.allSettled(
    Array.from({ length: 40 }, (_, i) =>
      queue.run(`lane${i % 7}`, async () => {
        running += 1;
        most = Math.max(most, running);
        await tick();
        running -= 1;
        if (i % 3 === 0) throw new Error('x');
        return i;
      }),
    ),
  );
  assert.equal(most, 3);
  assert.equal(results.filter((result) => result.status === 'rejected').length, 14);
  assert.equal(queue.size, 0);
});

test('a waiting task can be cancelled, and the queue is bounded', async () => {
  const queue = new FairQueue(1, 2);
  const gate = Promise.withResolvers<void>();
  const first = queue.run('a', () => gate.promise);
  const stop = new AbortController();
  let started = false;
  const begin = async () => {
    started = true;
  };
  const second = queue.run('a', begin, stop.signal);
  const third = queue.run('a', async () => 3);
  await assert.rejects(
    queue.run('b', async () => 4),
    { code: 'queue-full' },
  );
  stop.abort();
  await assert.rejects(second, { code: 'aborted' });
  assert.equal(queue.size, 2);
  gate.resolve();
  assert.equal(await third, 3);
  await first;
  assert.equal(started, false);
  assert.equal(queue.size, 0);
  await assert.rejects(
    queue.run('a', async () => 1, AbortSignal.abort()),
    { code: 'aborted' },
  );
});

test('fewer at once lets those that run end; more starts those that wait', async () => {
  const queue = new FairQueue(4);
  let running = 0;
  let most = 0;
  const open = Promise.withResolvers<void>();
  const task = async () => {
    running += 1;
    most = Math.max(most, running);
    await (running > 100 ? tick() : open.promise);
    running -= 1;
  };
  const work = Array.from({ length: 20 }, () => queue.run('a', task));
  await tick();
  assert.equal(running, 4);
  queue.concurrency = 1;
  queue.concurrency = 2;
  queue.concurrency = 6;
  await tick();
  assert.equal(running, 6);
  queue.concurrency = 1;
  open.resolve();
  await Promise.all(work);
  assert.equal(most, 6);
  assert.equal(queue.size, 0);
});
