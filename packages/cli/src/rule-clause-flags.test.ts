import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clausesFromFlags } from './rule-clause-flags.ts';

test('when repositories are read: a span, or times with their zone; a zone alone changes the zone', () => {
  assert.deepEqual(clausesFromFlags({}, { every: '6h' }), { schedule: { every: '6h' } });
  assert.deepEqual(clausesFromFlags({}, { at: '0 3 * * *' }), { schedule: { cron: '0 3 * * *' } });
  const nightly = { schedule: { cron: '0 3 * * *', zone: 'Europe/Berlin' } };
  assert.deepEqual(clausesFromFlags({}, { at: '0 3 * * *', zone: 'Europe/Berlin' }), nightly);
  const moved = { schedule: { cron: '0 3 * * *', zone: 'Asia/Tokyo' } };
  assert.deepEqual(clausesFromFlags(nightly, { zone: 'Asia/Tokyo' }), moved);
  assert.deepEqual(clausesFromFlags(nightly, { every: '1d' }), { schedule: { every: '1d' } });
  assert.deepEqual(clausesFromFlags(nightly, {}), {});
});
