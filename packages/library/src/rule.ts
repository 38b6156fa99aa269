/** Repository Rules made ready to run, and what they say about a repository. Tags: tag-evaluation.ts. */
import type { Kind, RuleSpec } from '@pharos/contract';
import { type Clause, compileClauses } from './clause.ts';
import type { Decision } from './decision.ts';
import { kindOfRepository } from './kind-of-repository.ts';
import { compilePattern, literalOf, PatternError } from './pattern.ts';
import { type CompiledTagSet, compileTagSet } from './tag-set.ts';

/** A rule ready to run. `id` is null for a rule that is not saved yet (preview). */
export interface CompiledRule {
  readonly id: string | null;
  readonly name: string;
  readonly spec: RuleSpec;
  readonly repositories: { readonly include: readonly Clause[]; readonly exclude: readonly Clause[] };
  readonly tagSets: readonly CompiledTagSet[];
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
  return {
    id: spec.id ?? null,
    name: spec.name,
    spec,
    repositories: {
      include: compileClauses(include, 'repositories.include', { included: true, reason: 'included' }),
      exclude: compileClauses(exclude, 'repositories.exclude', { included: false, reason: 'repository-excluded' }),
    },
    tagSets: spec.tags.map((set, index) => compileTagSet(set, index)),
  };
}

/** Every pattern of the rule that cannot be run, with path and position. Empty: the rule compiles. */
export function rulePatternProblems(spec: Pick<RuleSpec, 'repositories' | 'tags'>): RulePatternProblem[] {
  const lists: [string, readonly string[]][] = [
    ['repositories.include', spec.repositories.include],
    ['repositories.exclude', spec.repositories.exclude],
    ...spec.tags.flatMap((set, index): [string, readonly string[]][] => [
      [`tags.${index}.include`, set.include],
      [`tags.${index}.exclude`, set.exclude],
    ]),
  ];
  return lists.flatMap(([path, patterns]) =>
    patterns.flatMap((pattern, index) => patternProblem(pattern, `${path}.${index}`) ?? []),
  );
}

function patternProblem(pattern: string, path: string): RulePatternProblem | null {
  try {
    compilePattern(pattern);
    return null;
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    return { path, message: error.message, hint: error.hint, position: error.position };
  }
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
    patternProblem(text, '') === null ? compilePattern(text) : [],
  );
  const literals = spec.repositories.include.flatMap((text) => literalOf(text) ?? []);
  return [...new Set(literals)].filter((name) => !excluded.some((pattern) => pattern.test(name)));
}

/** Whether the rule can only be run over a list of the registry's repositories: some include pattern is not a literal. */
export function needsCatalog(spec: Pick<RuleSpec, 'repositories'>): boolean {
  return spec.repositories.include.some((text) => literalOf(text) === null);
}
