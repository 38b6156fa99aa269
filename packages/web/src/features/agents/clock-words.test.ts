import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clockWords } from './clock-words.ts';

test('a clock is off from five seconds on, in either direction', () => {
  assert.deepEqual(clockWords(-4.9), { text: 'in step', isOff: false });
  assert.deepEqual(clockWords(7.2), { text: '7 s ahead', isOff: true });
  assert.deepEqual(clockWords(-600), { text: '10 min behind', isOff: true });
});
