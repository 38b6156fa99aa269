import assert from 'node:assert/strict';
import { test } from 'node:test';
import { momentOf, tagThen } from './tag-at.ts';

const stay = (digest: string, first: number, last: number) => ({
  digest,
  firstSeenAt: `2026-03-${String(first).padStart(2, '0')}T00:00:00.000Z`,
  lastSeenAt: `2026-03-${String(last).padStart(2, '0')}T00:00:00.000Z`,
});
const A = stay('a', 1, 4);
const B = stay('b', 6, 9);
const on = (day: number) => `2026-03-${String(day).padStart(2, '0')}T12:00:00.000Z`;

test('a time between two sightings of a digest is known', () => {
  assert.equal(tagThen(on(2), A, B, true).answer, 'known');
});
test('a time between the last sighting of one and the first of the next is not certain', () => {
  const then = tagThen(on(5), A, B, true);
  assert.equal(then.answer, 'between');
  assert.match(then.message, /one of the two digests/);
});
test('before the first sighting nothing is known', () => {
  assert.equal(tagThen('2026-02-01T00:00:00.000Z', null, A, true).answer, 'not-yet');
});
test('after the last sighting: there as far as the last scan knows, or gone', () => {
  assert.equal(tagThen(on(20), B, null, true).answer, 'known');
  assert.equal(tagThen(on(20), B, null, false).answer, 'gone');
});
test('a day means its end, an offset is honoured', () => {
  assert.equal(momentOf('2026-03-03'), '2026-03-03T23:59:59.999Z');
  assert.equal(momentOf('2026-03-03T01:00:00+02:00'), '2026-03-02T23:00:00.000Z');
});
