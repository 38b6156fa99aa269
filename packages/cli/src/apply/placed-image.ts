/** The image that a file names for something that runs: a digest, `repository:tag@digest`, or `repository:tag`. */
import { Digest } from '@pharos/contract';
import type { Known } from './noun.ts';
import type { Reader } from './reader.ts';

/** A digest, or a `repository:tag` that is looked up. null: the problems say why. */
export function readImage(reader: Reader, value: unknown, path: readonly (string | number)[]): string | null {
  if (typeof value !== 'string' || value.trim() === '') {
    return reader.problem(path, '"image" must be a digest, or repository:tag, or both with "@".');
  }
  const text = value.trim();
  // The digest decides; what stands before it is for those who read the file.
  const digest = text.includes('@') ? text.slice(text.lastIndexOf('@') + 1) : text;
  if (Digest.safeParse(digest).success) return digest;
  if (text.includes('@') || /^sha(256|512):/.test(text))
    return reader.problem(path, `"${text}" holds no whole digest.`);
  if (text.lastIndexOf(':') > text.lastIndexOf('/')) return text;
  return reader.problem(path, `"${text}" names no tag: write repository:tag, or a digest.`);
}

/** The digest that is meant now, or why there is none. */
export function digestOf(image: string, known: Known): { digest: string } | { reason: string } {
  if (Digest.safeParse(image).success) return { digest: image };
  const found = known.images.get(image);
  if (typeof found === 'string') return { digest: found };
  return { reason: found?.message ?? `There is no image "${image}".` };
}
