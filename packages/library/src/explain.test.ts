import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DecisionReason, RuleSpec, TagDetail } from '@pharos/contract';
import { DECISION_SENTENCES, REASON_STAGE } from './decision.ts';
import { explainTag, NO_RULE } from './explain.ts';
import { compileRule } from './rule.ts';

const REGISTRY = '019ab000-0000-7000-8000-000000000001';
const A = '019ab000-0000-7000-8000-00000000000a';
const B = '019ab000-0000-7000-8000-00000000000b';

const rules = [
  compileRule({
    ...RuleSpec.parse({ name: 'old', repositories: { include: ['postgresql'] }, tags: [{ include: ['16.*'] }] }),
    id: A,
  }),
  compileRule({
    ...RuleSpec.parse({ name: 'newest', kind: 'postgres', repositories: { include: ['post*'] }, tags: [{ keep: 1 }] }),
    id: B,
  }),
];

test('every reason has a sentence and a stage', () => {
  for (const reason of DecisionReason.options) {
    assert.match(DECISION_SENTENCES[reason], /^[A-Z].+\.$/);
    assert.equal(typeof REASON_STAGE[reason], 'number');
  }
});

test('each rule says which clause decided, those that take the tag first', () => {
  const explained = explainTag(rules, REGISTRY, 'postgresql', '17.4', ['16.1', '17.4']);
  assert.deepEqual(explained, [
    {
      rule: { id: B, name: 'newest' },
      included: true,
      code: 'included',
      reason: DECISION_SENTENCES.included,
      clause: 'tags.0',
      text: null,
    },
    {
      rule: { id: A, name: 'old' },
      included: false,
      code: 'tag-not-included',
      reason: DECISION_SENTENCES['tag-not-included'],
      clause: 'tags.0.include',
      text: null,
    },
  ]);
  assert.doesNotThrow(() => TagDetail.shape.explanation.parse(explained));
});

test('keep is judged over all known tags', () => {
  const [, second] = explainTag(rules, REGISTRY, 'postgresql', '16.1', ['16.1', '17.4']);
  assert.deepEqual(
    [second!.reason, second!.clause, second!.text],
    [DECISION_SENTENCES['over-keep'], 'tags.0.keep', '1'],
  );
  assert.equal(explainTag(rules, REGISTRY, 'postgresql', '16.1')[1]!.clause, 'tags.0');
});

test('no rule is an explanation too', () => {
  assert.deepEqual(explainTag([], REGISTRY, 'postgresql', '16.1'), [
    { rule: null, included: false, code: null, reason: NO_RULE, clause: null, text: null },
  ]);
});
