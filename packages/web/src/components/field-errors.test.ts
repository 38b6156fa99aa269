import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from '@pharos/contract';
import { fieldErrors, markPosition } from './field-errors.ts';

const problem = (paths: string[]) =>
  new ApiError({
    type: 'about:blank',
    status: 400,
    code: 'invalid-input',
    title: 'The request is not valid',
    detail: 'One field is wrong.',
    errors: paths.map((path) => ({ path, message: `${path} is wrong` })),
  });

test('a field problem is found by the path of the form, however the body nests it', () => {
  for (const path of ['repositories.include.0', 'rule.repositories.include.0', 'body.rule.repositories.include.0']) {
    assert.ok(fieldErrors(problem([path])).has('repositories.include.0'), path);
  }
});

test('other errors carry no fields', () => {
  assert.equal(fieldErrors(new Error('boom')).size, 0);
  assert.equal(fieldErrors(null).size, 0);
});

test('the place of a pattern error is marked, also at and past its end', () => {
  assert.deepEqual(markPosition('re:a(b', 4), { before: 're:a', at: '(', after: 'b' });
  assert.deepEqual(markPosition('re:a', 4), { before: 're:a', at: '', after: '' });
  assert.deepEqual(markPosition('re:a', 99), { before: 're:a', at: '', after: '' });
});
