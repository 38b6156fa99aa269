/** What runs from an image: known by where it is, with an image by digest, `repository:tag@digest`, or `repository:tag`. */
import { Digest } from '@pharos/contract';
import type { Place } from './entry.ts';
import type { Known } from './noun.ts';
import type { Reader, Schema } from './reader.ts';
import { conflict, type Step } from './step.ts';

export interface PlacedDocument<Spec> {
  place: Place;
  /** A digest, or repository:tag. */
  image: string;
  spec: Spec;
}

/** @param schema of everything but the image. null: the problems say why. */
export function readPlaced<Spec>(
  reader: Reader,
  schema: Schema<Spec>,
  keys: readonly string[],
  value: Readonly<Record<string, unknown>> = reader.value,
): PlacedDocument<Spec> | null {
  const { image, ...rest } = value;
  const wanted = readImage(reader, image, ['image']);
  const spec = reader.parse(schema, rest, keys);
  return spec && wanted !== null ? { place: reader.place, image: wanted, spec } : null;
}

/** The control plane does not take it back: what an agent applied would stay in the cluster, and nobody would mind it. */
export const STAYS_APPLIED = 'An agent applies it, which cannot be taken back: write "apply: true", or delete it.';

/** Where it is, and its name there. */
export function placeKey({ location, namespace, name }: { location: string; namespace: string; name: string }): string {
  return `${location}/${namespace}/${name}`;
}

/** A conflict where something differs that is for ever; null: nothing does. */
export function fixedConflict<Key extends string>(
  head: Pick<Step, 'noun' | 'name'>,
  id: string,
  before: Readonly<Record<Key, unknown>>,
  wanted: Readonly<Record<Key, unknown>>,
  keys: readonly Key[],
): Step | null {
  const key = keys.find((one) => before[one] !== wanted[one]);
  if (key === undefined) return null;
  const reason = `Its "${key}" is ${before[key]}, which cannot be changed; delete it, then apply again.`;
  return conflict(head, id, reason);
}

/** A digest, or a `repository:tag` that is looked up. null: the problems say why. */
function readImage(reader: Reader, value: unknown, path: readonly (string | number)[]): string | null {
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
