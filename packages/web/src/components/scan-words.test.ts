import assert from 'node:assert/strict';
import { test } from 'node:test';
import { estimateRemaining, onlyWords, scanCounts } from './scan-words.ts';

const tags = { listed: 60, seen: 60, added: 0, moved: 0, missing: 0, retired: 0, failed: 0 };
const startedAt = '2026-11-23T12:00:00.000Z';
const after = (seconds: number) => Date.parse(startedAt) + seconds * 1000;

test('a quiet scan is told in one number', () => {
  assert.equal(scanCounts({ tags }), '60 tags seen');
  assert.equal(scanCounts({ tags: { ...tags, seen: 1, added: 1, failed: 2 } }), '1 tag seen, 1 added, 2 failed');
});

test('an estimate waits until there is a pace to go by', () => {
  const running = (done: number, total: number | null) => ({
    startedAt,
    status: 'running' as const,
    progress: { done, total, step: 'Reading' },
  });
  assert.equal(estimateRemaining(running(50, 100), after(10)), 10_000);
  assert.equal(estimateRemaining(running(50, 100), after(2)), null);
  assert.equal(estimateRemaining(running(1, 100), after(60)), null);
  assert.equal(estimateRemaining(running(50, null), after(60)), null);
  assert.equal(estimateRemaining(running(100, 100), after(60)), null);
  assert.equal(estimateRemaining({ ...running(50, 100), status: 'complete' }, after(60)), null);
});

test('a re-reading names its tags, few by name and many by number, and says who told of them', () => {
  assert.equal(onlyWords({ only: null, trigger: 'schedule' }), null);
  assert.equal(onlyWords({ only: ['17'], trigger: 'manual' }), 're-read 17');
  const two = { only: ['17', '17.5'], trigger: 'notification' } as const;
  assert.equal(onlyWords({ ...two, only: [...two.only] }), 're-read 17 and 17.5 because the registry told of them');
  const one = { only: ['17'], trigger: 'notification' as const };
  assert.equal(onlyWords(one), 're-read 17 because the registry told of it');
  assert.equal(onlyWords({ only: ['a', 'b', 'c', 'd'], trigger: 'change' }), 're-read 4 tags');
});
