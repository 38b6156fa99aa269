/** One set of tags of a rule, ready to run. */
import type { DecisionReason, Kind, Mutability, TagSet } from '@pharos/contract';
import { type Clause, compileClauses } from './clause.ts';
import type { Decision } from './decision.ts';
import { groupOf, isTimeOrder, nameRank, type TimeOrder } from './tag-order.ts';
import { blank, isParsed } from './version.ts';
import { compileRange } from './version-range.ts';
import { versionReader } from './version-reader.ts';

/** A tag that its name lets in. `rank` is null for one that keep does not count; `group` is whom it is counted with. */
export interface Candidate {
  readonly decision: Decision;
  readonly rank: string | null;
  readonly group: string;
}

/** A tag set ready to run. */
export interface CompiledTagSet {
  readonly keep: number | null;
  readonly direction: 'asc' | 'desc';
  /** Names do not tell the order, times do. */
  readonly timeOrder: TimeOrder | null;
  readonly mutability: Mutability | null;
  readonly overKeep: Decision;
  /** For tags whose time decides and is not read yet, or cannot be. */
  readonly unread: Decision;
  readonly unreadable: Decision;
  /** Everything that a name tells: the decision that leaves the tag out, or a candidate. */
  decide(tag: string, kind: Kind | null): Decision | Candidate;
}

/** Compiles set number `index` of a rule. Throws PatternError. */
export function compileTagSet(set: TagSet, index: number): CompiledTagSet {
  const path = `tags.${index}`;
  const exclude = compileClauses(set.exclude, `${path}.exclude`, { included: false, reason: 'tag-excluded' });
  const include = compileClauses(set.include, `${path}.include`, { included: true, reason: 'included' });
  const decisions = setDecisions(set, path);
  const { keep, order, groupBy } = set;
  const counts = keep !== undefined;
  const readsVersion = set.version !== undefined || (counts && (order === 'version' || groupBy !== undefined));
  const read = versionReader(set.version);
  const byVersion = versionClauses(set, decisions);

  function decide(tag: string, kind: Kind | null): Decision | Candidate {
    const excluded = firstMatch(exclude, tag);
    if (excluded !== null) return excluded;
    const taken = include.length === 0 ? decisions.everyTag : firstMatch(include, tag);
    if (taken === null) return decisions.notIncluded;
    if (!readsVersion) return { decision: taken, rank: counts ? nameRank(order, tag, NO_VERSION) : tag, group: '' };
    const version = read(tag, kind);
    const left = byVersion(version);
    if (left !== null) return left;
    if (!counts) return { decision: taken, rank: null, group: '' };
    const group = groupBy === undefined ? '' : groupOf(groupBy, version);
    return { decision: taken, rank: nameRank(order, tag, version), group };
  }

  return {
    keep: keep ?? null,
    direction: set.direction ?? 'desc',
    timeOrder: counts && isTimeOrder(order) ? order : null,
    mutability: set.mutability ?? null,
    overKeep: decisions.overKeep,
    unread: decisions.unread,
    unreadable: decisions.unreadable,
    decide,
  };
}

/** What the version says, in the order in which it is asked: readable, in the range, (pre-)release, floating. */
function versionClauses(set: TagSet, decisions: ReturnType<typeof setDecisions>) {
  const { prerelease = 'include', parsedOnly = false, floating = 'include', range, scheme } = set.version ?? {};
  const isInRange = range === undefined ? null : compileRange(range, scheme === 'calver');
  return (version: Parameters<typeof isParsed>[0]): Decision | null => {
    if (parsedOnly && !isParsed(version)) return decisions.unparsed;
    if (isInRange !== null) {
      if (!isParsed(version)) return decisions.noVersion;
      if (!isInRange(version)) return decisions.outOfRange;
    }
    if (prerelease === 'exclude' && version.prerelease !== null) return decisions.prerelease;
    if (prerelease === 'only' && version.prerelease === null) return decisions.release;
    if (floating === 'exclude' && version.floating) return decisions.floating;
    if (floating === 'only' && !version.floating) return decisions.notFloating;
    return null;
  };
}

/** For orders that read no version. */
const NO_VERSION = Object.freeze(blank('none', ''));

function firstMatch(clauses: readonly Clause[], name: string): Decision | null {
  for (const clause of clauses) if (clause.matches(name)) return clause.decision;
  return null;
}

function setDecisions(set: TagSet, path: string) {
  const { prerelease, scheme, range, floating } = set.version ?? {};
  const out = (reason: DecisionReason, clause: string, text: string | null | undefined): Decision =>
    Object.freeze({ included: false, reason, clause: `${path}.${clause}`, text: text ?? null });
  return {
    everyTag: Object.freeze<Decision>({ included: true, reason: 'included', clause: path, text: null }),
    notIncluded: out('tag-not-included', 'include', null),
    unparsed: out('version-unparsed', 'version.parsedOnly', scheme),
    noVersion: out('version-unparsed', 'version.range', range),
    outOfRange: out('out-of-range', 'version.range', range),
    prerelease: out('prerelease', 'version.prerelease', prerelease),
    release: out('release', 'version.prerelease', prerelease),
    floating: out('floating', 'version.floating', floating),
    notFloating: out('not-floating', 'version.floating', floating),
    unread: out('unread', 'order', set.order),
    unreadable: out('unreadable', 'order', set.order),
    overKeep: out('over-keep', 'keep', set.keep === undefined ? null : String(set.keep)),
  };
}
