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
