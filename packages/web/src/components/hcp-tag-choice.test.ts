import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changesOf, stateOf } from './hcp-tag-choice.ts';

const carried = [[{ id: 'all' }, { id: 'some' }], [{ id: 'all' }]];

test('all, some and none of the things carry an HCP tag', () => {
  assert.deepEqual(
    ['all', 'some', 'none'].map((id) => stateOf(carried, id)),
    [true, null, false],
  );
});

test('only what was chosen and is not so already is changed', () => {
  assert.deepEqual(changesOf(carried, new Map()), { add: [], remove: [] });
  const wanted = new Map([
    ['all', true],
    ['some', false],
    ['none', true],
  ]);
  assert.deepEqual(changesOf(carried, wanted), { add: ['none'], remove: ['some'] });
  assert.deepEqual(
    changesOf(
      carried,
      new Map([
        ['all', false],
        ['none', false],
      ]),
    ),
    { add: [], remove: ['all'] },
  );
});
