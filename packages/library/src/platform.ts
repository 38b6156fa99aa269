/** What is needed of a platform to name it; the variant may be absent. */
export interface PlatformParts {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string | null | undefined;
}

/** `linux/arm64/v8`: os/architecture, and the variant if there is one. */
export function platformName({ os, architecture, variant }: PlatformParts): string {
  return variant ? `${os}/${architecture}/${variant}` : `${os}/${architecture}`;
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
