/** Repository Rules made ready to run, and what they say about a repository. Tags: tag-evaluation.ts. */
import type { Kind, RuleSpec } from '@pharos/contract';
import { type Clause, compileClauses } from './clause.ts';
import type { Decision } from './decision.ts';
import { kindOfRepository } from './kind-of-repository.ts';
import { compileMetadata, type MetadataClause } from './metadata-clause.ts';
import { compilePattern, literalOf, PatternError } from './pattern.ts';
import { checkSchedule } from './schedule.ts';
import { type CompiledTagSet, compileTagSet } from './tag-set.ts';
import { compileTextPattern } from './text-pattern.ts';
import { compileRange } from './version-range.ts';
import { versionReader } from './version-reader.ts';

/** A rule ready to run. `id` is null for a rule that is not saved yet (preview). */
export interface CompiledRule {
  readonly id: string | null;
  readonly name: string;
  readonly spec: RuleSpec;
  readonly repositories: { readonly include: readonly Clause[]; readonly exclude: readonly Clause[] };
  readonly tagSets: readonly CompiledTagSet[];
  /** Clauses that names do not decide. */
  readonly metadata: readonly MetadataClause[];
  /** Tags that hold signatures and SBOMs of other images stay out. */
  readonly leavesArtifacts: boolean;
}

/** A pattern of a rule that cannot be run, with the path of its clause: what `errors[]` of a problem answer needs. */
export interface RulePatternProblem {
  readonly path: string;
  readonly message: string;
  readonly hint: string;
  readonly position: number;
}

/** Compiles a rule. Throws PatternError for the first pattern that cannot be run; rulePatternProblems names all of them. */
export function compileRule(spec: RuleSpec & { readonly id?: string }): CompiledRule {
  const { include, exclude } = spec.repositories;
  checkSchedule(spec.schedule);
  return {
    id: spec.id ?? null,
    name: spec.name,
    spec,
    repositories: {
      include: compileClauses(include, 'repositories.include', { included: true, reason: 'included' }),
      exclude: compileClauses(exclude, 'repositories.exclude', { included: false, reason: 'repository-excluded' }),
    },
    tagSets: spec.tags.map((set, index) => compileTagSet(set, index)),
    metadata: compileMetadata(spec),
    leavesArtifacts: spec.artifacts?.exclude !== 'none',
  };
}

/** What of a rule is written in a language of its own. */
type Written = Pick<RuleSpec, 'repositories' | 'tags' | 'artifacts' | 'annotations' | 'schedule'>;

/** Every pattern and range of the rule that cannot be run, with path and position. Empty: the rule compiles. */
export function rulePatternProblems(spec: Written): RulePatternProblem[] {
  const { repositories, tags, artifacts, annotations, schedule } = spec;
  return [
    ...ofList('repositories.include', repositories.include, compilePattern),
    ...ofList('repositories.exclude', repositories.exclude, compilePattern),
    ...tags.flatMap((set, index) => [
      ...ofList(`tags.${index}.include`, set.include, compilePattern),
      ...ofList(`tags.${index}.exclude`, set.exclude, compilePattern),
      ...problem(`tags.${index}.version.pattern`, () => versionReader(set.version)),
      ...problem(`tags.${index}.version.range`, () => set.version?.range && compileRange(set.version.range)),
    ]),
    ...ofList('artifacts.artifactTypes', artifacts?.artifactTypes ?? [], compileTextPattern),
    ...(annotations ?? []).flatMap(({ matches }, index) =>
      matches === undefined ? [] : problem(`annotations.${index}.matches`, () => compileTextPattern(matches)),
    ),
    ...problem(schedule?.every === undefined ? 'schedule.cron' : 'schedule.every', () => checkSchedule(schedule)),
  ];
}

function ofList(path: string, patterns: readonly string[], compile: (text: string) => unknown): RulePatternProblem[] {
  return patterns.flatMap((pattern, index) => problem(`${path}.${index}`, () => compile(pattern)));
}

function problem(path: string, compile: () => unknown): RulePatternProblem[] {
  try {
    compile();
    return [];
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    return [{ path, message: error.message, hint: error.hint, position: error.position }];
  }
}

/** Whether some tag cannot be decided by its name alone. */
export function looksBeyondNames(rule: CompiledRule): boolean {
  return rule.metadata.length > 0 || rule.tagSets.some((set) => set.timeOrder !== null);
}

/** Annotations that the rules ask for: nothing else of an image's need be at hand to judge it. */
export function annotationKeys(rules: readonly CompiledRule[]): string[] {
  return [...new Set(rules.flatMap(({ spec }) => (spec.annotations ?? []).map(({ key }) => key)))].sort();
}

const NOT_INCLUDED: Decision = Object.freeze({
  included: false,
  reason: 'repository-not-included',
  clause: 'repositories.include',
  text: null,
});

/** Whether the rule takes a repository: exclude before include. Names are case-sensitive. */
export function decideRepository(rule: CompiledRule, name: string): Decision {
  const { include, exclude } = rule.repositories;
  for (const clause of exclude) if (clause.matches(name)) return clause.decision;
  for (const clause of include) if (clause.matches(name)) return clause.decision;
  return NOT_INCLUDED;
}

/** Whether the rule has a say in a registry: it is enabled and either for every registry or for this one. */
export function ruleApplies(rule: CompiledRule, registryId: string): boolean {
  return rule.spec.enabled && (rule.spec.registryId === null || rule.spec.registryId === registryId);
}

/** The kind that rules declare for a repository: of the first rule in order that takes it and declares one. */
export function declaredKind(rules: readonly CompiledRule[], registryId: string, repository: string): Kind | null {
  for (const rule of rules) {
    if (rule.spec.kind === null || !ruleApplies(rule, registryId)) continue;
    if (decideRepository(rule, repository).included) return rule.spec.kind;
  }
  return null;
}

/** The kind whose tags the rule reads in a repository: declared, else as the repository's name suggests. */
export function tagKind(rule: CompiledRule, repository: string): Kind | null {
  return rule.spec.kind ?? kindOfRepository(repository)?.kind ?? null;
}

/**
 * Repositories that the rule names one by one and does not exclude: they can be read without listing any. An exclude
 * pattern that cannot be run excludes nothing here; such a rule does not compile anyway.
 */
export function repositoryLiterals(spec: Pick<RuleSpec, 'repositories'>): string[] {
  const excluded = spec.repositories.exclude.flatMap((text) =>
    problem('', () => compilePattern(text)).length === 0 ? compilePattern(text) : [],
  );
  const literals = spec.repositories.include.flatMap((text) => literalOf(text) ?? []);
  return [...new Set(literals)].filter((name) => !excluded.some((pattern) => pattern.test(name)));
}

/** Whether the rule can only be run over a list of the registry's repositories: some include pattern is not a literal. */
export function needsCatalog(spec: Pick<RuleSpec, 'repositories'>): boolean {
  return spec.repositories.include.some((text) => literalOf(text) === null);
}
