import { isDigest } from './digest.ts';
import { RegistryError } from './errors.ts';

/** An image as people write it, taken apart. `registry` is the host with its port, `docker.io` when none is written. */
export interface Reference {
  registry: string;
  repository: string;
  tag: string | null;
  digest: string | null;
}

/** A registry's address: `origin` is scheme + host + port, `prefix` is put before every repository name (`''` for none). */
export interface RegistryAddress {
  origin: string;
  host: string;
  prefix: string;
}

const REPOSITORY = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;
const HOST = /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9._-]*[a-zA-Z0-9])?|\[[0-9a-fA-F:.]+\])(?::\d{1,5})?$/;
const HUB = new Set(['docker.io', 'index.docker.io', 'registry-1.docker.io']);

/** Whether the name follows the grammar of the distribution-spec (lower-case components joined by `/`), at most 255 characters. */
export function isRepositoryName(text: unknown): text is string {
  return typeof text === 'string' && text.length <= 255 && REPOSITORY.test(text);
}

/** Whether the name is a tag by the distribution-spec: 1 to 128 characters, case matters. */
export function isTagName(text: unknown): text is string {
  return typeof text === 'string' && TAG.test(text);
}

/** Whether the host is one of Docker Hub's names. */
export function isDockerHub(host: string): boolean {
  return HUB.has(host);
}

/** Where the API of a host answers: Docker Hub is written `docker.io` and served by `registry-1.docker.io`. */
export function apiHost(host: string): string {
  return isDockerHub(host) ? 'registry-1.docker.io' : host;
}

/**
 * Takes an image reference apart, as docker does: the part before the first `/` is a host when it holds a `.` or `:`
 * or is `localhost`; otherwise the image is on Docker Hub, where a single name stands in `library/`.
 * @throws RegistryError `reference-invalid`
 */
export function parseReference(text: string): Reference {
  const at = text.indexOf('@');
  const digest = at < 0 ? null : text.slice(at + 1);
  const name = at < 0 ? text : text.slice(0, at);
  if (digest !== null && !isDigest(digest)) throw invalidReference('its digest is not sha256 or sha512 in hexadecimal');

  const slash = name.indexOf('/');
  const first = slash < 0 ? '' : name.slice(0, slash);
  const hasHost = first === 'localhost' || /[.:[]/.test(first);
  const rest = hasHost ? name.slice(slash + 1) : name;
  const colon = rest.lastIndexOf(':');
  const tag = colon < 0 ? null : rest.slice(colon + 1);
  const path = colon < 0 ? rest : rest.slice(0, colon);
  if (hasHost && !HOST.test(first)) throw invalidReference('its host is not a host name');
  if (tag !== null && !isTagName(tag)) throw invalidReference('its tag is not a valid tag');

  const host = hasHost ? first.toLowerCase() : 'docker.io';
  const registry = isDockerHub(host) ? 'docker.io' : host;
  const repository = registry === 'docker.io' && !path.includes('/') && path !== '' ? `library/${path}` : path;
  if (!isRepositoryName(repository)) throw invalidReference('its repository is not a valid name');
  return { registry, repository, tag, digest };
}

/** The reference as text, the inverse of `parseReference` on its results. */
export function formatReference(reference: Reference): string {
  const tag = reference.tag === null ? '' : `:${reference.tag}`;
  const digest = reference.digest === null ? '' : `@${reference.digest}`;
  return `${reference.registry}/${reference.repository}${tag}${digest}`;
}

/**
 * Reads a registry's address: `host`, `host:port`, `https://host/prefix/`. Without a scheme it is https, or http with
 * `plainHttp`; a written `https://` stays https even then. A pasted `/v2/` or `/v1/` is the API itself and no prefix.
 * @throws RegistryError `registry-url-invalid`
 */
export function parseRegistryUrl(text: string, options: { plainHttp?: boolean | undefined } = {}): RegistryAddress {
  const trimmed = text.trim();
  if (trimmed === '') throw invalidUrl('The address of the registry is empty.');
  if (!/^[\x21-\x7e]+$/.test(trimmed))
    throw invalidUrl('The address of the registry holds a space or a character outside ASCII.');
  if (/[\\<>"{}|^`%]/.test(trimmed))
    throw invalidUrl('The address of the registry holds a character that no address has.');
  const scheme = /^([a-zA-Z][a-zA-Z0-9+.-]*):\/\//.exec(trimmed)?.[1]?.toLowerCase();
  if (scheme !== undefined && scheme !== 'https' && scheme !== 'http') {
    throw invalidUrl('The address of the registry must begin with https:// or have no scheme.');
  }
  if (scheme === 'http' && !options.plainHttp) {
    throw invalidUrl(
      'The address of the registry begins with http://, which sends passwords unprotected.',
      'Write https://, or set tls.plain_http if an unprotected connection is intended.',
    );
  }
  const rest = scheme === undefined ? trimmed : trimmed.slice(scheme.length + 3);
  if (rest.includes('@'))
    throw invalidUrl(
      'The address of the registry holds a user name.',
      'Put user name and password into authentication.',
    );
  if (/[?#]/.test(rest)) throw invalidUrl('The address of the registry holds a query or a fragment.');

  const slash = rest.indexOf('/');
  const authority = slash < 0 ? rest : rest.slice(0, slash);
  const path = slash < 0 ? '' : rest.slice(slash).replace(/^\/+|\/+$/g, '');
  const url = HOST.test(authority)
    ? URL.parse(`${scheme ?? (options.plainHttp ? 'http' : 'https')}://${authority}`)
    : null;
  if (url === null || url.port === '0')
    throw invalidUrl('The address of the registry does not begin with a host name and an optional port.');
  const prefix = path === 'v2' || path === 'v1' ? '' : path;
  if (prefix !== '' && !isRepositoryName(prefix)) {
    throw invalidUrl(
      'What follows the host in the address of the registry cannot be the beginning of a repository name.',
    );
  }
  return { origin: url.origin, host: url.host, prefix };
}

function invalidReference(why: string): RegistryError {
  return new RegistryError({ code: 'reference-invalid', message: `This is not an image reference: ${why}.` });
}

function invalidUrl(message: string, hint?: string): RegistryError {
  return new RegistryError({ code: 'registry-url-invalid', message, hint });
}
