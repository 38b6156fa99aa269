/** Which images a catalog holds: the newest approved build of each major, of one engine, flavour and base of a location. */
import type { CatalogEntry, Engine } from '@pharos/contract';
import { parseVersion } from '../version.ts';
import { compareVersions } from '../version-order.ts';
import { checkExtensionImage } from './extension-checks.ts';
import { operatorVersion } from './operator-version.ts';
import { extensionNameOf, type PlacedImage, pinnedReference, sqlNameOf } from './placed-image.ts';

/** A catalog holds at most so many majors, one image each (CRD of CloudNativePG 1.30, spec.images maxItems). */
export const MOST_MAJORS = 8;
/** Older ones are refused by the operator's webhook. */
const FIRST_MAJOR = 13;

const FAMILIES: Readonly<Record<Engine, string>> = {
  postgresql: 'postgresql',
  epas: 'edb-postgres-advanced',
  pge: 'edb-postgres-extended',
};

export interface CatalogKey {
  readonly name: string;
  readonly location: string;
  readonly engine: Engine;
  readonly flavour: string | null;
  readonly os: string | null;
}

/** The catalog that an image belongs to, named as the community names its own: `postgresql-minimal-trixie`. */
export function catalogOf(image: PlacedImage): CatalogKey | null {
  const { engine, version, os, location } = image;
  if (engine === null || version === null || image.kind !== 'postgres') return null;
  const words = [FAMILIES[engine], version.flavour, os].filter((word) => word !== null);
  const name = words
    .join('-')
    .toLowerCase()
    .replace(/[^a-z0-9.-]+/g, '-')
    .replace(/^[-.]+|[-.]+$/g, '')
    .slice(0, 63);
  return { name, location, engine, flavour: version.flavour, os };
}

/** Whether a catalog may name it: an exact release whose tag the operator reads as what it is. */
function fits({ version, tag }: PlacedImage): boolean {
  if (version?.major == null || version.floating || version.prerelease !== null) return false;
  return version.major >= FIRST_MAJOR && operatorVersion(tag)?.major === version.major;
}

/** Approved images by the catalog they belong to; `location/name` is the key. */
export function groupByCatalog(
  images: readonly PlacedImage[],
): Map<string, { key: CatalogKey; images: PlacedImage[] }> {
  const groups = new Map<string, { key: CatalogKey; images: PlacedImage[] }>();
  for (const image of images) {
    const key = fits(image) ? catalogOf(image) : null;
    if (key === null) continue;
    const id = `${key.location}/${key.name}`;
    const group = groups.get(id) ?? { key, images: [] };
    group.images.push(image);
    groups.set(id, group);
  }
  return groups;
}

/**
 * The entries of one catalog, newest major first. `images`: approved images of the group. `extensions`: approved extension
 * images of the location. `kept`: entries served so far whose image is deprecated: they run on until something newer is
 * approved, for taking them out would take clusters back to an older build.
 */
export function catalogEntries(
  images: readonly PlacedImage[],
  extensions: readonly PlacedImage[],
  kept: readonly CatalogEntry[] = [],
): CatalogEntry[] {
  const newest = new Map<number, PlacedImage>();
  for (const image of images) {
    const before = newest.get(image.version!.major!);
    if (image.state === 'approved' && (before === undefined || isNewer(image, before))) {
      newest.set(image.version!.major!, image);
    }
  }
  const entries = new Map([...newest].map(([major, image]) => [major, entryOf(major, image, extensions)]));
  for (const entry of kept) {
    const now = newest.get(entry.major);
    const isOlder = now === undefined || compareVersions(now.version!, parseVersion('pg', entry.tag)) < 0;
    if (isOlder) entries.set(entry.major, entry);
  }
  return [...entries.values()].sort((one, other) => other.major - one.major).slice(0, MOST_MAJORS);
}

/** By version; the same build in two places is taken from the place that comes first by name, every time. */
function isNewer(image: PlacedImage, before: PlacedImage): boolean {
  const order = compareVersions(image.version!, before.version!);
  return order > 0 || (order === 0 && pinnedReference(image) < pinnedReference(before));
}

function entryOf(major: number, image: PlacedImage, extensions: readonly PlacedImage[]): CatalogEntry {
  const fitting = new Map<string, PlacedImage>();
  for (const extension of extensions) {
    const name = extensionNameOf(extension.repository);
    if (extension.state !== 'approved' || extension.version?.floating !== false) continue;
    if (image.extensions.includes(sqlNameOf(name))) continue;
    if (checkExtensionImage(name, image, extension).some(({ state }) => state === 'fail')) continue;
    // What cannot be proven to fit is not handed out unasked.
    if (image.os === null) continue;
    const before = fitting.get(name);
    if (before === undefined || isNewer(extension, before)) fitting.set(name, extension);
  }
  return {
    major,
    digest: image.digest,
    image: pinnedReference(image),
    tag: image.tag,
    extensions: [...fitting]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, found]) => ({ name, digest: found.digest, image: pinnedReference(found) })),
  };
}

/** Every digest that entries hand out. */
export function digestsOf(entries: readonly CatalogEntry[]): string[] {
  return entries.flatMap(({ digest, extensions }) => [digest, ...extensions.map((each) => each.digest)]);
}

/** Whether two editions serve the same. */
export function isSameEntries(one: readonly CatalogEntry[], other: readonly CatalogEntry[]): boolean {
  const text = (entries: readonly CatalogEntry[]) =>
    entries.map(({ major, image, extensions }) =>
      [major, image, ...extensions.map((each) => `${each.name}=${each.image}`)].join(' '),
    );
  return text(one).join('\n') === text(other).join('\n');
}

/** What of an edition may be handed out now, by the state of each digest; a `null` reason in neither list. */
export function servable(
  entries: readonly CatalogEntry[],
  stateOf: (digest: string) => string,
): { entries: CatalogEntry[]; refused: { major: number; image: string; reason: string }[] } {
  const refused: { major: number; image: string; reason: string }[] = [];
  const isServed = (digest: string) => ['approved', 'deprecated'].includes(stateOf(digest));
  const served = entries.flatMap((entry) => {
    if (!isServed(entry.digest)) {
      refused.push({ major: entry.major, image: entry.image, reason: `The image is ${stateOf(entry.digest)}.` });
      return [];
    }
    const extensions = entry.extensions.filter((each) => isServed(each.digest));
    for (const each of entry.extensions) {
      if (isServed(each.digest)) continue;
      refused.push({
        major: entry.major,
        image: each.image,
        reason: `The extension image is ${stateOf(each.digest)}.`,
      });
    }
    return [{ ...entry, extensions }];
  });
  return { entries: served, refused };
}
