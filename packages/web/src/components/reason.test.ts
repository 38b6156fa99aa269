import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DecisionReason } from '@pharos/contract';
import { clauseWords, reasonName, reasonSentence } from './reason.ts';

test('every reason of the contract has a sentence and a name of its own', () => {
  const sentences = new Set<string>();
  for (const reason of DecisionReason.options) {
    const sentence = reasonSentence(reason, null);
    assert.match(sentence, /^(Comes in|Stays out|Waits|Decided when read): .+\.$/, reason);
    sentences.add(sentence);
    assert.ok(reason === 'annotation' || reasonName(reason) !== reason, reason);
  }
  assert.equal(sentences.size, DecisionReason.options.length);
});

test('the deciding pattern is quoted', () => {
  assert.equal(reasonSentence('tag-excluded', '*-rc*'), 'Stays out: excluded by “*-rc*”.');
  assert.equal(reasonSentence('over-keep', '10'), 'Stays out: it is not among the newest 10.');
});

test('a reason of a later server is shown as it is', () => {
  assert.equal(reasonSentence('too young', null), 'too young');
});

test('clauses are told by their place, counted from one', () => {
  assert.equal(clauseWords('tags.0.exclude.1'), 'tag set 1, exclude pattern 2');
  assert.equal(clauseWords('repositories.include.0'), 'repositories, include pattern 1');
  assert.equal(clauseWords('tags.2.keep'), 'tag set 3, keep');
  assert.equal(clauseWords('tags.1'), 'tag set 2');
  assert.equal(clauseWords('annotations.1'), 'annotation 2');
  assert.equal(clauseWords('age.min'), 'least age');
  assert.equal(clauseWords('tags.0.version.range'), 'tag set 1, version range');
  assert.equal(clauseWords('something.else'), 'something.else');
});
