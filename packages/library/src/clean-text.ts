/** Control and format characters (bidirectional, zero-width, tag characters), line and paragraph separators. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/**
 * Text from a registry made fit to be shown: without characters that hide, reorder or break what stands around them, on
 * one line, trimmed, at most `limit` UTF-16 units and never half a surrogate pair.
 */
export function cleanText(text: string, limit: number): string {
  const cleaned = text
    .slice(0, limit * 4)
    .replace(INVISIBLE, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, limit);
  return cleaned.toWellFormed().replace(/\ufffd$/, '');
}
