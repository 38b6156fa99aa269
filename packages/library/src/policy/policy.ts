/**
 * What policies together make of an image. Nothing here can let more through than without it: a requirement that is enforced has
 * to pass, an exception stands for one policy alone, and two exceptions never add up (record 0014).
 */
import type { PolicyEffect, PolicyMode, PolicyOutcome, PolicySpec, RequirementResult } from '@pharos/contract';
import { compilePattern } from '../pattern.ts';
import type { PolicyFacts } from './facts.ts';
import { judge } from './requirements.ts';

/** A policy as it is evaluated. */
export type PolicyToRun = Pick<PolicySpec, 'name' | 'effect' | 'mode' | 'scope' | 'requirements'> & {
  readonly id: string;
  readonly version: number;
};

export interface PolicyVerdict {
  readonly policyId: string;
  readonly policy: string;
  readonly version: number;
  readonly effect: PolicyEffect;
  readonly mode: PolicyMode;
  readonly outcome: PolicyOutcome;
  readonly requirements: readonly RequirementResult[];
}

/** Whether the image is what the policy is about: one of its places, and its kind. */
function isInScope({ repositories, kinds, locations }: PolicySpec['scope'], facts: PolicyFacts): boolean {
  if (kinds.length > 0 && !kinds.includes(facts.kind)) return false;
  const patterns = repositories.map((pattern) => compilePattern(pattern));
  return facts.places.some(
    ({ repository, locationId }) =>
      (patterns.length === 0 || patterns.some((pattern) => pattern.test(repository))) &&
      (locations.length === 0 || locations.includes(locationId)),
  );
}

/** What the policies in whose scope the image is say of it. */
export function evaluatePolicies(policies: readonly PolicyToRun[], facts: PolicyFacts, now: Date): PolicyVerdict[] {
  return policies
    .filter(({ scope }) => isInScope(scope, facts))
    .map(({ id, name, version, effect, mode, requirements }) => {
      const results = judge(requirements, facts, now);
      return { policyId: id, policy: name, version, effect, mode, outcome: outcomeOf(results), requirements: results };
    });
}

/** All passed is a pass; one failed is a failure; all else is not known. No requirement at all is not a pass. */
export function outcomeOf(results: readonly Pick<RequirementResult, 'outcome'>[]): PolicyOutcome {
  if (results.some(({ outcome }) => outcome === 'fail')) return 'fail';
  return results.length > 0 && results.every(({ outcome }) => outcome === 'pass') ? 'pass' : 'unknown';
}

/** What follows for an image. */
export interface PolicyDecision {
  /** Policies that forbid its approval, by whomever; empty: none. */
  readonly blockedBy: readonly PolicyVerdict[];
  readonly action: 'approve' | 'reject' | null;
  /** The policies that the action rests on. */
  readonly because: readonly PolicyVerdict[];
}

/**
 * `excepted` are ids of policies from which a confirmed exception of this digest holds. One exception helps against one policy; an
 * image that two policies are against stays forbidden or rejected, however many exceptions it has.
 */
export function decideByPolicies(verdicts: readonly PolicyVerdict[], excepted: ReadonlySet<string>): PolicyDecision {
  const enforced = verdicts.filter(({ mode }) => mode === 'enforce');
  const missed = enforced.filter(
    ({ effect, outcome }) =>
      (effect === 'require' && outcome !== 'pass') || (effect === 'reject' && outcome === 'fail'),
  );
  const isExcused = missed.length === 1 && excepted.has(missed[0]!.policyId);
  const counting = isExcused ? [] : missed;
  const blockedBy = counting.filter(({ effect }) => effect === 'require');
  const rejecting = counting.filter(({ effect }) => effect === 'reject');
  if (rejecting.length > 0) return { blockedBy, action: 'reject', because: rejecting };
  const approving = enforced.filter(({ effect }) => effect === 'approve');
  const passes = approving.length > 0 && approving.every(({ outcome }) => outcome === 'pass');
  // What only an exception lets through is left to a person: an exception is no evidence.
  const isClean = blockedBy.length === 0 && !isExcused;
  return passes && isClean
    ? { blockedBy, action: 'approve', because: approving }
    : { blockedBy, action: null, because: [] };
}

/** Why a policy does not pass, in one sentence. */
export function whyNot({ requirements }: Pick<PolicyVerdict, 'requirements'>): string {
  const missed = requirements.filter(({ outcome }) => outcome !== 'pass');
  const first = missed.find(({ outcome }) => outcome === 'fail') ?? missed[0];
  return first === undefined ? 'Every requirement is met.' : first.sentence;
}
