/**
 * Patterns over free text: media types and values of annotations. They hold characters that no name has, so they are not
 * the globs of names: `*` stands for any text and everything else for itself; `re:` is the same linear-time engine.
 */
import { compilePattern, PatternError } from './pattern.ts';

/** Compiles such a pattern into a test of the whole text. Throws PatternError. */
export function compileTextPattern(text: string): (value: string) => boolean {
  if (text.startsWith('re:')) {
    const pattern = compilePattern(text);
    return (value) => pattern.test(value);
  }
  if (text === '') throw new PatternError('A pattern may not be empty.', 'Write * for any text.', 0);
  const parts = text.split('*');
  return parts.length === 1 ? (value) => value === text : (value) => matchesParts(parts, value);
}

/** Greedy from the left is right for literal parts: each stands as early as it can, the last one at the end. */
function matchesParts(parts: readonly string[], value: string): boolean {
  const first = parts[0]!;
  const last = parts.at(-1)!;
  if (value.length < first.length + last.length || !value.startsWith(first) || !value.endsWith(last)) return false;
  let at = first.length;
  const end = value.length - last.length;
  for (const part of parts.slice(1, -1)) {
    const found = value.indexOf(part, at);
    if (found < 0 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}
