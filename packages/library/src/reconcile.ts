/**
 * What a scan changes in what is known of a repository. Absence is not deletion (docs/reliability.md): a report of any
 * status adds, moves and refreshes; only a complete one with a plausible list may count a tag as absent, and only several
 * of them over hours retire it. Mass disappearance waits for a person.
 */
import type { Presence, ScanCommit } from '@pharos/contract';

/** A tag as the library knows it. `missingScans` counts complete scans without it; `missingSince` is the first one's end. */
export interface KnownTag {
  readonly name: string;
  readonly digest: string;
  readonly presence: Presence;
  readonly missingScans: number;
  readonly missingSince: string | null;
}

/** What the agent reports. `tags`: name → digest of everything that is wanted and was resolved. */
export interface ScanReport
  extends Pick<ScanCommit, 'status' | 'unresolved' | 'absence' | 'listedNames' | 'finishedAt'> {
  readonly tags: ReadonlyMap<string, string> | readonly { readonly name: string; readonly digest: string }[];
}

export interface AbsencePolicy {
  /** Complete scans without the tag before it is retired; the one that marks it counts. */
  readonly missingScans: number;
  /** Hours between the first of them and the one that retires it, at least. */
  readonly missingHours: number;
  /** Hold when more than this share of the present tags is gone at once … */
  readonly massAbsenceShare: number;
  /** … and at least this many. */
  readonly massAbsenceMin: number;
  /** Tags that are never retired, only missing: a rule says so of what it takes. */
  readonly keeps?: (name: string) => boolean;
  /** Tags whose image runs somewhere: they are never retired, by absence or by rule, for people must see what runs. */
  readonly inUse?: (name: string) => boolean;
  /** A person has looked and confirmed that the tags are gone: nothing is held in this reconciliation. */
  readonly massAbsenceConfirmed?: boolean;
}

export const DEFAULT_ABSENCE_POLICY: AbsencePolicy = {
  missingScans: 3,
  missingHours: 24,
  massAbsenceShare: 0.2,
  massAbsenceMin: 5,
};

/** Why absences were not believed. `message` and `hint` are for a person. */
export interface Hold {
  readonly reason: 'empty-list' | 'mass-absence' | 'repository-unknown';
  readonly message: string;
  readonly hint: string;
  readonly count: number;
}

/** Every known or reported tag is in at most one of the lists; one that is in none stays as it is. */
export interface Reconciliation {
  readonly added: readonly { name: string; digest: string }[];
  /** Present before, now at another digest: a new image, and an entry in the tag's history. */
  readonly moved: readonly { name: string; digest: string; previous: string }[];
  /** Present before and unchanged. */
  readonly refreshed: readonly string[];
  /** Missing or retired before, there again; a move as well when `previous` differs from `digest`. */
  readonly reappeared: readonly { name: string; digest: string; previous: string }[];
  /** To mark missing, with the values to store. */
  readonly missing: readonly { name: string; missingScans: number; missingSince: string }[];
  /** To retire, with the values to store. */
  readonly retired: readonly { name: string; missingScans: number; missingSince: string }[];
  /** Listed, but no rule wants them any more: they leave the library's view as retired by rule, not as missing. */
  readonly released: readonly string[];
  readonly held: Hold | null;
}

const HOUR = 3_600_000;

/** Reconciles one report with the known tags of its repository. Pure: same input, same answer; nothing is changed. */
export function reconcileScan(
  known: readonly KnownTag[],
  report: ScanReport,
  policy: AbsencePolicy = DEFAULT_ABSENCE_POLICY,
): Reconciliation {
  const reported = digests(report.tags);
  const found = reconcileFound(known, reported);
  const nothing = { missing: [], retired: [], released: [], held: null };
  const listed = plausibleList(report);
  if (listed === null) return { ...found, ...nothing };

  const unresolved = new Set(report.unresolved);
  const gone = known.filter(({ name, presence }) => {
    return presence !== 'retired' && !reported.has(name) && !unresolved.has(name);
  });
  const released = gone.filter(({ name }) => listed.has(name) && policy.inUse?.(name) !== true).map(({ name }) => name);
  const absent = gone.filter(({ name }) => !listed.has(name));
  const held = holdOf(known, absent, listed.size + reported.size, report.absence, policy);
  if (held !== null) return { ...found, ...nothing, released, held };
  return { ...found, ...countAbsences(absent, report.finishedAt, policy), released, held };
}

function digests(tags: ScanReport['tags']): ReadonlyMap<string, string> {
  if (!Array.isArray(tags)) return tags as ReadonlyMap<string, string>;
  return new Map(tags.map(({ name, digest }: { name: string; digest: string }) => [name, digest]));
}

function reconcileFound(known: readonly KnownTag[], reported: ReadonlyMap<string, string>) {
  const before = new Map(known.map((tag) => [tag.name, tag]));
  const added: { name: string; digest: string }[] = [];
  const moved: { name: string; digest: string; previous: string }[] = [];
  const reappeared: { name: string; digest: string; previous: string }[] = [];
  const refreshed: string[] = [];
  for (const [name, digest] of reported) {
    const tag = before.get(name);
    if (tag === undefined) added.push({ name, digest });
    else if (tag.presence !== 'present') reappeared.push({ name, digest, previous: tag.digest });
    else if (tag.digest !== digest) moved.push({ name, digest, previous: tag.digest });
    else refreshed.push(name);
  }
  return { added, moved, refreshed, reappeared };
}

/** The names that the registry listed, or null when the report cannot say that something is absent. */
function plausibleList(report: ScanReport): ReadonlySet<string> | null {
  if (report.status !== 'complete') return null;
  if (report.absence === 'repository') return new Set();
  return report.listedNames === null ? null : new Set(report.listedNames);
}

function holdOf(
  known: readonly KnownTag[],
  absent: readonly KnownTag[],
  listedCount: number,
  absence: ScanReport['absence'],
  policy: AbsencePolicy,
): Hold | null {
  const present = known.filter((tag) => tag.presence === 'present').length;
  // Tags already missing were counted when they went; they do not make a later list look implausible.
  const count = absent.filter((tag) => tag.presence === 'present').length;
  if (count === 0 || policy.massAbsenceConfirmed) return null;
  if (absence === 'repository')
    return hold('repository-unknown', count, 'The registry says that it does not know this repository');
  if (listedCount === 0) return hold('empty-list', count, 'The registry listed no tag at all');
  if (count < policy.massAbsenceMin || count <= policy.massAbsenceShare * present) return null;
  return hold('mass-absence', count, `The registry no longer lists ${count} of ${present} tags`);
}

function hold(reason: Hold['reason'], count: number, what: string): Hold {
  return {
    reason,
    count,
    message: `${what}; ${count} known ${count === 1 ? 'tag stays' : 'tags stay'} in the library until a person confirms.`,
    hint: "Check the repository's name and what the registry's user may read, then scan again; if they were deleted on purpose, confirm the removal.",
  };
}

function countAbsences(absent: readonly KnownTag[], finishedAt: string, policy: AbsencePolicy) {
  const missing: { name: string; missingScans: number; missingSince: string }[] = [];
  const retired: typeof missing = [];
  const now = Date.parse(finishedAt);
  for (const { name, presence, missingScans, missingSince } of absent) {
    if (presence === 'present' || missingSince === null) {
      missing.push({ name, missingScans: 1, missingSince: finishedAt });
      continue;
    }
    const elapsed = now - Date.parse(missingSince);
    // The same report delivered again, or an older one: it is no further evidence.
    if (!(elapsed > 0)) continue;
    const counted = { name, missingScans: missingScans + 1, missingSince };
    const isEnough = counted.missingScans >= policy.missingScans && elapsed >= policy.missingHours * HOUR;
    const isKept = policy.keeps?.(name) === true || policy.inUse?.(name) === true;
    (isEnough && !isKept ? retired : missing).push(counted);
  }
  return { missing, retired };
}
