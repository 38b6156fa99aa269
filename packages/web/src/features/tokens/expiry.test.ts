import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TokenInput } from '@pharos/contract';
import { expiryOf } from './expiry.ts';

test('an end is sent as the contract takes it', () => {
  const now = Date.parse('2026-11-23T12:00:00.000Z');
  assert.equal(expiryOf('7', now), '2026-11-30T12:00:00.000Z');
  assert.equal(expiryOf('never', now), null);
  assert.equal(expiryOf('', now), undefined);
  for (const days of ['7', 'never', '']) {
    assert.ok(TokenInput.safeParse({ name: 'x', role: 'viewer', expiresAt: expiryOf(days, now) }).success, days);
  }
});
