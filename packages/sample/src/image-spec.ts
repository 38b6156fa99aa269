/** One layer of a sample image. `size` is the compressed size in bytes on linux/amd64; other platforms differ a little. */
export type LayerSpec = {
  /** Names the content: two images with the same layer name and platform share the layer, as images share a base. */
  name: string;
  size: number;
  /** The Dockerfile step shown in the image's history. */
  step: string;
};

/** What the sample is built for. */
export type PlatformSpec = { os: 'linux'; architecture: 'amd64' | 'arm64'; variant?: string };

/** What one sample image is; `build-image.ts` makes the bytes. */
export type ImageSpec = {
  /** The first tag is the immutable one; the others point to the same digest (rolling tags, aliases). */
  tags: readonly [string, ...string[]];
  /** RFC 3339, UTC. Fixed: the sample must have the same digests on each start. */
  created: string;
  platforms: readonly PlatformSpec[];
  /** `docker` makes schema 2 manifests and a manifest list. They cannot carry annotations. */
  format: 'oci' | 'docker';
  /** An index even around one platform (as BuildKit makes when it attests). */
  index: boolean;
  /** BuildKit attestation children (unknown/unknown) in the index: SBOM and provenance. */
  attested: boolean;
  /** Set on the index and on each manifest, as `docker buildx build --annotation index,manifest:…` does. */
  annotations: Readonly<Record<string, string>>;
  labels: Readonly<Record<string, string>>;
  env: readonly string[];
  user: string;
  entrypoint: readonly string[];
  ports: readonly string[];
  layers: readonly LayerSpec[];
  /** Packages that its SBOMs list, `name version`; without them an SBOM names the layers. */
  packages?: readonly string[];
  /** A cosign key-based signature under the tag `sha256-<hex>.sig`. */
  signed: boolean;
  /** An SBOM that refers to the image, found through the referrers fallback tag `sha256-<hex>`. */
  sbom: boolean;
};

/** What the library's user is told a repository holds. */
export type RepositoryKind = 'postgres' | 'model' | 'extension';

/** A repository of the sample, with its images. */
export type RepositorySpec = {
  name: string;
  description: string;
  kind: RepositoryKind;
  images: readonly ImageSpec[];
};

/** linux/amd64. */
export const AMD64: PlatformSpec = { os: 'linux', architecture: 'amd64' };
/** linux/arm64 without a variant, as BuildKit writes it. */
export const ARM64: PlatformSpec = { os: 'linux', architecture: 'arm64' };
/** The same platform as ARM64, spelled with its variant as some builders do. */
export const ARM64_V8: PlatformSpec = { os: 'linux', architecture: 'arm64', variant: 'v8' };

/** Bytes. */
export const MIB = 1024 * 1024;

/** Reads a build stamp, YYMMDDHHmm (EDB) or YYYYMMDDHHmm (CloudNativePG), as UTC in RFC 3339. */
export function stampToDate(stamp: string): string {
  const full = stamp.length === 10 ? `20${stamp}` : stamp;
  const part = (from: number, to: number) => full.slice(from, to);
  return `${part(0, 4)}-${part(4, 6)}-${part(6, 8)}T${part(8, 10)}:${part(10, 12)}:00Z`;
}
