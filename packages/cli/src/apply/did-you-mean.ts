import { closest, distance } from 'fastest-levenshtein';

/** A sentence with the key that was probably meant; empty when none is near. */
export function didYouMean(key: string, keys: readonly string[]): string {
  const nearest = closest(key, [...keys]);
  return distance(key, nearest) <= Math.max(2, key.length / 3) ? ` Did you mean "${nearest}"?` : '';
}
