import assert from 'node:assert/strict';
import { test } from 'node:test';
import { csvOf, foldSeries, seenFrom, steps, ticksUpTo, timeLabel, timeTicks, xOf, yOf } from './scale.ts';

test('axes have round numbers up to the largest value, and whole ones for counts', () => {
  assert.deepEqual(ticksUpTo(0), [0, 1]);
  assert.deepEqual(ticksUpTo(3), [0, 1, 2, 3]);
  assert.deepEqual(ticksUpTo(100), [0, 50, 100]);
  assert.deepEqual(ticksUpTo(1_234_567), [0, 500_000, 1_000_000, 1_500_000]);
  assert.deepEqual(ticksUpTo(0.3, false), [0, 0.1, 0.2, 0.30000000000000004]);
});

test('times are round and few', () => {
  const to = Date.parse('2026-03-10T15:30:00Z');
  const days = timeTicks(to - 90 * 86_400_000, to, 7);
  assert.ok(days.length >= 4 && days.length <= 7);
  assert.ok(days.every((time) => time % 86_400_000 === 0));
  assert.equal(timeLabel(days.at(-1)!, 90 * 86_400_000), '10 Mar');
  assert.equal(timeLabel(timeTicks(to - 86_400_000, to, 5).at(-1)!, 86_400_000), '12:00');
  // The first scans of a library lie minutes apart.
  const minutes = timeTicks(to - 40 * 60_000, to, 5).map((time) => timeLabel(time, 40 * 60_000));
  assert.deepEqual(minutes, ['15:00', '15:15', '15:30']);
  assert.equal(timeTicks(to - 90_000, to + 20_000, 5).length, 2);
});

test('the first day of a history is wide enough to be seen', () => {
  assert.deepEqual([seenFrom(20, 100), seenFrom(92, 100), seenFrom(99.9, 100)], [20, 92, 92]);
  const [[from], [to]] = steps([[seenFrom(100, 100), 5]], 100) as [[number, number], [number, number]];
  assert.ok(to - from >= 8);
});

test('a value holds until the next one, and the last to the end', () => {
  assert.deepEqual(
    steps(
      [
        [0, 5],
        [10, 3],
      ],
      20,
    ),
    [
      [0, 5],
      [10, 5],
      [10, 3],
      [20, 3],
    ],
  );
  const area = { left: 10, top: 0, width: 100, height: 50 };
  assert.equal(xOf(5, area, [0, 10]), 60);
  assert.equal(xOf(-5, area, [0, 10]), 10);
  assert.equal(yOf(5, area, 10), 25);
});

test('small series are summed up, so that the whole stays the whole', () => {
  const points = [{ at: '2026-01-01', values: { 14: 1, 15: 5, 16: 9, other: 2 } }];
  const { keys, points: folded } = foldSeries(points, ['16', '15', '14'], 2);
  assert.deepEqual([keys, folded[0]?.values], [['16', '15', 'other'], { 16: 9, 15: 5, other: 3 }]);
});

test('a file of numbers is quoted, and holds no formula', () => {
  assert.equal(
    csvOf(
      ['a', 'b'],
      [
        ['x,"y"', 1],
        ['=1+1', -2],
      ],
    ),
    'a,b\r\n"x,""y""",1\r\n\'=1+1,-2\r\n',
  );
});
