import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toldParts } from './told-parts.ts';

test('a sentence is taken apart at its times and digests, and nothing of it is lost', () => {
  const digest = `sha256:${'a'.repeat(64)}`;
  const text = `The image ${digest} comes at 2026-11-26T10:51:00.000Z.`;
  const parts = toldParts(text);
  assert.deepEqual(
    parts.map(({ kind }) => kind),
    ['text', 'digest', 'text', 'time', 'text'],
  );
  assert.equal(parts.map((part) => part.text).join(''), text);
});

test('what only looks like one stays text', () => {
  assert.deepEqual(toldParts('sha256:abc at 2026-11-26'), [{ kind: 'text', text: 'sha256:abc at 2026-11-26' }]);
  assert.deepEqual(toldParts(''), []);
});
