/** An image as pull commands name it, taken apart. */
export interface ImageName {
  /** host[:port] */
  readonly registry: string;
  readonly repository: string;
  /** What stands after the colon: a tag, or with Argo CD Image Updater a constraint. */
  readonly suffix: string | null;
}

/**
 * Takes `host/repository[:suffix]` apart by Docker's rule (the first part is a host when it has a dot or a port, or is
 * localhost); without a host it is Docker Hub, where images without a publisher stand below `library`. null: no name.
 */
export function parseImageName(text: string): ImageName | null {
  const [withoutDigest] = text.trim().split('@', 1);
  const colon = withoutDigest!.indexOf(':', withoutDigest!.lastIndexOf('/') + 1);
  const name = colon < 0 ? withoutDigest! : withoutDigest!.slice(0, colon);
  const suffix = colon < 0 ? null : withoutDigest!.slice(colon + 1);
  const [first, ...rest] = name.split('/');
  const hasHost = rest.length > 0 && (/[.:]/.test(first!) || first === 'localhost');
  const registry = hasHost ? first! : 'docker.io';
  const path = hasHost ? rest.join('/') : name;
  if (!/^[a-z0-9]+(?:[._/-]+[a-z0-9]+)*$/.test(path)) return null;
  return { registry, repository: registry === 'docker.io' && !path.includes('/') ? `library/${path}` : path, suffix };
}
