import assert from 'node:assert/strict';
import { test } from 'node:test';
import { repositoryWarnings } from './repository-warnings.ts';

test('both dangers of TLS are told in words, once', () => {
  assert.deepEqual(repositoryWarnings({ isSample: false, warnings: ['skip_verify', 'plain_http', 'plain_http'] }), [
    'Certificate not checked',
    'No TLS',
  ]);
});

test('the sample on loopback is no danger; other warnings of it stay', () => {
  assert.deepEqual(repositoryWarnings({ isSample: true, warnings: ['plain_http', 'mass absence'] }), ['mass absence']);
});
