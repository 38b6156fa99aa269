import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stampTime } from './build-stamp.ts';

test('ten and twelve digits are one time', () => {
  assert.equal(stampTime('2503310734'), '2025-03-31T07:34:00.000Z');
  assert.equal(stampTime('202503310734'), '2025-03-31T07:34:00.000Z');
  assert.equal(stampTime('2002290000'), '2020-02-29T00:00:00.000Z');
  // Ten digits that begin like a year of this century are still YYMMDDhhmm: 2020, not the year 2012.
  assert.equal(stampTime('2012312359'), '2020-12-31T23:59:00.000Z');
});

test('what is no date is no time', () => {
  for (const digits of [
    '2513310734',
    '2500310734',
    '2502290734',
    '2504310734',
    '2503320734',
    '2503312434',
    '2503310760',
    '190312310000',
    '210001010000',
    '25033107345',
    '250331',
    '',
    'abcdefghij',
  ]) {
    assert.equal(stampTime(digits), null, digits);
  }
});

test('every day of a leap year and of another one is a date, and the days after them are not', () => {
  for (const year of ['24', '25']) {
    for (let month = 1; month <= 12; month += 1) {
      const last = new Date(Date.UTC(2000 + Number(year), month, 0)).getUTCDate();
      const stamp = (day: number) =>
        stampTime(`${year}${String(month).padStart(2, '0')}${String(day).padStart(2, '0')}0000`);
      assert.equal(stamp(last), new Date(Date.UTC(2000 + Number(year), month - 1, last)).toISOString());
      assert.equal(stamp(last + 1), null);
    }
  }
});
