import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RegistryReading } from '@pharos/contract';
import { quotaWords, readingState, recognisedBy, spentWords } from './reading-words.ts';

const NOW = Date.parse('2026-11-23T12:00:00.000Z');
const READING: RegistryReading = {
  dialect: 'harbor',
  product: 'Harbor',
  detectedBy: null,
  bulk: true,
  quota: null,
  spentToday: 1234,
  pausedUntil: null,
  breaker: 'closed',
  concurrency: 8,
  at: '2026-11-23T12:00:00.000Z',
};
const registry = (reading: Partial<RegistryReading> | null, requestsPerDay: number | null = null) => ({
  reading: reading && { ...READING, ...reading },
  requests24h: 7,
  budget: { requestsPerDay, concurrency: null },
  status: { state: 'ok' as const },
});

test('requests are told against the allowance, by what the agent counted', () => {
  assert.equal(spentWords(registry({}, 10_000)), '1,234 of 10,000');
  assert.equal(spentWords(registry({})), '1,234');
  assert.equal(spentWords(registry(null)), '7');
});

test('what keeps requests back is told, and only while it does', () => {
  assert.equal(readingState(registry({}), NOW), 'reading');
  assert.equal(readingState(registry({ pausedUntil: '2026-11-23T12:10:00.000Z', breaker: 'open' }), NOW), 'paused');
  assert.equal(readingState(registry({ pausedUntil: '2026-11-23T11:59:00.000Z' }), NOW), 'reading');
  assert.equal(readingState(registry({ breaker: 'half-open' }), NOW), 'finding-out');
  assert.equal(readingState(registry({ breaker: 'open' }, 1234), NOW), 'used-up');
  assert.equal(readingState(registry(null), NOW), 'reading');
  const failing = { status: { state: 'error' as const } };
  assert.equal(readingState({ ...registry({}), ...failing }, NOW), 'failing');
  assert.equal(readingState({ ...registry({ breaker: 'open' }), ...failing }, NOW), 'away');
});

test('a limit is told with its window where there is one', () => {
  assert.equal(quotaWords({ limit: 100, remaining: 87, windowSeconds: 21_600 }), '87 of 100 left in 6 hours');
  assert.equal(quotaWords({ limit: null, remaining: 3, windowSeconds: 60 }), '3 left in 1 minute');
  assert.equal(quotaWords(null), 'It tells none');
});

test('how the product was recognised is a sentence also where nothing was', () => {
  assert.equal(
    recognisedBy({ dialect: 'acr', detectedBy: 'the host x.azurecr.io' }),
    'recognised by the host x.azurecr.io',
  );
  assert.equal(recognisedBy({ dialect: 'oci', detectedBy: 'no sign of a product' }), 'nothing shows a certain product');
  assert.equal(recognisedBy({ dialect: 'acr', detectedBy: null }), 'as set for this registry');
});
