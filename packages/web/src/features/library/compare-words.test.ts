import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ListDifference } from '@pharos/contract';
import { countsText } from '../../components/compare-words.ts';
import { provenance } from './source-words.ts';

const list = (more: Partial<ListDifference>): ListDifference => ({
  list: 'packages',
  state: 'changed',
  message: null,
  added: 0,
  removed: 0,
  changed: 0,
  same: 0,
  entries: [],
  ...more,
});

test('counts in words, without what is zero', () => {
  assert.equal(countsText(list({ added: 2, same: 1200 })), '2 added, 1,200 the same');
  assert.equal(countsText(list({ state: 'same' })), 'none in either');
});

test('an unknown list is never said to be the same', () => {
  assert.equal(countsText(list({ state: 'unknown' })), 'not known');
});

test('where a fact is from and how far it can be relied on', () => {
  assert.equal(provenance('label', 'high'), 'from a label, high confidence');
  assert.equal(provenance('sbom', 'medium'), 'from an attached SBOM, medium confidence');
  assert.equal(provenance('oracle', undefined), 'from oracle');
});
