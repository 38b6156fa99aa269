import type { CompiledRule } from './rule.ts';
import { decideTags, drain } from './tag-evaluation.ts';

/** What several rules together take: their union, and which rules took each tag (in the order of the rules). */
export interface CombinedTags {
  readonly included: string[];
  readonly takenBy: ReadonlyMap<string, readonly CompiledRule[]>;
}

/** The union of several rules over one repository's tags. The caller passes the rules that apply (ruleApplies). */
export function combine(rules: readonly CompiledRule[], repository: string, tags: readonly string[]): CombinedTags {
  const takenBy = new Map<string, readonly CompiledRule[]>();
  for (const rule of rules) {
    const decided = drain(decideTags(rule, repository, tags));
    // Tags taken by the same rules share one array: 200,000 tags need a handful.
    const extended = new Map<readonly CompiledRule[] | undefined, readonly CompiledRule[]>();
    tags.forEach((tag, index) => {
      if (!decided[index]!.included) return;
      const before = takenBy.get(tag);
      if (before?.includes(rule)) return;
      const after = extended.get(before) ?? [...(before ?? []), rule];
      extended.set(before, after);
      takenBy.set(tag, after);
    });
  }
  return { included: tags.filter((tag) => takenBy.has(tag)), takenBy };
}
