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

const NAMED = 3;

/** Why a scan read single tags: `re-read 17 and 17.5 because the registry told of them`; null for a whole repository. */
export function onlyWords({ only, trigger }: Pick<Scan, 'only' | 'trigger'>): string | null {
  if (only === null) return null;
  const named = only.length <= NAMED ? listWords.format(only) : plural(only.length, 'tag');
  const them = only.length === 1 ? 'it' : 'them';
  return `re-read ${named}${trigger === 'notification' ? ` because the registry told of ${them}` : ''}`;
}

const listWords = new Intl.ListFormat('en-GB');

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
