import assert from 'node:assert/strict';
import { test } from 'node:test';
import { activitySearch, sinceOf } from './search.ts';

test('a period begins at a full hour, so that the question stays the same for a while', () => {
  const now = Date.parse('2026-03-10T15:30:12Z');
  assert.equal(sinceOf('day', now), '2026-03-09T15:00:00.000Z');
  assert.equal(sinceOf('week', now + 60_000), sinceOf('week', now));
  assert.equal(sinceOf(undefined, now), undefined);
});

test('what is no filter is left out', () => {
  assert.deepEqual(activitySearch({ type: 'nonsense', period: 'year' }), {
    type: undefined,
    registryId: undefined,
    repositoryId: undefined,
    period: undefined,
  });
});
