import type { Scan } from '@pharos/contract';
import { plural } from './format.ts';

/** What a scan found, e.g. `60 tags seen, 3 added, 1 moved`; only what is not zero after the first. */
export function scanCounts(scan: Pick<Scan, 'tags'>): string {
  const { seen, added, moved, missing, retired, failed } = scan.tags;
  const rest = [
    [added, 'added'],
    [moved, 'moved'],
    [missing, 'missing'],
    [retired, 'retired'],
    [failed, 'failed'],
  ] as const;
  return [`${plural(seen, 'tag')} seen`, ...rest.filter(([n]) => n > 0).map(([n, word]) => `${n} ${word}`)].join(', ');
}

/**
 * Milliseconds a running scan still needs, by the pace so far; null where that would be a guess: no total, under
 * 5 seconds or under 5 % done.
 */
export function estimateRemaining(scan: Pick<Scan, 'startedAt' | 'progress' | 'status'>, now: number): number | null {
  const { progress } = scan;
  if (scan.status !== 'running' || !progress?.total || progress.done <= 0) return null;
  const elapsed = now - Date.parse(scan.startedAt);
  const share = progress.done / progress.total;
  if (elapsed < 5000 || share < 0.05 || share >= 1) return null;
  return Math.ceil((elapsed * (1 - share)) / share / 1000) * 1000;
}
