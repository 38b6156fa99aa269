/** Why a tag is in the library, or is not, told from names alone: the registry is not asked (docs/reliability.md). */
import type { TagDetail } from '@pharos/contract';
import { DECISION_SENTENCES } from './decision.ts';
import { type CompiledRule, ruleApplies } from './rule.ts';
import { decideTags, drain } from './tag-evaluation.ts';

/** One rule's word on a tag, as the contract has it. */
export type TagExplanation = TagDetail['explanation'][number];

/** The reason given when no rule has a say in a registry at all. */
export const NO_RULE = 'No enabled rule is for this registry.';

/**
 * One explanation per rule that has a say in the registry: those that take the tag first, each with its clause.
 * `allTags` are the repository's known tags; without them `keep` cannot be judged and counts as met.
 */
export function explainTag(
  rules: readonly CompiledRule[],
  registryId: string,
  repository: string,
  tag: string,
  allTags: readonly string[] = [tag],
): TagExplanation[] {
  const tags = allTags.includes(tag) ? allTags : [...allTags, tag];
  const index = tags.indexOf(tag);
  const explained = rules
    .filter((rule) => ruleApplies(rule, registryId))
    .map((rule) => ({ rule, decision: drain(decideTags(rule, repository, tags))[index]! }));
  if (explained.length === 0) return [{ rule: null, included: false, reason: NO_RULE, clause: null, text: null }];
  return explained
    .sort((a, b) => Number(b.decision.included) - Number(a.decision.included))
    .map(({ rule, decision }) => ({
      rule: rule.id === null ? null : { id: rule.id, name: rule.name },
      included: decision.included,
      reason: DECISION_SENTENCES[decision.reason],
      clause: decision.clause,
      text: decision.text,
    }));
}
