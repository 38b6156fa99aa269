import type { IncomingHttpHeaders } from 'node:http';

/**
 * The endpoints; `token` is the stand-in’s own token server. `bulk` lists the tags of a repository by a product's own
 * API, `repositories` its repositories, `api` is anything else there.
 */
export type CallKind =
  | 'root'
  | 'catalog'
  | 'tags'
  | 'manifest'
  | 'blob'
  | 'referrers'
  | 'token'
  | 'bulk'
  | 'repositories'
  | 'api'
  | 'other';

/** One request, taken apart. `repo` and `reference` are empty where the kind has none. */
export type Call = {
  kind: CallKind;
  method: string;
  url: URL;
  repo: string;
  reference: string;
  headers: IncomingHttpHeaders;
  body: string;
};

const ROUTE = /^\/v2\/(.+)\/(manifests|blobs|referrers|tags)\/([^/]+)$/;
const KINDS: Readonly<Record<string, CallKind>> = {
  manifests: 'manifest',
  blobs: 'blob',
  referrers: 'referrers',
  tags: 'tags',
};

/** Takes a request apart; what is no endpoint of a registry is `other`. */
export function readCall(
  method: string,
  target: string,
  origin: string,
  headers: IncomingHttpHeaders,
  body = '',
  tokenPath = '/token',
): Call {
  const url = URL.parse(target, origin) ?? new URL('/', origin);
  const path = decoded(url.pathname);
  const call = { method, url, repo: '', reference: '', headers, body };
  if (path === '/v2/' || path === '/v2') return { ...call, kind: 'root' };
  if (path === '/v2/_catalog') return { ...call, kind: 'catalog' };
  if (path === tokenPath) return { ...call, kind: 'token' };
  const [, repo = '', part = '', reference = ''] = ROUTE.exec(path) ?? [];
  const kind = KINDS[part];
  if (!kind || (kind === 'tags' && reference !== 'list')) return { ...call, kind: 'other' };
  return { ...call, kind, repo, reference: decodeURIComponent(reference) };
}

/** A path that cannot be decoded is taken as it is: it will be found nowhere. */
function decoded(path: string): string {
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
}
