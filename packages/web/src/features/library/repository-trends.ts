import type { RepositoryDay, Scan } from '@pharos/contract';
import type { ChartPoint } from '../../components/chart/scale.ts';

/** Every major of a history, newest first; tags without one come last. */
export function majorsOf(days: readonly RepositoryDay[]): string[] {
  const keys = new Set(days.flatMap(({ majors }) => Object.keys(majors)));
  return [...keys].toSorted((a, b) => (Number(b) || -1) - (Number(a) || -1));
}

/** Scans that ended, as points in time: oldest first, with a column as wide as they lie apart. */
export function scanPoints(scans: readonly Scan[]): {
  points: ChartPoint[];
  span: [number, number];
  stepMs: number;
} {
  const points = scans
    .filter(({ finishedAt }) => finishedAt !== null)
    .map(({ startedAt, finishedAt, requests }) => ({
      at: startedAt,
      values: { seconds: Math.max(0, (Date.parse(finishedAt!) - Date.parse(startedAt)) / 1000), requests },
    }))
    .toReversed();
  const from = Date.parse(points[0]?.at ?? '');
  const to = Date.parse(points.at(-1)?.at ?? '');
  const stepMs = points.length > 1 ? Math.max(1000, (to - from) / points.length) : 60_000;
  return { points, span: [from, to + stepMs], stepMs };
}
