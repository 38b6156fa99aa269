/**
 * The text whose SHA-256 is a scan report's set digest: one line `tag digest\n` per tag, sorted by tag in byte order.
 * Hashing is the caller's, for this package has no crypto. Tags are ASCII, so that the order of JavaScript's strings is
 * the order of bytes.
 */
export function* setDigestText(tags: Iterable<{ readonly name: string; readonly digest: string }>): Generator<string> {
  const sorted = [...tags].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  for (const { name, digest } of sorted) yield `${name} ${digest}\n`;
}

/** The set digest of a report without tags: SHA-256 of nothing. */
export const EMPTY_SET_DIGEST = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
