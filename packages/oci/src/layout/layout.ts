/** One OCI image layout (image-spec image-layout.md): the images that its `index.json` lists. */
import type { ReferrerDescriptor } from '../abilities.ts';
import type { Limits } from '../connection.ts';
import { isDigest } from '../digest.ts';
import { RegistryError } from '../errors.ts';
import { parseManifest } from '../manifest.ts';
import { isIndexType, isManifestType } from '../media-type.ts';
import { invalid, type LayoutFiles } from './files.ts';
import { entryName, type LayoutName } from './names.ts';

/** An entry of `index.json`. What an index below it names is part of the image and no entry of its own. */
export interface LayoutEntry {
  digest: string;
  /** Bytes, by the word of the list. */
  size: number | null;
  /** `''` when it is told as none of an image or index. */
  mediaType: string;
  /** null: nothing names it; it is found by its digest alone. */
  name: LayoutName | null;
}

export interface Layout {
  files: LayoutFiles;
  /** imageLayoutVersion */
  version: string;
  entries: readonly LayoutEntry[];
  /** Repositories that its entries are named in. */
  repositories: ReadonlySet<string>;
  /** What names each digest as its subject; read once, when it is first asked for. */
  referrers(): Promise<ReadonlyMap<string, readonly ReferrerDescriptor[]>>;
}

const MAX_VERSION_FILE = 64 * 1024;
const MAX_ENTRIES = 200_000;
const MAX_REFERRERS = 2_000;

/**
 * Reads the list of a layout. `base` is the repository of what has a tag and no repository name.
 * @throws RegistryError `layout-invalid`, `layout-unreadable`, `layout-incomplete`, `body-too-large`, `too-many-names`
 */
export async function readLayout(files: LayoutFiles, base: string, limits: Readonly<Limits>): Promise<Layout> {
  const mark = await files.read('oci-layout', MAX_VERSION_FILE);
  if (mark === null) throw withoutMark(files.path);
  const { imageLayoutVersion: version } = objectOf(mark, files.path, 'oci-layout');
  if (typeof version !== 'string' || !/^1\.\d{1,5}\.\d{1,5}$/.test(version)) {
    throw invalid(files.path, 'its imageLayoutVersion is not 1.x');
  }
  // The list of a repository's tags and this one are the same thing, so the same limit holds.
  const text = await files.read('index.json', limits.tagPageBytes);
  if (text === null) throw invalid(files.path, 'it has no index.json');
  const { manifests } = objectOf(text, files.path, 'index.json');
  if (!Array.isArray(manifests)) throw invalid(files.path, 'its index.json has no list of manifests');
  if (manifests.length > MAX_ENTRIES) {
    const message = `${files.path} lists more than ${MAX_ENTRIES} images; none was taken.`;
    throw new RegistryError({ code: 'too-many-names', message });
  }
  const entries = manifests.map((each) => entryOf(each, base, files.path));
  // `skopeo copy … oci-archive:file.tar` without a name: the image without a tag is "latest", as everywhere.
  const [only] = entries;
  if (entries.length === 1 && only!.name === null) only!.name = { repository: base, tag: 'latest' };
  let referrers: ReturnType<Layout['referrers']> | null = null;
  return {
    files,
    version,
    entries,
    repositories: new Set(entries.flatMap(({ name }) => name?.repository ?? [])),
    referrers: () => {
      referrers ??= readReferrers(files, entries, limits);
      return referrers;
    },
  };
}

/** The file of a digest within its layout. The digest must have been checked: it becomes a path. */
export function blobName(digest: string): string {
  const [algorithm, hex] = digest.split(':');
  return `blobs/${algorithm}/${hex}`;
}

function entryOf(value: unknown, base: string, path: string): LayoutEntry {
  const { digest, size, mediaType, annotations } = recordOf(value);
  // One entry that cannot be read could be a tag: a list without it would look like a tag that was taken away.
  if (!isDigest(digest)) throw invalid(path, 'an entry of its index.json has no valid digest');
  const type = typeof mediaType === 'string' ? mediaType.toLowerCase() : '';
  return {
    digest,
    size: Number.isSafeInteger(size) && (size as number) >= 0 ? (size as number) : null,
    mediaType: isManifestType(type) || isIndexType(type) ? type : '',
    name: entryName(recordOf(annotations), base),
  };
}

async function readReferrers(
  files: LayoutFiles,
  entries: readonly LayoutEntry[],
  limits: Readonly<Limits>,
): Promise<ReadonlyMap<string, readonly ReferrerDescriptor[]>> {
  const found = new Map<string, ReferrerDescriptor[]>();
  // Tools that carry signatures along (oras, cosign) list them without a name.
  const unnamed = entries.filter(({ name }) => name === null).slice(0, MAX_REFERRERS);
  for (const { digest, mediaType } of unnamed) {
    try {
      const bytes = await files.read(blobName(digest), limits.manifestBytes);
      if (bytes === null) continue;
      const manifest = parseManifest(bytes, mediaType);
      if (manifest.subject === null) continue;
      const config = manifest.kind === 'manifest' ? manifest.config?.mediaType : undefined;
      const artifactType = (manifest.artifactType ?? config ?? manifest.mediaType).slice(0, 255);
      const list = found.get(manifest.subject.digest) ?? [];
      if (list.length === 0) found.set(manifest.subject.digest, list);
      list.push({ digest, artifactType });
    } catch (error) {
      if (!(error instanceof RegistryError)) throw error;
      // One bad thing stays one: whoever reads this digest is told.
    }
  }
  return found;
}

function withoutMark(path: string): RegistryError {
  const hint =
    'Write it with skopeo copy … oci-archive:FILE:REPOSITORY:TAG. A file of "docker save" is turned into one by skopeo copy docker-archive:… oci-archive:….';
  return invalid(path, 'it has no file oci-layout at its top', hint);
}

function objectOf(bytes: Buffer, path: string, name: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // The same sentence as for JSON of another shape.
  }
  throw invalid(path, `its ${name} is no JSON object`);
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
