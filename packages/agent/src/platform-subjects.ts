/**
 * Manifests of single platforms, on which attestations and reports may hang as on their index. Which there are is told when an index is
 * read, and remembered as long as a tag names it.
 */
import type { EvidenceState } from './evidence.ts';

/** Its manifest, the index that holds it, and when it was last asked what hangs on it: seconds since 1970, 0 never. */
export type PlatformSubject = readonly [digest: string, index: string, asked: number];

/** Asked in one scan: a repository of thousands of indexes has ten thousands of them, and the rest follows. */
const MOST_ASKED = 300;
const ASK_AGAIN_S = 24 * 3600;
const MOST_KEPT = 20_000;

/** Those of indexes that are still there: what is remembered, and what this scan read. */
export function platformSubjects(
  { platforms = [] }: EvidenceState,
  read: ReadonlyMap<string, string>,
  digests: ReadonlySet<string>,
): PlatformSubject[] {
  const known = new Map<string, PlatformSubject>();
  for (const each of platforms) if (digests.has(each[1])) known.set(each[0], each);
  for (const [digest, index] of read) if (!known.has(digest)) known.set(digest, [digest, index, 0]);
  return [...known.values()].slice(-MOST_KEPT);
}

/** Whom to ask now: those that were never asked first, then those that were asked the longest ago. */
export function duePlatforms(platforms: readonly PlatformSubject[], nowS: number): string[] {
  return platforms
    .filter(([, , asked]) => asked <= nowS - ASK_AGAIN_S)
    .toSorted((a, b) => a[2] - b[2])
    .slice(0, MOST_ASKED)
    .map(([digest]) => digest);
}

/** The same with when they were asked. */
export function askedPlatforms(
  platforms: readonly PlatformSubject[],
  asked: ReadonlyMap<string, number>,
): PlatformSubject[] {
  return platforms.map(([digest, index, before]) => [digest, index, asked.get(digest) ?? before]);
}
