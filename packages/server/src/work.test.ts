import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import type { Work, WorkResult } from '@pharos/contract';
import { createWorkQueue, endWithin } from './work.ts';

const never = new AbortController().signal;
const registryId = randomUUID();
const scan = (repository: string | null = null): Work => ({
  kind: 'scan',
  id: randomUUID(),
  registryId,
  repository,
  scanId: randomUUID(),
  trigger: 'manual',
});
const probe = (): Work => ({ kind: 'probe', id: randomUUID(), registryId });
const probed: WorkResult = { kind: 'probe', state: 'ok', message: '', code: null, checks: [], requests: 1 };

function queueWithClock() {
  const clock = { time: 0 };
  return { clock, queue: createWorkQueue(() => new Date(clock.time)) };
}

test('work goes to one agent of its location, and a waiting agent wakes for it', async () => {
  const { queue } = queueWithClock();
  const waiting = queue.wait('here', 60_000, never);
  const work = scan();
  queue.add('here', work);
  await waiting;
  assert.deepEqual(queue.take('there', 'other'), []);
  assert.deepEqual(queue.take('here', 'a'), [work]);
  assert.deepEqual(queue.take('here', 'b'), []);
});

test('work that an agent does not finish goes to the next poll when its lease is over, and progress renews it', () => {
  const { clock, queue } = queueWithClock();
  const work = scan();
  queue.add('here', work);
  queue.take('here', 'a');
  clock.time = 100_000;
  queue.renew(work.kind === 'scan' ? work.scanId : '');
  clock.time = 200_000;
  assert.deepEqual(queue.take('here', 'b'), [], 'renewed at 100 s');
  clock.time = 221_000;
  assert.deepEqual(queue.take('here', 'b'), [work]);
});

test('work that kills every agent is given up', async () => {
  const { clock, queue } = queueWithClock();
  const item = queue.add('here', probe());
  for (let round = 0; round < 3; round += 1) {
    assert.equal(queue.take('here', 'a').length, 1);
    clock.time += 121_000;
  }
  assert.equal(queue.take('here', 'a').length, 0);
  assert.deepEqual(await item.end, { done: false, why: 'given-up' });
  assert.equal(queue.depth(), 0);
});

test('the same work that waits is shared; once taken, a new request is new work', async () => {
  const { queue } = queueWithClock();
  const first = queue.add('here', probe());
  assert.equal(queue.add('here', probe()), first);
  queue.add('here', scan('a'));
  queue.add('here', scan('b'));
  assert.equal(queue.depth(), 3);
  queue.take('here', 'a');
  assert.notEqual(queue.add('here', probe()), first);
});

test('a result ends the waiting once; a result of another kind or an unknown one does nothing', async () => {
  const { queue } = queueWithClock();
  const item = queue.add('here', probe());
  const id = item.work.id;
  assert.equal(queue.finish(id, { kind: 'describe', ok: true, message: '', observation: null }), false);
  assert.equal(queue.finish(randomUUID(), probed), false);
  assert.equal(queue.finish(id, probed), true);
  assert.equal(queue.finish(id, probed), false);
  assert.deepEqual(await endWithin(item, 60_000, never), { done: true, result: probed });
});

test('waiting ends with the caller, and at the stop', async () => {
  const { queue } = queueWithClock();
  const gone = new AbortController();
  const item = queue.add('here', probe());
  const waits = [endWithin(item, 60_000, gone.signal), queue.wait('here', 60_000, gone.signal)] as const;
  gone.abort();
  assert.equal(await waits[0], null);
  await waits[1];
  const poll = queue.wait('here', 60_000, never);
  queue.stop();
  await poll;
  assert.deepEqual(await item.end, { done: false, why: 'stopping' });
});

test('the queue is bounded', async () => {
  const { queue } = queueWithClock();
  for (let n = 0; n < 1000; n += 1) queue.add('here', scan(`r${n}`));
  const item = queue.add('here', scan('one-more'));
  assert.deepEqual(await item.end, { done: false, why: 'full' });
  assert.equal(queue.depth(), 1000);
});

const reread = (repository: string, ...tags: string[]): Work => ({
  kind: 'reread',
  id: randomUUID(),
  registryId,
  repository,
  tags,
});

test('re-readings of one repository that wait become one of all their tags while these fit', async () => {
  const { queue } = queueWithClock();
  const first = queue.add('here', reread('pg', 'a', 'b'));
  const second = queue.add('here', reread('pg', 'b', 'c'));
  const other = queue.add('here', reread('model', 'a'));
  const many = queue.add('here', reread('pg', ...Array.from({ length: 98 }, (_, index) => `t${index}`)));
  assert.equal(first, second);
  assert.notEqual(first, other);
  assert.notEqual(first, many);
  const taken = queue.take('here', 'a');
  assert.deepEqual(
    taken.map((work) => work.kind === 'reread' && work.tags.length),
    [3, 1, 98],
  );
  assert.notEqual(queue.add('here', reread('pg', 'd')), first, 'what an agent has already is not changed under it');
  queue.finish(first.work.id, { kind: 'reread', ok: true, message: '', code: null, requests: 1 });
  assert.equal((await second.end).done, true);
});

test('re-readings that no agent fetches leave room for what people ask for', async () => {
  const { queue } = queueWithClock();
  for (let index = 0; index < 500; index += 1) queue.add('away', reread(`r${index}`, 'a'));
  assert.deepEqual(await queue.add('away', reread('one-more', 'a')).end, { done: false, why: 'full' });
  queue.add('away', reread('r7', 'b'));
  queue.add('here', probe());
  assert.deepEqual([queue.depth(), queue.take('here', 'a').length], [501, 1]);
});
