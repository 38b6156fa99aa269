import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PolicyPreview, PreviewExample } from '@pharos/contract';
import { addLooks } from './try-out.ts';

const shown = (tag: string, isNew: boolean): PreviewExample => ({
  digest: `sha256:${tag}`,
  repositoryId: 'r',
  repository: 'db',
  tag,
  state: 'pending',
  sentence: 'No trusted key signed this digest.',
  isNew,
});
const NONE = { pass: [], fail: [], unknown: [], approved: [], rejected: [], blocked: [], freed: [] };
const LOOK: PolicyPreview = {
  images: 2,
  looked: 3,
  isWhole: false,
  next: 'sha256:a',
  counts: { pass: 0, fail: 1, unknown: 1 },
  before: { pass: 2, fail: 0, unknown: 0 },
  effects: { approved: 0, rejected: 0, blocked: 2, blockedApproved: 1, blockedAlone: 2 },
  difference: { blocked: 1, freed: 0 },
  reasons: [{ requirement: 'sbom', outcome: 'unknown', count: 1 }],
  examples: { ...NONE, blocked: [shown('1', false)] },
  inUse: { images: 1, uses: 2, first: [{ ...shown('1', false), effect: 'blocked', uses: 2, where: [] }] },
};

test('looks add up, and where to go on is what the last one said', () => {
  const more: PolicyPreview = {
    ...LOOK,
    isWhole: true,
    next: null,
    reasons: [
      { requirement: 'sbom', outcome: 'unknown', count: 1 },
      { requirement: 'platforms', outcome: 'fail', count: 5 },
    ],
    examples: { ...NONE, blocked: [shown('2', true)] },
    inUse: { images: 1, uses: 5, first: [{ ...shown('2', true), effect: 'blocked', uses: 5, where: [] }] },
  };
  const both = addLooks(LOOK, more);
  assert.deepEqual([both.images, both.looked, both.isWhole, both.next], [4, 6, true, null]);
  assert.deepEqual(both.counts, { pass: 0, fail: 2, unknown: 2 });
  assert.deepEqual(both.effects.blocked, 4);
  assert.deepEqual(both.reasons, [
    { requirement: 'platforms', outcome: 'fail', count: 5 },
    { requirement: 'sbom', outcome: 'unknown', count: 2 },
  ]);
  assert.deepEqual(
    both.examples.blocked.map(({ tag }) => tag),
    ['2', '1'],
  );
  assert.deepEqual([both.inUse.images, both.inUse.uses], [2, 7]);
  assert.deepEqual(
    both.inUse.first.map(({ uses }) => uses),
    [5, 2],
    'those with the most uses first',
  );
  const many: PolicyPreview = {
    ...LOOK,
    examples: { ...NONE, fail: Array.from({ length: 20 }, (_, at) => shown(String(at), true)) },
  };
  assert.equal(addLooks(many, many).examples.fail.length, 20, 'examples stay few');
});
