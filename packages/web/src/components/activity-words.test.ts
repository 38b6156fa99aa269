import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ActivityEntry } from '@pharos/contract';
import { groupEntries, itemWords } from './activity-words.ts';

const entry = (id: number, scanId: string | null, more: Partial<ActivityEntry> = {}) =>
  ({ id, scanId, type: 'tag.added', count: 1, items: [], ...more }) as unknown as ActivityEntry;

test('entries of one scan stand together, and nothing else does', () => {
  const groups = groupEntries([entry(5, 'b'), entry(4, 'b'), entry(3, null), entry(2, null), entry(1, 'b')]);
  assert.deepEqual(
    groups.map((group) => group.map(({ id }) => id)),
    [[4, 5], [3], [2], [1]],
  );
});

test('what is shown of many is said', () => {
  const items = [{ name: 'a' }, { name: 'b' }];
  assert.equal(itemWords(entry(1, null, { count: 2, items })), 'Which 2 tags');
  assert.equal(itemWords(entry(1, null, { count: 200, items })), 'The first 2 of 200 tags');
  assert.equal(itemWords(entry(1, null, { type: 'scan.failed', count: 2, items })), 'Which 2 repositories');
});
