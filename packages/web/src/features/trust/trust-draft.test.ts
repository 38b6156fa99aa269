import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EMPTY_DRAFT, grouped, inputOf, missingOf } from './trust-draft.ts';

const key = { ...EMPTY_DRAFT, name: ' release ', material: 'PEM', subjects: 'left over', requireReference: true };

test('what another kind would need is not sent', () => {
  assert.deepEqual(inputOf(key), {
    name: 'release',
    kind: 'key',
    scope: '**',
    enabled: true,
    key: 'PEM',
    roots: null,
    trustedRoot: null,
    identities: [],
    requireReference: true,
  });
  const keyless = inputOf({ ...key, kind: 'keyless', issuer: ' https://issuer ', subjects: ' a\n\n b ' });
  assert.deepEqual(keyless.identities, [
    { issuer: 'https://issuer', subject: 'a' },
    { issuer: 'https://issuer', subject: 'b' },
  ]);
  assert.deepEqual([keyless.trustedRoot, keyless.key, keyless.requireReference], ['PEM', null, false]);
  assert.deepEqual(inputOf({ ...key, kind: 'x509', issuer: 'x' }).identities, [{ issuer: null, subject: 'left over' }]);
});

test('what is missing is named', () => {
  assert.equal(missingOf(key), null);
  assert.equal(missingOf({ ...key, name: ' ' }), 'a name');
  assert.equal(missingOf({ ...key, material: '' }), 'Public key (PEM)');
  assert.equal(missingOf({ ...key, kind: 'keyless' }), 'the issuer');
  assert.equal(missingOf({ ...key, kind: 'keyless', issuer: 'x', subjects: '' }), 'a subject');
  assert.equal(missingOf({ ...key, kind: 'x509', subjects: '' }), null);
});

test('fingerprints are read in groups', () => {
  assert.equal(grouped('abcdef0123'), 'abcd ef01 23');
});
