import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hashPassword, verifyPassword } from './password.ts';
import { createRateLimit } from './rate-limit.ts';
import { equalSecret, looksLikeToken, newToken } from './secret.ts';
import { createSessionIdle } from './session-idle.ts';
import { createSetupLink } from './setup-link.ts';

test('tokens have a form and a checksum, and a typo shows', () => {
  const token = newToken();
  assert.match(token, /^pharos_[0-9A-Za-z]{49}$/);
  assert.ok(looksLikeToken(token));
  const swapped = token.at(-1) === '0' ? '1' : '0';
  assert.ok(!looksLikeToken(token.slice(0, -1) + swapped));
  assert.ok(!looksLikeToken(`${token}x`));
  assert.notEqual(newToken(), token);
});

test('secrets are equal or not, whatever their lengths', () => {
  assert.ok(equalSecret('abc', 'abc'));
  for (const other of ['', 'ab', 'abd', 'abcd']) assert.ok(!equalSecret('abc', other));
});

test('a password is kept as argon2id with a salt, and only the right one fits', async () => {
  const hash = await hashPassword('correct horse');
  assert.match(hash, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  assert.notEqual(await hashPassword('correct horse'), hash);
  assert.equal(await verifyPassword('correct horse', hash), true);
  assert.equal(await verifyPassword('wrong horse', hash), false);
  assert.equal(await verifyPassword('correct horse', null), false);
  assert.equal(await verifyPassword('correct horse', 'not a hash'), false);
});

test('attempts are limited by key until the window is over, and memory is bounded', () => {
  const clock = { time: 0 };
  const limit = createRateLimit(2, 60_000, () => new Date(clock.time));
  assert.deepEqual([limit.attempt('a'), limit.attempt('a'), limit.attempt('b')], [0, 0, 0]);
  assert.equal(limit.attempt('a'), 60);
  clock.time = 59_000;
  assert.equal(limit.attempt('a'), 1);
  clock.time = 60_000;
  assert.equal(limit.attempt('a'), 0);
  limit.attempt('b');
  limit.attempt('b');
  limit.clear('b');
  assert.equal(limit.attempt('b'), 0);
});

test('a session that was idle for 12 hours is over; one that is used is not', () => {
  const clock = { time: 0 };
  const idle = createSessionIdle(() => new Date(clock.time));
  for (let hours = 0; hours < 30; hours += 11) {
    clock.time = hours * 3_600_000;
    assert.equal(idle.use('s'), true);
  }
  clock.time += 12.1 * 3_600_000;
  assert.equal(idle.use('s'), false);
});

test('the setup link fits for an hour', () => {
  const clock = { time: 0 };
  const link = createSetupLink('http://127.0.0.1:8080', () => new Date(clock.time));
  const token = link.url.split('?token=')[1] as string;
  assert.ok(link.fits(token));
  assert.ok(!link.fits(`${token}x`));
  clock.time = 3_600_000;
  assert.ok(!link.fits(token));
});
