import assert from 'node:assert/strict';
import { test } from 'node:test';
import { splitExplanation } from './split-explanation.ts';

const entry = (name: string, included: boolean) => ({
  rule: { id: name, name },
  included,
  code: null,
  reason: 'as it is',
  clause: null,
  text: null,
});

test('rules that take a tag are told apart from those that do not', () => {
  const taken = entry('a', true);
  const not = entry('c', false);
  assert.deepEqual(splitExplanation([taken, not]), { taking: [taken], others: [not] });
});

test('without any rule there is nothing that takes it', () => {
  const none = {
    rule: null,
    included: false,
    code: null,
    reason: 'No enabled rule is for this registry.',
    clause: null,
    text: null,
  };
  assert.deepEqual(splitExplanation([none]), { taking: [], others: [none] });
});
