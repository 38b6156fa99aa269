/** One set of tags of a rule, ready to run. */
import type { Kind, TagSet } from '@pharos/contract';
import { type Clause, compileClauses } from './clause.ts';
import type { Decision } from './decision.ts';
import { defaultScheme, isParsed, parseVersion, type Scheme } from './version.ts';
import { versionSortKey } from './version-order.ts';

/** A tag that passed everything up to `keep`. `rank` is null for a tag that keep does not count. */
export interface Candidate {
  readonly decision: Decision;
  readonly rank: string | null;
}

/** A tag set ready to run. */
export interface CompiledTagSet {
  readonly keep: number | null;
  readonly overKeep: Decision;
  /** Everything but keep: the decision that leaves the tag out, or a candidate. */
  decide(tag: string, kind: Kind | null): Decision | Candidate;
}

/** Compiles set number `index` of a rule. Throws PatternError. */
export function compileTagSet(set: TagSet, index: number): CompiledTagSet {
  const path = `tags.${index}`;
  const exclude = compileClauses(set.exclude, `${path}.exclude`, { included: false, reason: 'tag-excluded' });
  const include = compileClauses(set.include, `${path}.include`, { included: true, reason: 'included' });
  const decisions = setDecisions(set, path);
  const readsVersion = set.version !== undefined || (set.keep !== undefined && set.order === 'version');
  const { prerelease = 'include', parsedOnly = false } = set.version ?? {};

  function decide(tag: string, kind: Kind | null): Decision | Candidate {
    const excluded = firstMatch(exclude, tag);
    if (excluded !== null) return excluded;
    const taken = include.length === 0 ? decisions.everyTag : firstMatch(include, tag);
    if (taken === null) return decisions.notIncluded;
    if (!readsVersion) return { decision: taken, rank: tag };
    const version = parseVersion(schemeOf(set, kind), tag);
    if (prerelease === 'exclude' && version.prerelease !== null) return decisions.prerelease;
    if (parsedOnly && !isParsed(version)) return decisions.unparsed;
    if (prerelease === 'only' && version.prerelease === null) return decisions.release;
    if (set.order === 'name') return { decision: taken, rank: tag };
    // A floating tag (17, latest) is no version of its own: it is neither the newest nor does it push one out.
    return { decision: taken, rank: version.floating ? null : versionSortKey(version) };
  }

  return { keep: set.keep ?? null, overKeep: decisions.overKeep, decide };
}

function schemeOf(set: TagSet, kind: Kind | null): Scheme {
  return set.version?.scheme ?? defaultScheme(kind);
}

function firstMatch(clauses: readonly Clause[], name: string): Decision | null {
  for (const clause of clauses) if (clause.matches(name)) return clause.decision;
  return null;
}

function setDecisions(set: TagSet, path: string) {
  const { prerelease, scheme } = set.version ?? {};
  const out = (reason: Decision['reason'], clause: string, text: string | null): Decision =>
    Object.freeze({ included: false, reason, clause: `${path}.${clause}`, text });
  return {
    everyTag: Object.freeze<Decision>({ included: true, reason: 'included', clause: path, text: null }),
    notIncluded: out('tag-not-included', 'include', null),
    prerelease: out('prerelease', 'version.prerelease', prerelease ?? null),
    release: out('release', 'version.prerelease', prerelease ?? null),
    unparsed: out('version-unparsed', 'version.parsedOnly', scheme ?? null),
    overKeep: out('over-keep', 'keep', set.keep === undefined ? null : String(set.keep)),
  };
}
