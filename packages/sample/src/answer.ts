import type { Repository } from './repository.ts';

/** A whole HTTP answer; a HEAD request gets it without the body. */
export type Answer = { status: number; headers: Record<string, string>; body: Buffer };

/** What `answer` reads of an HTTP request; header names are lower-case. */
export type Request = {
  method: string;
  target: string;
  headers: Readonly<Record<string, string | string[] | undefined>>;
};

/** By name. */
export type Repositories = ReadonlyMap<string, Repository>;

/** Page size without `n`, and the most that `n` can ask for; more is clamped, as Distribution 3.1.1 does. */
const PAGE = 1000;

// Named without slashes inside the last part: repository names may hold any number of parts.
const ROUTE = /^\/v2\/(.+)\/(manifests|blobs|referrers|tags)\/([^/]+)$/;

/** Answers one request to the registry (distribution-spec 1.1; `_catalog` as Docker's registry has it). Never throws. */
export function answer(repositories: Repositories, request: Request): Answer {
  const url = URL.parse(request.target, 'http://sample.invalid');
  if (!url) return error(400, 'UNSUPPORTED', 'the request target is not a URL');
  const path = decode(url.pathname);
  if (path === '/') return text(200, 'Pharos sample registry. Its API is at /v2/.\n');
  if (path !== '/v2' && !path.startsWith('/v2/')) return text(404, '404 page not found\n');
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    const refused = error(405, 'UNSUPPORTED', 'the sample registry is read-only');
    return { ...refused, headers: { ...refused.headers, Allow: 'GET, HEAD' } };
  }
  if (path === '/v2' || path === '/v2/') return json({});
  if (path === '/v2/_catalog') return page(url, [...repositories.keys()], (names) => ({ repositories: names }));
  const [, name = '', kind, reference = ''] = ROUTE.exec(path) ?? [];
  if (!kind || (kind === 'tags' && reference !== 'list')) return text(404, '404 page not found\n');
  const repository = repositories.get(name);
  if (!repository) return error(404, 'NAME_UNKNOWN', 'repository name not known to registry', { name });
  if (kind === 'tags') return page(url, [...repository.tags.keys()], (tags) => ({ name, tags }));
  if (kind === 'manifests') return manifest(repository, reference, request);
  if (kind === 'blobs') return blob(repository, reference, request);
  return error(404, 'UNSUPPORTED', 'the referrers API is not offered; use the fallback tag sha256-<hex>');
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** Pages by `n` and `last` (exclusive) in byte order; more to come is told by a relative `Link` (RFC 8288). */
function page(url: URL, names: readonly string[], body: (names: string[]) => object): Answer {
  const asked = url.searchParams.get('n');
  if (asked !== null && !/^\d{1,9}$/.test(asked)) {
    return error(400, 'PAGINATION_NUMBER_INVALID', 'invalid number of results requested', { n: asked });
  }
  const n = Math.min(asked === null ? PAGE : Number(asked), PAGE);
  const last = url.searchParams.get('last') ?? '';
  const rest = names.filter((name) => name > last).sort((a, b) => (a < b ? -1 : 1));
  const found = rest.slice(0, n);
  const end = found.at(-1);
  const answered = json(body(found));
  if (end === undefined || rest.length === found.length) return answered;
  const next = new URLSearchParams({ last: end, n: String(n) });
  return { ...answered, headers: { ...answered.headers, Link: `<${url.pathname}?${next}>; rel="next"` } };
}

function manifest(repository: Repository, reference: string, request: Request): Answer {
  const digest = reference.includes(':') ? reference : repository.tags.get(reference);
  const stored = digest === undefined ? undefined : repository.manifests.get(digest);
  if (!digest || !stored) return error(404, 'MANIFEST_UNKNOWN', 'manifest unknown', { reference });
  if (!accepts(request.headers.accept, stored.mediaType)) {
    return error(404, 'MANIFEST_UNKNOWN', `manifest found, but Accept does not include ${stored.mediaType}`);
  }
  return content(digest, stored.mediaType, stored.bytes, request);
}

function blob(repository: Repository, digest: string, request: Request): Answer {
  const bytes = repository.blobs.get(digest);
  if (bytes) return content(digest, 'application/octet-stream', bytes, request);
  const why = repository.layers.has(digest)
    ? 'the sample registry serves metadata only: this layer has no bytes, so its images cannot be pulled'
    : 'blob unknown to registry';
  return error(404, 'BLOB_UNKNOWN', why, { digest });
}

function content(digest: string, mediaType: string, bytes: Buffer, request: Request): Answer {
  const etag = `"${digest}"`;
  const headers = { 'Docker-Content-Digest': digest, ETag: etag };
  if (String(request.headers['if-none-match'] ?? '').includes(etag)) {
    return { status: 304, headers, body: Buffer.alloc(0) };
  }
  return { status: 200, headers: { ...headers, 'Content-Type': mediaType }, body: bytes };
}

/** Without an Accept header, or with a wildcard, the manifest is served as it is stored: it is never converted. */
function accepts(header: string | string[] | undefined, mediaType: string): boolean {
  if (header === undefined) return true;
  const wanted = String(header)
    .split(',')
    .map((entry) => entry.split(';')[0]?.trim().toLowerCase());
  return wanted.some((entry) => entry === mediaType || entry === '*/*' || entry === 'application/*');
}

function json(body: object): Answer {
  return {
    status: 200,
    headers: { 'Content-Type': 'application/json; charset=utf-8' },
    body: Buffer.from(`${JSON.stringify(body)}\n`),
  };
}

function text(status: number, body: string): Answer {
  return { status, headers: { 'Content-Type': 'text/plain; charset=utf-8' }, body: Buffer.from(body) };
}

function error(status: number, code: string, message: string, detail?: object): Answer {
  return { ...json({ errors: [{ code, message, ...(detail ? { detail } : {}) }] }), status };
}
