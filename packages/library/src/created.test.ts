import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCreated } from './created.ts';

const NOW = '2026-11-23T17:00:00.000Z';

const READ: [string, string][] = [
  ['2025-03-31T07:34:00Z', '2025-03-31T07:34:00.000Z'],
  ['2025-03-31T07:34:00.1234567Z', '2025-03-31T07:34:00.123Z'],
  ['2025-03-31T07:34:00.123456789+02:00', '2025-03-31T05:34:00.123Z'],
  ['2025-03-31 07:34:00 +0000 UTC', '2025-03-31T07:34:00.000Z'],
  ['Mon, 31 Mar 2025 07:34:00 +0200', '2025-03-31T05:34:00.000Z'],
  ['Mon, 31 Mar 2025 07:34:00 GMT', '2025-03-31T07:34:00.000Z'],
  [' 2025-03-31 ', '2025-03-31T00:00:00.000Z'],
  ['1743406440', '2025-03-31T07:34:00.000Z'],
  ['1743406440000', '2025-03-31T07:34:00.000Z'],
  // A builder's clock may be a little ahead.
  ['2026-11-23T18:00:00Z', '2026-11-23T18:00:00.000Z'],
];
for (const [text, time] of READ) {
  test(`"${text}" is a time`, () => assert.deepEqual(parseCreated(text, NOW), { time, problem: null }));
}

const NOT: [string, string][] = [
  ['0001-01-01T00:00:00Z', 'placeholder'],
  ['1970-01-01T00:00:00Z', 'placeholder'],
  ['1980-01-01T00:00:01Z', 'placeholder'],
  ['2026-11-25T17:00:00Z', 'future'],
  ['9999-12-31T23:59:59Z', 'future'],
  ['2025-03-31T07:34:00', 'unreadable'],
  ['2025-13-31T07:34:00Z', 'unreadable'],
  ['yesterday', 'unreadable'],
  ['', 'unreadable'],
  ['2'.repeat(100_000), 'unreadable'],
];
for (const [text, problem] of NOT) {
  test(`"${text.slice(0, 30)}" is ${problem}`, () =>
    assert.deepEqual(parseCreated(text, NOW), { time: null, problem }));
}
