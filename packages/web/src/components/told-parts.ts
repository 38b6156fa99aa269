/** What the server tells in a sentence, taken apart: times and digests in it are written for machines. */
export type ToldPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'time'; readonly text: string }
  | { readonly kind: 'digest'; readonly text: string };

const PATTERN = /(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)|(sha256:[0-9a-f]{64})/g;

export function toldParts(text: string): ToldPart[] {
  const parts: ToldPart[] = [];
  let at = 0;
  for (const match of text.matchAll(PATTERN)) {
    if (match.index > at) parts.push({ kind: 'text', text: text.slice(at, match.index) });
    parts.push({ kind: match[1] === undefined ? 'digest' : 'time', text: match[0] });
    at = match.index + match[0].length;
  }
  if (at < text.length) parts.push({ kind: 'text', text: text.slice(at) });
  return parts;
}
