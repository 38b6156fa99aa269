/** What was typed, as a rule has it. */

/** Patterns without blank rows and without blanks around them. */
export const written = (patterns: readonly string[]): string[] =>
  patterns.map((pattern) => pattern.trim()).filter((pattern) => pattern !== '');

/** A number as typed, right or wrong: the server says what is wrong with it. undefined: nothing was typed. */
export function numberOf(text: string): number | undefined {
  return text.trim() === '' ? undefined : Number(text);
}
