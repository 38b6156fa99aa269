/** What is needed of a platform to name it; the variant may be absent. */
export interface PlatformParts {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string | null | undefined;
}

/** A child of an image index, as its descriptor states it (OCI image-spec, image-index.md). */
export interface IndexChild {
  readonly platform?: Partial<PlatformParts> | null | undefined;
  readonly annotations?: Readonly<Record<string, string>> | null | undefined;
}

const UNKNOWN = 'unknown';

/** `linux/arm64/v8`: os/architecture, and the variant if there is one. */
export function platformName({ os, architecture, variant }: PlatformParts): string {
  return variant ? `${os}/${architecture}/${variant}` : `${os}/${architecture}`;
}

/**
 * The children that a node could run. BuildKit hangs attestations into the index as children of platform
 * unknown/unknown with the annotation `vnd.docker.reference.type`: they are no platforms, nor is a child without one.
 */
export function runnablePlatforms<T extends IndexChild>(children: readonly T[]): T[] {
  return children.filter(({ platform, annotations }) => {
    if (annotations?.['vnd.docker.reference.type'] !== undefined) return false;
    return isNamed(platform?.os) && isNamed(platform?.architecture);
  });
}

function isNamed(part: string | undefined): boolean {
  return part !== undefined && part !== '' && part !== UNKNOWN;
}

/** Names that machines give themselves (`uname -m`), as the names of OCI platforms. */
const MACHINES: Readonly<Record<string, string>> = {
  x86_64: 'amd64',
  aarch64: 'arm64',
  arm64v8: 'arm64',
  x64: 'amd64',
};

/** A platform or an architecture in OCI's words: `aarch64` → `arm64`, `linux/x86_64` → `linux/amd64`. */
export function platformArchitecture(typed: string): string {
  return typed
    .toLowerCase()
    .split('/')
    .map((part) => (Object.hasOwn(MACHINES, part) ? MACHINES[part]! : part))
    .join('/');
}
