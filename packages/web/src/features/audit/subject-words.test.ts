import assert from 'node:assert/strict';
import { test } from 'node:test';
import { subjectWords } from './subject-words.ts';

const ID = '4cfab31f-57f6-4abb-8c72-42a9db9066de';
const of = (subjectKind: string, subject: string, action = `${subjectKind}.update`) =>
  subjectWords({ subjectKind, subject, action });

test('an id is short and leads to the page of what it names', () => {
  assert.deepEqual(of('model-deployment', ID), {
    kind: 'model deployment',
    short: '4cfab31f',
    to: `/model-services/${ID}`,
  });
  const digest = `sha256:${'a1'.repeat(32)}`;
  assert.deepEqual(of('image', digest), {
    kind: 'image',
    short: 'a1a1a1a1a1a1',
    to: `/approvals/${encodeURIComponent(digest)}`,
  });
});

test('of a part, the whole leads; a name with a slash stays whole', () => {
  assert.deepEqual(of('cluster', `${ID}/${ID}`), {
    kind: 'cluster',
    short: '4cfab31f / 4cfab31f',
    to: `/databases/${ID}`,
  });
  assert.equal(of('local-run', 'a/b').short, 'a/b');
});

test('what was deleted, what has no page and what is nothing in particular lead nowhere', () => {
  assert.equal(of('cluster', ID, 'cluster.delete').to, null);
  assert.equal(of('token', ID).to, null);
  assert.deepEqual(of('', ''), { kind: '', short: '', to: null });
});
