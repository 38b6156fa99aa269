/** What an object that Pharos dispatches or observes is pinned to: the images of `imagesOfObject`, each with its digest. */
import { imagesOfObject, kindOfObject, namesNoImage, type ObjectKind } from './references.ts';

/** A reference, and the digest that pins it; null: none, so that nobody can say what it will be. */
export interface NamedImage {
  readonly reference: string;
  readonly digest: string | null;
  /** Where it stands in the object, e.g. `spec.imageName`. */
  readonly path: string;
}

/** Kinds that name no image, whatever stands in them. */
const WITHOUT_IMAGE: ReadonlySet<string> = new Set(['/PersistentVolumeClaim', '/Namespace', '/ConfigMap', '/Service']);

/** Every image that an object names, in the order of its fields; the same one twice is there once. */
export function imagesNamed(object: unknown, kind: ObjectKind | null = kindOfObject(object)): NamedImage[] {
  const images = kind === null ? [] : imagesOfObject(kind, object).images;
  const found = new Map<string, NamedImage>();
  for (const { image, path } of images) {
    const reference = image ?? 'what is no text';
    if (!found.has(reference)) found.set(reference, { reference, digest: digestIn(reference), path });
  }
  return [...found.values()];
}

/**
 * Why nobody can say which images an object will run; null: `imagesNamed` says it. A kind that nobody has read is such a
 * one, and so is a Cluster whose operator would choose.
 */
export function unreadableObject(object: unknown): string | null {
  const kind = kindOfObject(object);
  if (kind === null) return 'an object states no kind';
  const name = `${kind.group}/${kind.kind}`;
  if (WITHOUT_IMAGE.has(name)) return null;
  const { isKnown, isTooLarge } = imagesOfObject(kind, object);
  if (!isKnown) return `nobody knows where ${kind.kind} names its images`;
  if (isTooLarge) return `${kind.kind} names too many images`;
  return namesNoImage(kind, object) ? `${kind.kind} names no image` : null;
}

/** The digest in `repo[:tag]@sha256:…`, or null. A bare digest is no reference to a manifest. */
export function digestIn(reference: string): string | null {
  return /@(sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128})$/.exec(reference)?.[1] ?? null;
}
