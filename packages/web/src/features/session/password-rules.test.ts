import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Setup } from '@pharos/contract';
import { passwordProblem, userNameProblem } from './password-rules.ts';

test('the form refuses what the contract refuses, and nothing else', () => {
  for (const password of ['', 'short', '123456789', '1234567890', 'a long enough sentence']) {
    const accepted = Setup.safeParse({ token: 't', username: 'admin', password }).success;
    assert.equal(passwordProblem(password) === undefined, accepted, password);
  }
  for (const username of ['', ' ', 'admin', ' admin ', 'a b', 'me@example.com', 'ümläut', 'x'.repeat(101)]) {
    const accepted = Setup.safeParse({ token: 't', username, password: '1234567890' }).success;
    assert.equal(userNameProblem(username) === undefined, accepted, username);
  }
});
