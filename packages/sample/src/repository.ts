import { createHash } from 'node:crypto';

/** Platform of a descriptor (image-spec, image-index.md). */
export type Platform = { architecture: string; os: string; variant?: string };

/** OCI content descriptor (image-spec, descriptor.md). */
export type Descriptor = {
  mediaType: string;
  digest: string;
  size: number;
  annotations?: Readonly<Record<string, string>>;
  platform?: Platform;
  artifactType?: string;
};

/** The exact bytes served, and their media type. */
export type StoredManifest = { mediaType: string; bytes: Buffer };

/** Everything one repository of the sample holds: bytes by digest, and tags that point to them. */
export type Repository = {
  name: string;
  tags: Map<string, string>;
  manifests: Map<string, StoredManifest>;
  /** Configs and small documents. */
  blobs: Map<string, Buffer>;
  /** File-system layers: descriptors name them, no bytes exist. */
  layers: Set<string>;
};

/** `sha256:<hex>` of the bytes. */
export function digestOf(bytes: Buffer | string): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** An empty repository. */
export function createRepository(name: string): Repository {
  return { name, tags: new Map(), manifests: new Map(), blobs: new Map(), layers: new Set() };
}

/** Stores a JSON document as a blob and describes it. Key order is the source's, so the bytes are the same on each start. */
export function addBlob(repository: Repository, mediaType: string, content: Buffer | object): Descriptor {
  const bytes = Buffer.isBuffer(content) ? content : Buffer.from(JSON.stringify(content));
  const digest = digestOf(bytes);
  repository.blobs.set(digest, bytes);
  return { mediaType, digest, size: bytes.length };
}

/** Stores a manifest or index and describes it. Its `mediaType` property is the media type served. */
export function addManifest(repository: Repository, manifest: { mediaType: string }): Descriptor {
  const bytes = Buffer.from(JSON.stringify(manifest, null, 2));
  const digest = digestOf(bytes);
  repository.manifests.set(digest, { mediaType: manifest.mediaType, bytes });
  return { mediaType: manifest.mediaType, digest, size: bytes.length };
}

/** Describes a layer without bytes. The size grows and shrinks by up to 2 % with the name, as real builds do. */
export function addLayer(repository: Repository, mediaType: string, name: string, size: number): Descriptor {
  const digest = digestOf(name);
  repository.layers.add(digest);
  const jitter = (Number.parseInt(digest.slice(7, 11), 16) / 0xffff - 0.5) * 0.04;
  return { mediaType, digest, size: Math.round(size * (1 + jitter)) };
}
