import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isRefusedLast } from './receiver-words.ts';

test('a refusal matters while nothing good came after it', () => {
  const early = '2026-11-25T10:00:00.000Z';
  const late = '2026-11-25T11:00:00.000Z';
  const delivery = (receivedAt: string) => ({ receivedAt, outcome: 'done' as const });
  assert.equal(isRefusedLast({ lastDelivery: null, lastRefusedAt: null }), false);
  assert.equal(isRefusedLast({ lastDelivery: null, lastRefusedAt: early }), true);
  assert.equal(isRefusedLast({ lastDelivery: delivery(early), lastRefusedAt: late }), true);
  assert.equal(isRefusedLast({ lastDelivery: delivery(late), lastRefusedAt: early }), false);
});
