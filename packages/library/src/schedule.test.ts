import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rulePatternProblems } from './rule.ts';
import { isDue } from './schedule.ts';

const at = (text: string) => Date.parse(text);

test('every: due when the span has passed, and not a millisecond before', () => {
  const last = at('2026-03-01T10:00:00Z');
  const schedule = { every: '1h30m' };
  assert.equal(isDue(schedule, last, at('2026-03-01T11:29:59.999Z')), false);
  assert.equal(isDue(schedule, last, at('2026-03-01T11:30:00Z')), true);
});

test('without a schedule, never read, or read at a time to come: due', () => {
  const now = at('2026-03-01T10:00:00Z');
  assert.equal(isDue(undefined, now, now), true);
  assert.equal(isDue({ every: '1d' }, undefined, now), true);
  assert.equal(isDue({ every: '1d' }, now + 1, now), true, 'the clock was set back');
});

test('cron: due after the next time of its zone, through the change to summer time', () => {
  const schedule = { cron: '0 3 * * *', zone: 'Europe/Berlin' };
  const last = at('2026-03-28T02:00:00Z');
  // At 3:00 in Berlin, which is 2:00 UTC in winter and 1:00 UTC from 29 March 2026 on.
  assert.equal(isDue(schedule, last, at('2026-03-29T00:59:59Z')), false);
  assert.equal(isDue(schedule, last, at('2026-03-29T01:00:00Z')), true);
  assert.equal(isDue({ cron: '0 3 * * *' }, last, at('2026-03-28T02:59:59Z')), false);
  assert.equal(isDue({ cron: '0 3 * * *' }, last, at('2026-03-28T03:00:00Z')), true);
  assert.equal(isDue({ cron: '*/5 * * * 1-5' }, at('2026-03-28T12:00:00Z'), at('2026-03-29T23:59:00Z')), false);
});

test('what no time fits is refused on saving, with the clause', () => {
  const spec = { repositories: { include: ['pg'], exclude: [] }, tags: [] };
  const refused = (schedule: object) => rulePatternProblems({ ...spec, schedule }).map(({ path }) => path);
  assert.deepEqual(refused({ cron: '0 3 * * *', zone: 'Europe/Berlin' }), []);
  assert.deepEqual(refused({ every: '15m' }), []);
  for (const cron of ['61 3 * * *', '0 3 * *', '0 0 3 * * *', 'every day at 3', '@daily ____', '0 0 30 2 *']) {
    assert.deepEqual(refused({ cron }), ['schedule.cron'], cron);
  }
  assert.deepEqual(refused({ cron: '0 3 * * *', zone: 'Mars/Olympus' }), ['schedule.cron']);
  assert.deepEqual(refused({ every: '0s' }), ['schedule.every']);
});
