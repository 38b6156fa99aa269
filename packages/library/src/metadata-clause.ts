/** The clauses of a rule that need more than names: platforms, artifacts, annotations, age; in this order. */
import type { AnnotationClause, ArtifactsClause, DecisionReason, PlatformsClause, RuleSpec } from '@pharos/contract';
import type { Decision } from './decision.ts';
import type { PlatformParts } from './platform.ts';
import { spanSeconds } from './span.ts';
import { ageTime, type TagFacts } from './tag-facts.ts';
import { compileTextPattern } from './text-pattern.ts';

/** A clause ready to run. */
export interface MetadataClause {
  /** For a tag that was not read yet, or cannot be. */
  readonly unread: Decision;
  readonly unreadable: Decision;
  /** A push time is enough to decide it, so nothing need be read where the list tells one. */
  readonly needsTimeOnly: boolean;
  /** The decision that leaves the tag out, or null. `now` in milliseconds since 1970. */
  decide(facts: TagFacts, now: number): Decision | null;
}

type Clauses = Pick<RuleSpec, 'platforms' | 'artifacts' | 'annotations' | 'age'>;

/** Compiles them in their order of evaluation. Throws PatternError. */
export function compileMetadata({ platforms, artifacts, annotations, age }: Clauses): MetadataClause[] {
  return [
    ...(platforms === undefined ? [] : [platformClause(platforms)]),
    ...(artifacts === undefined ? [] : artifactClauses(artifacts)),
    ...(annotations ?? []).map(annotationClause),
    ...(age?.min === undefined ? [] : [ageClause('min', age.min)]),
    ...(age?.max === undefined ? [] : [ageClause('max', age.max)]),
  ];
}

function out(reason: DecisionReason, clause: string, text: string | null): Decision {
  return Object.freeze({ included: false, reason, clause, text });
}

function clause(
  path: string,
  text: string | null,
  decide: MetadataClause['decide'],
  needsTimeOnly = false,
): MetadataClause {
  return { unread: out('unread', path, text), unreadable: out('unreadable', path, text), needsTimeOnly, decide };
}

function platformClause({ require, mode }: PlatformsClause): MetadataClause {
  const text = mode === 'all' ? require.join(' and ') : require.join(' or ');
  const missing = out('platform-missing', 'platforms.require', text);
  const wanted = require.map((name) => name.split('/') as [string, string, string?]);
  return clause('platforms.require', text, ({ platforms }) => {
    const has = (platform: [string, string, string?]) => platforms.some((each) => isPlatform(each, platform));
    return (mode === 'all' ? wanted.every(has) : wanted.some(has)) ? null : missing;
  });
}

/** Without a variant any will do. arm64 has one in use, v8, which most builders leave out. */
function isPlatform(has: PlatformParts, [os, architecture, variant]: [string, string, string?]): boolean {
  if (has.os !== os || has.architecture !== architecture) return false;
  return variant === undefined || variant === (has.variant || (architecture === 'arm64' ? 'v8' : null));
}

const INDEX = /(?:image\.index\.v1|manifest\.list\.v2)\+json$/;

function artifactClauses({ mediaTypes, artifactTypes }: ArtifactsClause): MetadataClause[] {
  const clauses: MetadataClause[] = [];
  if (mediaTypes.length > 0) {
    const text = mediaTypes.join(', ');
    const other = out('artifact-type', 'artifacts.mediaTypes', text);
    clauses.push(
      clause('artifacts.mediaTypes', text, ({ mediaType }) =>
        mediaTypes.includes(INDEX.test(mediaType) ? 'index' : 'image') ? null : other,
      ),
    );
  }
  if (artifactTypes.length > 0) {
    const text = artifactTypes.join(', ');
    const tests = artifactTypes.map(compileTextPattern);
    const other = out('artifact-type', 'artifacts.artifactTypes', text);
    clauses.push(
      clause('artifacts.artifactTypes', text, ({ artifactType, configMediaType, mediaType }) =>
        tests.some((test) => test(artifactType ?? configMediaType ?? mediaType)) ? null : other,
      ),
    );
  }
  return clauses;
}

function annotationClause({ key, equals, matches, exists }: AnnotationClause, index: number): MetadataClause {
  const path = `annotations.${index}`;
  const text =
    equals !== undefined
      ? `${key} = ${equals}`
      : matches !== undefined
        ? `${key} ~ ${matches}`
        : `${key} ${exists ? 'exists' : 'is absent'}`;
  const test = matches === undefined ? (value: string) => value === equals : compileTextPattern(matches);
  const other = out('annotation', path, text);
  return clause(path, text, ({ annotations }) => {
    const value = Object.hasOwn(annotations, key) ? annotations[key]! : null;
    if (exists !== undefined) return (value !== null) === exists ? null : other;
    return value !== null && test(value) ? null : other;
  });
}

function ageClause(end: 'min' | 'max', span: string): MetadataClause {
  const path = `age.${end}`;
  const limit = spanSeconds(span) * 1000;
  const wrong = out(end === 'min' ? 'too-young' : 'too-old', path, span);
  // Nobody told when it was made, and a guess would either let in what should wait or keep out what is good.
  const unknown = out('age-unknown', path, span);
  return clause(
    path,
    span,
    (facts, now) => {
      const time = ageTime(facts);
      if (time === null) return unknown;
      const age = now - Date.parse(time);
      return (end === 'min' ? age >= limit : age <= limit) ? null : wrong;
    },
    true,
  );
}
