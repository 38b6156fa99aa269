/**
 * A pattern that cannot be run. `position` is the offset in the pattern as written (with `re:`), for an editor to
 * point at. The message never needs the rest of the rule.
 */
export class PatternError extends Error {
  readonly code = 'invalid-pattern';
  readonly hint: string;
  readonly position: number;

  constructor(message: string, hint: string, position: number) {
    super(message);
    this.name = 'PatternError';
    this.hint = hint;
    this.position = position;
  }
}
