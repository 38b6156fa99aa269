import assert from 'node:assert/strict';
import { test } from 'node:test';
import { retryAfterMs } from './answer-error.ts';
import { quotaOf } from './quota.ts';

test('limits in every dialect', () => {
  const hub = quotaOf({ 'ratelimit-limit': '100;w=21600', 'ratelimit-remaining': '76;w=21600' }, 5);
  assert.deepEqual(hub, { limit: 100, remaining: 76, windowSeconds: 21_600, at: 5 });
  const github = quotaOf({ 'x-ratelimit-limit': '5000', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1' }, 5);
  assert.deepEqual(github, { limit: 5000, remaining: 0, windowSeconds: null, at: 5 });
  assert.equal(quotaOf({}), null);
  assert.equal(quotaOf({ 'ratelimit-remaining': 'many' }), null);
});

test('waits in every dialect', () => {
  const now = Date.UTC(2026, 0, 1);
  const body = (text: string) => Buffer.from(text);
  const ghcr = '{"errors":[{"code":"TOOMANYREQUESTS","message":"retry-after: 10.305464ms, allowed: 2000/minute"}]}';
  const cases: [Record<string, string>, string, number | undefined][] = [
    [{}, ghcr, 11],
    [{}, 'retry-after: 1m30s', 90_000],
    [{}, '<html>slow down</html>', undefined],
    [{ 'retry-after': '7' }, ghcr, 7_000],
    [{ 'x-retry-after': String(now / 1000 + 30) }, '', 30_000],
    [{ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(now / 1000 + 60) }, '', 60_000],
    [{ 'x-ratelimit-remaining': '7', 'x-ratelimit-reset': String(now / 1000 + 60) }, '', undefined],
    [{}, `retry-after: ${'9'.repeat(30)}h`, undefined],
  ];
  for (const [headers, text, expected] of cases) {
    assert.equal(retryAfterMs(headers, now, body(text)), expected, JSON.stringify(headers) + text);
  }
});
