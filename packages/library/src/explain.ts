/** Why a tag is in the library, or is not, told from what is known: the registry is not asked (docs/reliability.md). */
import type { LeftOut, TagDetail } from '@pharos/contract';
import { DECISION_SENTENCES, type Decision, REASON_STAGE } from './decision.ts';
import { type CompiledRule, ruleApplies } from './rule.ts';
import { decideTags, drain } from './tag-evaluation.ts';
import { type KnownFacts, NO_FACTS } from './tag-facts.ts';

/** One rule's word on a tag, as the contract has it. */
export type TagExplanation = TagDetail['explanation'][number];

/** The reason given when no rule has a say in a registry at all. */
export const NO_RULE = 'No enabled rule is for this registry.';

/** explainSteps at once. */
export function explainTag(
  rules: readonly CompiledRule[],
  registryId: string,
  repository: string,
  tag: string,
  allTags: readonly string[] = [tag],
  facts: KnownFacts = NO_FACTS,
): TagExplanation[] {
  return drain(explainSteps(rules, registryId, repository, tag, allTags, facts));
}

/**
 * One explanation per rule that has a say in the registry: those that take the tag first, each with its clause.
 * `allTags` are the repository's known tags; without them `keep` cannot be judged and counts as met. In steps, as decideTags.
 */
export function* explainSteps(
  rules: readonly CompiledRule[],
  registryId: string,
  repository: string,
  tag: string,
  allTags: readonly string[],
  facts: KnownFacts = NO_FACTS,
): Generator<unknown, TagExplanation[]> {
  const tags = allTags.includes(tag) ? allTags : [...allTags, tag];
  const index = tags.indexOf(tag);
  const explained: { rule: CompiledRule; decision: Decision }[] = [];
  for (const rule of rules.filter((each) => ruleApplies(each, registryId))) {
    const decisions = yield* decideTags(rule, repository, tags, undefined, facts);
    explained.push({ rule, decision: decisions[index]! });
  }
  if (explained.length === 0) {
    return [{ rule: null, included: false, code: null, reason: NO_RULE, clause: null, text: null }];
  }
  return explained
    .sort((a, b) => Number(b.decision.included) - Number(a.decision.included))
    .map(({ rule, decision }) => ({
      rule: rule.id === null ? null : { id: rule.id, name: rule.name },
      included: decision.included,
      code: decision.reason,
      reason: DECISION_SENTENCES[decision.reason],
      clause: decision.clause,
      text: decision.text,
    }));
}

/**
 * Of a repository's known tags those that no rule takes, in the order given, each with the word of the rule in which it
 * came furthest. In steps, as decideTags.
 */
export function* leftOutTags(
  rules: readonly CompiledRule[],
  registryId: string,
  repository: string,
  tags: readonly string[],
  facts: KnownFacts = NO_FACTS,
): Generator<unknown, LeftOut[]> {
  const best: ({ rule: CompiledRule; decision: Decision } | null)[] = tags.map(() => null);
  for (const rule of rules.filter((each) => ruleApplies(each, registryId))) {
    const decisions = yield* decideTags(rule, repository, tags, undefined, facts);
    decisions.forEach((decision, index) => {
      const before = best[index];
      if (before && REASON_STAGE[before.decision.reason] >= REASON_STAGE[decision.reason]) return;
      best[index] = { rule, decision };
    });
  }
  return tags.flatMap((tag, index): LeftOut[] => {
    const found = best[index];
    if (!found) return [{ tag, rule: null, reason: null, sentence: NO_RULE, clause: null, text: null }];
    const { rule, decision } = found;
    const { included, reason, clause, text } = decision;
    if (included) return [];
    const by = rule.id === null ? null : { id: rule.id, name: rule.name };
    return [{ tag, rule: by, reason, sentence: DECISION_SENTENCES[reason], clause, text }];
  });
}
