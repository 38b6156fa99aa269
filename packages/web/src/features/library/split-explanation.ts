import type { TagDetail } from '@pharos/contract';

type Explanation = TagDetail['explanation'];

/** Rules that take the tag, and the others. */
export function splitExplanation(explanation: Explanation): { taking: Explanation; others: Explanation } {
  return {
    taking: explanation.filter(({ included }) => included),
    others: explanation.filter(({ included }) => !included),
  };
}
