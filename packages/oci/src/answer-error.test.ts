import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerError, errorCodes, retryAfterMs } from './answer-error.ts';
import { REGISTRY_ERROR_HINTS, RegistryError } from './errors.ts';
import type { Answer } from './http.ts';

const answer = (status: number, body: string, headers: Answer['headers'] = {}): Answer => ({
  origin: 'https://r.example',
  path: '/v2/x?token=canary',
  status,
  headers,
  body: Buffer.from(body),
});

test('how long to wait, in every dialect of the header', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  const cases: [Answer['headers'], number | undefined][] = [
    [{}, undefined],
    [{ 'retry-after': '5' }, 5000],
    [{ 'retry-after': '0' }, 0],
    [{ 'retry-after': '1.5' }, 1500],
    [{ 'retry-after': 'Thu, 01 Jan 2026 00:00:30 GMT' }, 30_000],
    [{ 'retry-after': 'Wed, 31 Dec 2025 00:00:00 GMT' }, 0],
    [{ 'retry-after': 'soon' }, undefined],
    [{ 'retry-after': '99999999999' }, 24 * 3600 * 1000],
    [{ 'x-retry-after': String(now / 1000 + 60) }, 60_000],
    [{ 'x-retry-after': 'soon' }, undefined],
  ];
  for (const [headers, expected] of cases) assert.equal(retryAfterMs(headers, now), expected, JSON.stringify(headers));
  assert.equal(answerError(answer(503, '', { 'retry-after': '9' }), 'tags', 'x').retryAfterMs, 9000);
});

test('only codes of the specifications are taken out of a body', () => {
  assert.deepEqual(errorCodes(answer(404, '{"errors":[{"code":"name_unknown"},{"code":"canary"},null,{"code":5}]}')), [
    'NAME_UNKNOWN',
  ]);
  for (const body of ['', '{', '{"errors":{}}', '[]', 'x', '{"errors":null}'])
    assert.deepEqual(errorCodes(answer(404, body)), [], body);
});

test('every code has a hint, and no error a query or a user name', () => {
  for (const [code, hint] of Object.entries(REGISTRY_ERROR_HINTS))
    assert.ok(/^[a-z0-9-]+$/.test(code) && hint.endsWith('.'), code);
  const error = answerError(answer(500, ''), 'tags', 'the tags of x');
  assert.equal(error.url, 'https://r.example/v2/x');
  assert.equal(error.message, 'r.example failed when asked for the tags of x (HTTP 500).');
  assert.equal(
    new RegistryError({ code: 'timeout', message: '', url: 'https://u:canary@r.example/x?y#z' }).url,
    'https://r.example/x',
  );
  assert.equal(
    new RegistryError({ code: 'timeout', message: '', url: 'http://u:canary@[bad/x?y' }).url?.includes('canary'),
    false,
  );
});
