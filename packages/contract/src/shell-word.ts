/** One word of a POSIX shell. Names come from registries: what is not plainly harmless is quoted. */
export function shellWord(word: string): string {
  return /^[A-Za-z0-9._:/@-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
