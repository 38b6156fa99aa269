/**
 * Followers of a catalog that a second person guards. One catalog object is followed by many clusters, and the operator rolls each
 * of them as soon as its entry changes: a guarded one is therefore pinned to the image that it runs, and is moved on by an upgrade
 * that somebody else confirms. The operator takes the change between the two forms as none while the image is the same.
 */
import type { CatalogEntry, KubernetesObject, Operator } from '@pharos/contract';
import { MOST_MAJORS } from './catalog-entries.ts';
import { catalogKind } from './image-catalog.ts';
import { OPERATORS } from './operator-version.ts';

/** Where the image of a cluster comes from: the entry of a catalog, or its own name. */
export type ImageSource =
  | { readonly pinned: string }
  | { readonly catalog: string; readonly operator: Operator; readonly major: number | null };

/** The `Cluster` with its image from there; any other object as it is. */
export function withImageFrom(object: KubernetesObject, source: ImageSource): KubernetesObject {
  if (object.kind !== 'Cluster') return object;
  const { imageName: _, imageCatalogRef: before, ...rest } = (object.spec ?? {}) as Record<string, unknown>;
  if ('pinned' in source) return { ...object, spec: { ...rest, imageName: source.pinned } };
  const { group: apiGroup } = OPERATORS[source.operator];
  const ref = { apiGroup, kind: catalogKind(null), major: source.major, ...(before as object), name: source.catalog };
  return { ...object, spec: { ...rest, imageCatalogRef: ref } };
}

/** The entries of catalog objects as they were written (image-catalog.ts). Objects of several operators hold the same. */
export function entriesWritten(objects: readonly KubernetesObject[]): CatalogEntry[] {
  const { images = [] } = (objects[0]?.spec ?? {}) as { images?: readonly WrittenImage[] };
  return images.flatMap(({ major, image, extensions = [] }) => {
    const read = readReference(image);
    if (read === null) return [];
    const mounted = extensions.flatMap(({ name, image: { reference } }) => {
      const digest = readReference(reference)?.digest;
      return digest === undefined ? [] : [{ name, digest, image: reference }];
    });
    return [{ major, image, ...read, extensions: mounted }];
  });
}

interface WrittenImage {
  readonly major: number;
  readonly image: string;
  readonly extensions?: readonly { readonly name: string; readonly image: { readonly reference: string } }[];
}

/** Entries with those of some majors as they were written before: a guarded cluster may follow them still. */
export function heldBack(
  entries: readonly CatalogEntry[],
  written: readonly CatalogEntry[],
  majors: ReadonlySet<number>,
): CatalogEntry[] {
  const before = written.filter(({ major }) => majors.has(major));
  const others = entries.filter(({ major }) => before.every((each) => each.major !== major));
  // The operator takes so many at most: the oldest of the others make room.
  return [...others.slice(0, MOST_MAJORS - before.length), ...before].sort((one, other) => other.major - one.major);
}

/** The parts of `repository:tag@digest`; null: it is not of that form. */
function readReference(reference: string): { readonly tag: string; readonly digest: string } | null {
  const match = /^[^@]+:([^:@/]+)@(sha256:[0-9a-f]{64})$/.exec(reference);
  return match && { tag: match[1]!, digest: match[2]! };
}
