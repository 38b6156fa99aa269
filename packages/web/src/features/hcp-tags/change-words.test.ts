import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changeWords, subjectName } from './change-words.ts';

const change = { detail: '', repositories: 0, images: 0 };

test('each change is a sentence', () => {
  assert.equal(changeWords({ ...change, action: 'create', detail: 'Colour red' }), 'Created. Colour red.');
  assert.equal(changeWords({ ...change, action: 'delete' }), 'Deleted; it was on nothing.');
  assert.equal(
    changeWords({ ...change, action: 'apply', repositories: 1, images: 2 }),
    'Put on 1 repository and 2 images.',
  );
  assert.equal(changeWords({ ...change, action: 'remove', images: 1 }), 'Taken off 1 image.');
});

test('digests are short, names are whole', () => {
  assert.equal(subjectName(`sha256:${'ab'.repeat(32)}`), 'sha256:abababababab');
  assert.equal(subjectName('sha256'), 'sha256');
});
