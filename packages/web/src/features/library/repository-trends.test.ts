import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Scan } from '@pharos/contract';
import { majorsOf, scanPoints } from './repository-trends.ts';

test('majors stand newest first, and tags without one last', () => {
  const day = (majors: Record<string, number>) => ({ day: '2026-01-01', tags: 1, majors });
  assert.deepEqual(majorsOf([day({ 9: 1, other: 2 }), day({ 17: 1, 16: 4 })]), ['17', '16', '9', 'other']);
});

test('scans that ended become points, oldest first', () => {
  const scan = (startedAt: string, finishedAt: string | null) => ({ startedAt, finishedAt, requests: 3 }) as Scan;
  const { points, span } = scanPoints([
    scan('2026-01-01T02:00:00Z', null),
    scan('2026-01-01T01:00:00Z', '2026-01-01T01:00:04Z'),
    scan('2026-01-01T00:00:00Z', '2026-01-01T00:00:02Z'),
  ]);
  assert.deepEqual(
    points.map(({ values }) => values.seconds),
    [2, 4],
  );
  assert.ok(span[1] > Date.parse(points[1]!.at));
  assert.equal(scanPoints([]).points.length, 0);
});
