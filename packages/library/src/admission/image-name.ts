/** Image references as Kubernetes reads them. Text of strangers: bounded, and read to the end or not at all. */

/** An image as it is written in an object, taken apart. */
export interface ImageName {
  /** host[:port]/path, lower-case host, Docker Hub as `docker.io/library/…`: what repositories are compared by. */
  readonly repository: string;
  readonly tag: string | null;
  readonly digest: string | null;
}

/** Longer is no reference: 255 of a name, 128 of a tag, a digest, and a host. */
const MOST = 1024;
const COMPONENT = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const PATH = new RegExp(`^${COMPONENT}(?:/${COMPONENT})*$`);
const TAG = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;
const DIGEST = /^(?:sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128})$/;
const HOST = /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?|\[[0-9a-fA-F:.]+\])(?::\d{1,5})?$/;
const HUB = new Set(['docker.io', 'index.docker.io', 'registry-1.docker.io', 'registry.hub.docker.com']);

/**
 * Reads `[host/]path[:tag][@digest]` (the grammar of distribution/reference, which the kubelet uses). null: it is none, and
 * nothing may be concluded from it.
 */
export function readImageName(text: string): ImageName | null {
  if (text.length === 0 || text.length > MOST) return null;
  const at = text.indexOf('@');
  const digest = at < 0 ? null : text.slice(at + 1);
  if (digest !== null && !DIGEST.test(digest)) return null;
  const name = at < 0 ? text : text.slice(0, at);
  const slash = name.indexOf('/');
  const head = slash < 0 ? '' : name.slice(0, slash);
  const hasHost = head === 'localhost' || /[.:[A-Z]/.test(head);
  if (hasHost && !HOST.test(head)) return null;
  const rest = hasHost ? name.slice(slash + 1) : name;
  const colon = rest.lastIndexOf(':');
  const tag = colon < 0 ? null : rest.slice(colon + 1);
  const path = colon < 0 ? rest : rest.slice(0, colon);
  if (path.length > 255 || !PATH.test(path) || (tag !== null && !TAG.test(tag))) return null;
  return { repository: repositoryKey(hasHost ? head : 'docker.io', path), tag, digest };
}

/** The one form of a repository: `host` may carry a prefix (`registry.example/team`), as registries are stored. */
export function repositoryKey(host: string, path: string): string {
  const slash = host.indexOf('/');
  const name = (slash < 0 ? host : host.slice(0, slash)).toLowerCase().replace(/:443$/, '');
  const whole = slash < 0 ? path : `${host.slice(slash + 1)}/${path}`;
  if (!HUB.has(name)) return `${name}/${whole}`;
  return `docker.io/${whole.includes('/') ? whole : `library/${whole}`}`;
}

/** What a reference without a tag and a digest means. */
export const DEFAULT_TAG = 'latest';
