import type { Decision } from './decision.ts';
import { compilePattern } from './pattern.ts';

/** A pattern of a rule with the place it stands at. */
export interface Clause {
  readonly matches: (name: string) => boolean;
  /** The decision for a name that this clause decides, shared by all of them: a million names share a few objects. */
  readonly decision: Decision;
}

/** Compiles patterns into clauses that all give the same kind of decision. */
export function compileClauses(
  patterns: readonly string[],
  path: string,
  decided: Pick<Decision, 'included' | 'reason'>,
): Clause[] {
  return patterns.map((text, index) => {
    const pattern = compilePattern(text);
    return {
      matches: (name) => pattern.test(name),
      decision: Object.freeze({ ...decided, clause: `${path}.${index}`, text }),
    };
  });
}
