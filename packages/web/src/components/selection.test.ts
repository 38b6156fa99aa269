import assert from 'node:assert/strict';
import { test } from 'node:test';
import { picked } from './selection.ts';

const keyOf = (row: string) => row.toLowerCase();

test('picks stay over pages, and are taken back one by one', () => {
  const first = picked(new Map(), ['a', 'b'], true, keyOf);
  const second = picked(first, ['c'], true, keyOf);
  assert.deepEqual([...second.keys()], ['a', 'b', 'c']);
  assert.deepEqual([...picked(second, ['B'], false, keyOf).keys()], ['a', 'c']);
  assert.equal(first.size, 2);
});

test('no more is picked than one request takes', () => {
  const many = Array.from({ length: 1200 }, (_, n) => `row ${n}`);
  assert.equal(picked(new Map(), many, true, keyOf).size, 1000);
});
