/** What several requirements share: wildcards, validity, and lists in sentences. */
import type { PolicyEvidence } from './facts.ts';

/**
 * `*` stands for any characters, for these texts have no parts as names of repositories do (and patterns of rules refuse what no such name can
 * hold, as a colon). The first place that fits is taken for each piece and the last piece has to end the text: no going back.
 */
export function isMatch(pattern: string, text: string): boolean {
  const [first, ...rest] = pattern.split('*') as [string, ...string[]];
  const last = rest.pop();
  if (last === undefined) return text === pattern;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const piece of rest) {
    const found = text.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}

/** Whether what a trusted key signed still holds. */
export function isValid({ validUntil }: PolicyEvidence, now: Date): boolean {
  return validUntil === null || Date.parse(validUntil) > now.getTime();
}

/** At most five of them, each bounded. */
export function names(all: readonly string[]): string {
  const once = [...new Set(all)].map((each) => each.slice(0, 200));
  return once.length <= 5 ? once.join(', ') : `${once.slice(0, 5).join(', ')} and ${once.length - 5} more`;
}
