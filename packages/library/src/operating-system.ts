/**
 * Names of operating systems and distributions as they stand in tags and base images: `trixie`, `ubi9`,
 * `alpine3.21`. Exactly one spelling each, so that filters find all of them.
 */
const NAMES =
  'jessie|stretch|buster|bullseye|bookworm|trixie|forky|sid|xenial|bionic|focal|jammy|noble|wolfi|photon\\d?|' +
  '(?:alpine|debian|ubuntu|centos|fedora|rockylinux|rocky|almalinux|alma|rhel|el|ubi|sles|bci|oraclelinux|ol)\\d*(?:\\.\\d+)*';
const OS_NAME = new RegExp(`^(?:${NAMES})$`);

/** Debian's and Ubuntu's numbers for the code names that images are tagged with. */
const CODE_NAMES: Readonly<Record<string, string>> = {
  'debian:10': 'buster',
  'debian:11': 'bullseye',
  'debian:12': 'bookworm',
  'debian:13': 'trixie',
  'debian:14': 'forky',
  'ubuntu:18.04': 'bionic',
  'ubuntu:20.04': 'focal',
  'ubuntu:22.04': 'jammy',
  'ubuntu:24.04': 'noble',
};

/** Whether a part of a tag (between dashes) names an operating system. */
export function isOperatingSystem(text: string): boolean {
  if (text.length > 32) return false;
  const known = KNOWN.get(text);
  if (known !== undefined) return known;
  const isOne = OS_NAME.test(text);
  if (KNOWN.size < MOST_KNOWN) KNOWN.set(text, isOne);
  return isOne;
}

/** A million tags end in a handful of words. Bounded, because tags are hostile text. */
const KNOWN = new Map<string, boolean>();
const MOST_KNOWN = 2_000;

/**
 * The operating system that a base image's reference names, or null: `docker.io/library/debian:trixie-20260803-slim` →
 * `trixie`, `debian:12-slim` → `bookworm`, `registry.access.redhat.com/ubi9/ubi:9.6` → `ubi9`, `alpine:3.21` → `alpine3.21`.
 */
export function operatingSystemOfBase(reference: string): string | null {
  const withoutDigest = reference.slice(0, 512).split('@', 1)[0]!.toLowerCase();
  const lastPath = withoutDigest.slice(withoutDigest.lastIndexOf('/') + 1);
  const [name = '', tag = ''] = lastPath.split(':');
  const version = tag.split('-', 1)[0]!;
  const codeName = CODE_NAMES[`${name}:${version.split('.', name === 'debian' ? 1 : 2).join('.')}`];
  if (codeName !== undefined) return codeName;
  if (/^(?:debian|ubuntu)$/.test(name) && isOperatingSystem(version)) return version;
  if (name === 'alpine' && /^\d+\.\d+/.test(version)) return `alpine${version.split('.', 2).join('.')}`;
  const ubi = /(?:^|\/)ubi(\d+)(?:\/|-|:|$)/.exec(withoutDigest);
  if (ubi !== null) return `ubi${ubi[1]}`;
  return isOperatingSystem(name) ? name : null;
}
