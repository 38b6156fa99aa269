import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Allowance } from './allowance.ts';
import { isNotAsked } from './not-asked.ts';
import { folder } from './testing/fixtures.ts';

const HOUR = 3_600_000;

test('what is spent comes free again after 24 hours, and not before', () => {
  let now = 1_000 * HOUR;
  const allowance = new Allowance(10, null, () => now);
  for (let count = 0; count < 10; count += 1) {
    allowance.check();
    allowance.spend();
    now += HOUR / 10;
  }
  assert.equal(allowance.spent, 10);
  assert.throws(() => allowance.check(), isNotAsked);
  now += 22 * HOUR;
  assert.throws(() => allowance.check(), isNotAsked);
  now += 2 * HOUR;
  assert.equal(allowance.spent, 0);
  allowance.check();
});

test('a restart gives nothing back; a damaged count begins anew', async () => {
  const path = join(folder(), 'spend.json');
  const first = new Allowance(5, path);
  await first.load();
  for (let count = 0; count < 5; count += 1) first.spend();
  await first.close();
  const second = new Allowance(5, path);
  await second.load();
  assert.equal(second.spent, 5);
  assert.throws(() => second.check(), isNotAsked);
  writeFileSync(path, '[[1,"x"]');
  const third = new Allowance(5, path);
  await third.load();
  third.check();
});

test('without a bound it only counts', () => {
  const allowance = new Allowance(null, null);
  for (let count = 0; count < 1000; count += 1) {
    allowance.check();
    allowance.spend();
  }
  assert.equal(allowance.spent, 1000);
});
