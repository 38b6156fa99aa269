import type { RegistryError } from './errors.ts';
import type { Index, Manifest } from './manifest.ts';

/** What can be done with a registry, one interface per ability, so that a dialect can do one of them better than the standard way. */

export interface ListOptions {
  signal?: AbortSignal | undefined;
  /** Asked for with `n`; the registry may answer with more or fewer. */
  pageSize?: number | undefined;
  /** Told how many entries were left out because they are no valid names. */
  onSkipped?: ((count: number) => void) | undefined;
}

export interface TagLister {
  /**
   * The tags of a repository in pages, each name once, in the registry's order. Ending normally means that the list is
   * complete; an incomplete one throws after what came was yielded.
   */
  listTags(repository: string, options?: ListOptions): AsyncIterable<string[]>;
}

/** A tag with what a list tells beside its name. null: not told. Times are RFC 3339 in UTC, sizes in bytes. */
export interface TagDetail {
  name: string;
  /** What the tag points to, by the registry's word; the bytes are hashed when they are read. */
  digest: string | null;
  /** When the tag last moved. */
  pushedAt: string | null;
  /** The registry refuses to move or delete it. */
  isLocked: boolean | null;
}

export interface TagDescriber {
  /**
   * The tags of a repository with their digests where the product tells them in bulk, and with names alone where it does
   * not. Pages, completeness and errors are those of `listTags`.
   */
  describeTags(repository: string, options?: ListOptions): AsyncIterable<TagDetail[]>;
}

/** Something that names another manifest as its subject. */
export interface ReferrerDescriptor {
  digest: string;
  artifactType: string;
}

export interface ReferrerLister {
  /** What hangs on a digest (distribution-spec "Listing Referrers"); null where the registry has no such API. */
  listReferrers(repository: string, digest: string, signal?: AbortSignal): Promise<ReferrerDescriptor[] | null>;
}

/** What a registry's own scanner answers about one image: hostile JSON in the product's own form. */
export interface ScannerAnswer {
  readonly json: unknown;
  /** Of the bytes that came. */
  readonly digest: string;
}

export interface ScannerReader {
  /**
   * What the product's scanner says of an image by its digest; null where the product has no such API.
   * @throws RegistryError `api-unavailable` where the account may not read it, `response-invalid` …
   */
  scannerAnswer(repository: string, digest: string, signal?: AbortSignal): Promise<ScannerAnswer | null>;
}

/** Which dialect a registry is read in, and how that came about. */
export interface DialectInfo {
  /** A provider of the contract, never `auto`. */
  provider: string;
  /** Name of the product, for people. */
  product: string;
  /** What showed it (a host name, a header); null when the operator said it. */
  detectedBy: string | null;
  /** Whether tags come with digests in bulk; false once the product has refused that to this account. */
  isBulk: boolean;
  /** Why it is not read in bulk although the product could. */
  bulkRefusal: RegistryError | null;
  /** The product has a scanner whose reports can be read. */
  hasScanner: boolean;
  /** GETs of manifests are counted against a quota and HEADs are not (Docker Hub). */
  hasMeteredGets: boolean;
}

/** What the registry last said about its own limit. */
export interface Quota {
  limit: number | null;
  remaining: number;
  windowSeconds: number | null;
  /** On the monotonic clock, milliseconds. */
  at: number;
}

export interface RepositoryLister {
  /** The repositories in pages, like `listTags`. @throws RegistryError `catalog-unavailable` where the registry does not tell */
  listRepositories(options?: ListOptions): AsyncIterable<string[]>;
}

/** What a HEAD tells. `size` in bytes, as the registry claims. */
export interface ManifestHead {
  digest: string | null;
  mediaType: string | null;
  size: number | null;
}

/** A whole manifest: its digest is that of `bytes`, which are as the registry sent them. */
export interface ManifestContent {
  digest: string;
  mediaType: string;
  size: number;
  bytes: Uint8Array;
  manifest: Manifest | Index;
}

export interface ManifestReader {
  /** What a tag or digest points to now. Falls back to a GET where a registry's HEAD tells too little. */
  headManifest(repository: string, reference: string, signal?: AbortSignal): Promise<ManifestHead>;
  /** @throws RegistryError `digest-mismatch`, `manifest-invalid`, `manifest-ambiguous`, `body-too-large`, `manifest-not-found` … */
  getManifest(repository: string, reference: string, signal?: AbortSignal): Promise<ManifestContent>;
}

/** What is needed of a descriptor to fetch its content. */
export interface BlobDescriptor {
  digest: string;
  /** Bytes; content that is longer is refused. */
  size?: number | undefined;
}

export interface BlobOptions {
  maxBytes: number;
  signal?: AbortSignal | undefined;
}

export interface BlobReader {
  /** The content that the descriptor names, verified by its digest. */
  getBlob(repository: string, descriptor: BlobDescriptor, options: BlobOptions): Promise<Uint8Array>;
  /** The same for JSON within the limit for configs. `json` is hostile: check before use. */
  getConfig(repository: string, descriptor: BlobDescriptor, signal?: AbortSignal): Promise<{ json: unknown }>;
}
