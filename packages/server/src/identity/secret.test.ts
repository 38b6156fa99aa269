import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAttempts } from './attempts.ts';
import { hashPassword, verifyPassword } from './password.ts';
import { createRateLimit } from './rate-limit.ts';
import { equalSecret, looksLikeToken, newToken } from './secret.ts';
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

test('guesses wait longer and longer, many at once get no more, and a quiet hour forgets', () => {
  const clock = { time: 0 };
  const attempts = createAttempts({ free: 3, firstMs: 30_000, mostMs: 100_000 }, () => new Date(clock.time));
  const tries = () => {
    const wait = attempts.wait('a');
    if (wait === 0) attempts.count('a');
    return wait;
  };
  assert.deepEqual([tries(), tries(), tries(), tries(), tries()], [0, 0, 0, 30, 30]);
  clock.time += 30_000;
  assert.deepEqual([tries(), tries()], [0, 60]);
  clock.time += 60_000;
  assert.deepEqual([tries(), tries()], [0, 100]);
  clock.time += 100_000;
  assert.deepEqual([tries(), tries()], [0, 100], 'up to the longest');
  assert.equal(attempts.wait('b'), 0);
  attempts.undo('a');
  assert.equal(attempts.wait('a'), 100, 'one success does not undo the failures of others');
  attempts.clear('a');
  assert.equal(tries(), 0);
  for (let at = 0; at < 5; at += 1) attempts.count('a');
  clock.time += 3_600_000;
  assert.deepEqual([tries(), tries(), tries(), tries()], [0, 0, 0, 30]);
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
