import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fullJitter } from './backoff.ts';
import { parseDuration } from './duration.ts';
import { nextInterval, Schedule, type SweepRequest } from './schedule.ts';

interface Log {
  sweeps: [id: string, request: SweepRequest][];
  most: number;
  schedule: Schedule;
  until(count: number): Promise<void>;
}

function log(sweep: (id: string) => Promise<void> = async () => {}, random = () => 0.5): Log {
  const running = new Map<string, number>();
  const result: Omit<Log, 'schedule'> = {
    sweeps: [],
    most: 0,
    until: async (count) => {
      const end = performance.now() + 5_000;
      while (result.sweeps.length < count && performance.now() < end)
        await new Promise((resolve) => setTimeout(resolve, 2));
      assert.ok(result.sweeps.length >= count, `${result.sweeps.length} of ${count} sweeps`);
    },
  };
  const schedule = new Schedule({
    random,
    onNext: () => {},
    sweep: async (id, request) => {
      result.sweeps.push([id, request]);
      running.set(id, (running.get(id) ?? 0) + 1);
      result.most = Math.max(result.most, running.get(id)!);
      await sweep(id);
      running.set(id, running.get(id)! - 1);
    },
  });
  return Object.assign(result, { schedule });
}

test('each registry is swept at once, then by its interval', async (context) => {
  const { schedule, sweeps, until } = log();
  context.after(() => schedule.stop());
  schedule.set([
    { id: 'often', intervalSeconds: 0.02 },
    { id: 'seldom', intervalSeconds: 1000 },
  ]);
  await until(5);
  assert.deepEqual(
    sweeps.slice(0, 2).map(([id, { trigger }]) => [id, trigger]),
    [
      ['often', 'start'],
      ['seldom', 'start'],
    ],
  );
  assert.deepEqual(
    new Set(sweeps.slice(2).map(([id, { trigger }]) => `${id} ${trigger}`)),
    new Set(['often schedule']),
  );
});

test('never two sweeps of a registry at once; requests wait and are not doubled, named ones are all done', async (context) => {
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const state = log(() => held);
  const { schedule, sweeps, until } = state;
  context.after(() => schedule.stop());
  schedule.set([{ id: 'a', intervalSeconds: 1000 }]);
  await until(1);
  for (const request of [
    { trigger: 'change' },
    { trigger: 'change' },
    { trigger: 'manual', scanId: '1' },
    { trigger: 'manual', scanId: '2' },
  ] as const) {
    assert.equal(schedule.request('a', request), true);
  }
  release();
  await until(4);
  assert.deepEqual(
    sweeps.map(([, { trigger, scanId }]) => scanId ?? trigger),
    ['start', 'change', '1', '2'],
  );
  assert.equal(state.most, 1);
  assert.equal(schedule.request('unknown', { trigger: 'manual' }), false);
});

test('a registry that hangs holds up no other, and one that is taken out is swept no more', async (context) => {
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const { schedule, sweeps, until } = log((id) => (id === 'hangs' ? held : Promise.resolve()));
  context.after(() => schedule.stop());
  schedule.set([
    { id: 'hangs', intervalSeconds: 0.01 },
    { id: 'good', intervalSeconds: 0.01 },
  ]);
  await until(5);
  assert.equal(sweeps.filter(([id]) => id === 'hangs').length, 1);
  release();
  schedule.set([]);
  assert.equal(schedule.request('good', { trigger: 'manual' }), false);
});

test('intervals and back-off are spread', () => {
  assert.deepEqual(
    [nextInterval(300, () => 0), nextInterval(300, () => 0.5), nextInterval(300, () => 1)],
    [270_000, 300_000, 330_000],
  );
  assert.equal(
    fullJitter(0, 500, 60_000, () => 1),
    500,
  );
  assert.equal(
    fullJitter(50, 500, 60_000, () => 1),
    60_000,
  );
  assert.equal(
    fullJitter(50, 500, 60_000, () => 0),
    0,
  );
});

test('durations are read as the incumbent writes them', () => {
  const texts = ['1s', '5m', '10m0s', '1h30m', '168h', '169h', '5', '', 'm', '1.5h', '-5m'];
  assert.deepEqual(
    texts.map((text) => (typeof parseDuration(text) === 'number' ? parseDuration(text) : 'wrong')),
    [1, 300, 600, 5400, 604_800, ...Array(6).fill('wrong')],
  );
});
