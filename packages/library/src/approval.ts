/** How many people an approval takes. Who asks never approves: NIST SP 800-53 AC-5, separation of duties. */
import { compilePattern } from './pattern.ts';
import { PatternError } from './pattern-error.ts';

export interface PeopleRule {
  /** Glob over names of repositories. */
  readonly pattern: string;
  readonly people: 1 | 2;
}

/**
 * What the rules ask of an image that stands in these repositories: the most that any of them asks. An image that stands
 * nowhere could turn up anywhere, so every rule holds for it. A pattern that cannot be run holds everywhere.
 */
export function peopleNeeded(rules: readonly PeopleRule[], repositories: readonly string[]): 0 | 1 | 2 {
  const asked = rules
    .filter(({ pattern }) => repositories.length === 0 || repositories.some((name) => fits(pattern, name)))
    .map(({ people }) => people);
  return asked.includes(2) ? 2 : asked.includes(1) ? 1 : 0;
}

function fits(pattern: string, name: string): boolean {
  try {
    return compilePattern(pattern).test(name);
  } catch (error) {
    if (error instanceof PatternError) return true;
    throw error;
  }
}

/** Who approves. Tokens count as the person who owns them; a robot, or a token without an owner, is a program. */
export type Approver =
  | { readonly kind: 'person'; readonly id: string }
  | { readonly kind: 'program' }
  | { readonly kind: 'policy' };

/** Somebody asked for the image, now or ever; `person` is null for programs. */
export interface Asking {
  readonly person: string | null;
  readonly isOpen: boolean;
}

/** Why an approval is refused, as sentence and next step; null: it is not. */
export function refusalToApprove(
  people: 0 | 1 | 2,
  approver: Approver,
  asked: readonly Asking[],
): readonly [message: string, hint: string] | null {
  if (people === 0) return null;
  if (approver.kind === 'policy') {
    if (people === 1) return null;
    return [
      'Two people are needed here, and a policy is none.',
      'Ask for the approval, and let another person approve.',
    ];
  }
  if (approver.kind === 'program') {
    return ['A person must approve here; a robot or a token without an owner is none.', 'Sign in as a person.'];
  }
  // Also after a withdrawal or a rejection: else asking, taking back and approving would be one person's work.
  if (asked.some(({ person }) => person === approver.id)) {
    return ['Whoever asked for an image never approves it here.', 'Let another person approve it.'];
  }
  if (people === 2 && !asked.some(({ person, isOpen }) => isOpen && person !== null)) {
    return [
      'Two people are needed here, and nobody has asked for it.',
      'Let another person ask for the approval first.',
    ];
  }
  return null;
}

/** The strictest rule that the approval passes: what may hold later is held against this. */
export function peopleOf(approver: Approver, asked: readonly Asking[]): 0 | 1 | 2 {
  if (refusalToApprove(2, approver, asked) === null) return 2;
  return refusalToApprove(1, approver, asked) === null ? 1 : 0;
}
