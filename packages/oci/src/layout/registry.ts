/** An OCI layout as a registry: the same questions, answered from files. */
import type {
  BlobDescriptor,
  BlobOptions,
  DialectInfo,
  ListOptions,
  ManifestContent,
  ManifestHead,
  ReferrerDescriptor,
  TagDetail,
} from '../abilities.ts';
import { DEFAULT_LIMITS, type Limits, type RegistryConnection } from '../connection.ts';
import { digestOf, isDigest, matchesDigest } from '../digest.ts';
import { RegistryError } from '../errors.ts';
import { parseManifest } from '../manifest.ts';
import { isRepositoryName, isTagName } from '../reference.ts';
import type { Registry } from '../registry.ts';
import { LAYOUT_PROVIDER, parseLayoutUrl } from './address.ts';
import { incomplete } from './files.ts';
import { blobName, type Layout } from './layout.ts';
import { type Place, Shelf, type ShelfView } from './shelf.ts';

const PAGE = 1000;

export class LayoutRegistry implements Registry {
  readonly name: string;
  readonly host: string;
  readonly warnings = [];
  /** Stays 0: no request leaves the machine, and files have no limit to spend. */
  readonly requests = 0;
  readonly signedInBy = 'nobody';
  readonly hasCredentials = false;
  readonly quota = null;
  readonly clockSkewMs = null;
  /** Subjects are read with the files. */
  readonly hasReferrers = true;
  readonly #limits: Readonly<Limits>;
  readonly #shelf: Shelf;

  /**
   * Reads nothing yet. `holdMs`: for so long one look at the files serves.
   * @throws RegistryError `registry-url-invalid`
   */
  constructor(connection: Pick<RegistryConnection, 'name' | 'url' | 'limits'>, holdMs?: number) {
    const { url, path } = parseLayoutUrl(connection.url);
    const given = Object.entries(connection.limits ?? {}).filter(([, value]) => value !== undefined);
    this.name = connection.name;
    this.host = url;
    this.#limits = { ...DEFAULT_LIMITS, ...Object.fromEntries(given) };
    this.#shelf = new Shelf(path, this.#limits, holdMs);
  }

  readonly knownDialect: DialectInfo = {
    provider: LAYOUT_PROVIDER,
    product: 'OCI layout',
    detectedBy: null,
    isBulk: true,
    bulkRefusal: null,
    hasScanner: false,
    hasMeteredGets: false,
  };

  async dialect(): Promise<DialectInfo> {
    return this.knownDialect;
  }

  advise(): null {
    return null;
  }

  async ping(signal?: AbortSignal): Promise<void> {
    await this.#look(signal);
  }

  async *listTags(repository: string, options: ListOptions = {}): AsyncGenerator<string[], void, undefined> {
    for await (const page of this.describeTags(repository, options)) yield page.map(({ name }) => name);
  }

  /** `index.json` tells names and digests together, so this costs nothing more than the names. */
  async *describeTags(repository: string, options: ListOptions = {}): AsyncGenerator<TagDetail[], void, undefined> {
    const view = await this.#look(options.signal);
    const tags = view.repositories.get(checked(repository));
    if (tags === undefined) throw view.broken ?? noRepository(repository);
    const doubles = view.doubles.get(repository) ?? 0;
    if (doubles > 0) options.onSkipped?.(doubles);
    const details = [...tags].map(([name, { entry }]) => ({
      name,
      digest: entry.digest,
      pushedAt: null,
      isLocked: null,
    }));
    yield* pages(details, this.#limits.maxTags, options);
    if (view.broken !== null) throw view.broken;
  }

  async *listRepositories(options: ListOptions = {}): AsyncGenerator<string[], void, undefined> {
    const view = await this.#look(options.signal);
    yield* pages([...view.repositories.keys()].sort(), this.#limits.maxRepositories, options);
    if (view.broken !== null) throw view.broken;
  }

  async headManifest(repository: string, reference: string, signal?: AbortSignal): Promise<ManifestHead> {
    if (isDigest(reference)) {
      const { digest, mediaType, size } = await this.getManifest(repository, reference, signal);
      return { digest, mediaType, size };
    }
    const { entry } = placeOf(await this.#look(signal), repository, reference);
    return { digest: entry.digest, mediaType: entry.mediaType || null, size: entry.size };
  }

  async getManifest(repository: string, reference: string, signal?: AbortSignal): Promise<ManifestContent> {
    const view = await this.#look(signal);
    const place = isDigest(reference) ? null : placeOf(view, repository, reference);
    const digest = place?.entry.digest ?? reference;
    const layouts = place === null ? holders(view, repository) : [place.layout];
    const subject = `${repository}${place === null ? '@' : ':'}${reference}`;
    const bytes = await this.#read(layouts, digest, this.#limits.manifestBytes, subject, signal);
    if (bytes === null) {
      // The list names it, so the layout lacks a part of itself; that is no tag that was taken away.
      if (place !== null) throw incomplete(`${place.layout.files.path} lists ${subject} and does not hold it.`);
      throw view.broken ?? notFound('manifest-not-found', subject);
    }
    const manifest = parseManifest(bytes, place?.entry.mediaType ?? '');
    return { digest, mediaType: manifest.mediaType, size: bytes.length, bytes, manifest };
  }

  async getBlob(repository: string, { digest, size }: BlobDescriptor, options: BlobOptions): Promise<Uint8Array> {
    if (!isDigest(digest)) throw invalidReference('A blob can only be read by a sha256 or sha512 digest.');
    const view = await this.#look(options.signal);
    const subject = `${repository}@${digest}`;
    if (size !== undefined && size > options.maxBytes) {
      const message = `${subject} has ${size} bytes; at most ${options.maxBytes} are accepted here.`;
      throw new RegistryError({ code: 'body-too-large', message });
    }
    const layouts = holders(view, repository);
    const bytes = await this.#read(layouts, digest, size ?? options.maxBytes, subject, options.signal);
    if (bytes === null) throw view.broken ?? notFound('blob-not-found', subject);
    return bytes;
  }

  async getConfig(repository: string, descriptor: BlobDescriptor, signal?: AbortSignal): Promise<{ json: unknown }> {
    const bytes = await this.getBlob(repository, descriptor, { maxBytes: this.#limits.configBytes, signal });
    try {
      return { json: JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')) };
    } catch {
      const message = `The configuration ${descriptor.digest} of ${repository} is not JSON.`;
      throw new RegistryError({ code: 'response-invalid', message, transient: false });
    }
  }

  async listReferrers(repository: string, digest: string, signal?: AbortSignal): Promise<ReferrerDescriptor[] | null> {
    const view = await this.#look(signal);
    const found = new Map<string, ReferrerDescriptor>();
    for (const layout of holders(view, repository)) {
      for (const each of (await layout.referrers()).get(digest) ?? []) found.set(each.digest, each);
    }
    return [...found.values()];
  }

  async scannerAnswer(): Promise<null> {
    return null;
  }

  async close(): Promise<void> {}

  async #look(signal: AbortSignal | undefined): Promise<ShelfView> {
    refuseAborted(signal);
    const view = await this.#shelf.look();
    refuseAborted(signal);
    return view;
  }

  /** The bytes of a digest from the first layout that holds it, hashed; null when none does. */
  async #read(
    layouts: readonly Layout[],
    digest: string,
    maxBytes: number,
    subject: string,
    signal: AbortSignal | undefined,
  ): Promise<Buffer | null> {
    for (const { files } of layouts) {
      let bytes: Buffer | null;
      try {
        bytes = await files.read(blobName(digest), maxBytes);
      } catch (error) {
        this.#shelf.forget();
        throw error;
      }
      refuseAborted(signal);
      if (bytes === null) continue;
      if (matchesDigest(bytes, digest)) return bytes;
      const message = `${files.path} holds for ${subject} other content than the digest names.`;
      throw new RegistryError({ code: 'digest-mismatch', message, evidence: digestOf(bytes) });
    }
    return null;
  }
}

function placeOf(view: ShelfView, repository: string, tag: string): Place {
  if (!isTagName(tag)) throw invalidReference('A manifest is named by a tag or by a sha256 or sha512 digest.');
  const tags = view.repositories.get(checked(repository));
  const place = tags?.get(tag);
  if (place !== undefined) return place;
  throw (
    view.broken ??
    (tags === undefined ? noRepository(repository) : notFound('manifest-not-found', `${repository}:${tag}`))
  );
}

/** The layouts that have this repository: another one's content is not this repository's. */
function holders({ layouts }: ShelfView, repository: string): Layout[] {
  checked(repository);
  return layouts.filter((layout) => layout.repositories.has(repository));
}

function checked(repository: string): string {
  if (!isRepositoryName(repository)) throw invalidReference('This is not a valid repository name.');
  return repository;
}

async function* pages<T>(
  rows: readonly T[],
  most: number,
  { pageSize = PAGE, signal }: ListOptions,
): AsyncGenerator<T[], void, undefined> {
  for (let start = 0; start < Math.min(rows.length, most); start += pageSize) {
    refuseAborted(signal);
    yield rows.slice(start, Math.min(start + pageSize, most));
  }
  if (rows.length > most) {
    const message = `There are more than ${most} names; the rest was not read.`;
    throw new RegistryError({ code: 'too-many-names', message });
  }
}

function refuseAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new RegistryError({ code: 'aborted', message: 'The reading was cancelled.' });
}

function invalidReference(message: string): RegistryError {
  return new RegistryError({ code: 'reference-invalid', message });
}

/** The list was read as a whole and does not name it: that is the files' own word that it is not there. */
function noRepository(repository: string): RegistryError {
  const message = `No layout at this address holds the repository ${repository}.`;
  return new RegistryError({ code: 'repository-not-found', message, absence: 'repository' });
}

function notFound(code: 'manifest-not-found' | 'blob-not-found', subject: string): RegistryError {
  const absence = code === 'manifest-not-found' ? 'tag' : 'no';
  return new RegistryError({ code, message: `${subject} is not in the layout.`, absence });
}
