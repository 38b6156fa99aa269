import { type Answer, json, NOT_FOUND, ociError } from './answer.ts';
import type { Call } from './call.ts';
import type { Content } from './content.ts';

/** One page of names and what a client must ask for next. */
export type Page = { items: string[]; next: { last: string; n: number } | undefined };

/** `n` and `last` of the request; `n` absent is undefined, `n` that is no number is NaN. */
export function paging(url: URL): { n: number | undefined; last: string } {
  const n = url.searchParams.get('n');
  return {
    n: n === null ? undefined : /^\d{1,9}$/.test(n) ? Number(n) : Number.NaN,
    last: url.searchParams.get('last') ?? '',
  };
}

/** The names after `last`, at most `n` of them. The names are in byte order. */
export function pageOf(names: readonly string[], last: string, n: number): Page {
  const start = last === '' ? 0 : firstAfter(names, last);
  const items = names.slice(start, start + n);
  const end = items.at(-1);
  return { items, next: end !== undefined && start + items.length < names.length ? { last: end, n } : undefined };
}

function firstAfter(names: readonly string[], last: string): number {
  let low = 0;
  let high = names.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((names[middle] ?? '') <= last) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A relative `Link` as Distribution writes it. */
export function nextLink(path: string, next: Page['next']): Record<string, string> {
  return next ? { Link: `<${path}?${new URLSearchParams({ last: next.last, n: String(next.n) })}>; rel="next"` } : {};
}

/**
 * Answers as CNCF Distribution 3 does: `n` and `last` with Link, `n` clamped to `pageSize`, manifests never converted,
 * no referrers API. Sign-in and faults are not its matter.
 */
export function goodAnswer(content: Content, call: Call, pageSize: number): Answer {
  if (call.method !== 'GET' && call.method !== 'HEAD') {
    return ociError(405, 'UNSUPPORTED', 'this registry is read-only over HTTP');
  }
  if (call.kind === 'root') return json({});
  if (call.kind === 'catalog') {
    return list(call, content.repositories(), pageSize, (repositories) => ({ repositories }));
  }
  if (call.kind === 'other' || call.kind === 'referrers' || call.kind === 'token') return NOT_FOUND;
  const tags = content.tags(call.repo);
  if (!tags) return ociError(404, 'NAME_UNKNOWN', 'repository name not known to registry');
  if (call.kind === 'tags') return list(call, tags, pageSize, (items) => ({ name: call.repo, tags: items }));
  return call.kind === 'manifest' ? manifest(content, call) : blob(content, call);
}

function list(call: Call, names: readonly string[], pageSize: number, body: (items: string[]) => object): Answer {
  const { n = pageSize, last } = paging(call.url);
  if (Number.isNaN(n)) return ociError(400, 'PAGINATION_NUMBER_INVALID', 'invalid number of results requested');
  const { items, next } = pageOf(names, last, Math.min(n, pageSize));
  return json(body(items), nextLink(call.url.pathname, next));
}

function manifest(content: Content, call: Call): Answer {
  const digest = content.resolve(call.repo, call.reference);
  const stored = digest && content.manifest(call.repo, digest);
  if (!stored) return ociError(404, 'MANIFEST_UNKNOWN', 'manifest unknown');
  const accept = call.headers.accept ?? '*/*';
  if (!accept.includes(stored.mediaType) && !accept.includes('*/*')) {
    return ociError(404, 'MANIFEST_UNKNOWN', `accept header does not support ${stored.mediaType}`);
  }
  return bytes(call, stored.digest, stored.mediaType, stored.bytes);
}

function blob(content: Content, call: Call): Answer {
  const stored = content.blob(call.repo, call.reference);
  if (!stored) return ociError(404, 'BLOB_UNKNOWN', 'blob unknown to registry');
  return bytes(call, stored.digest, 'application/octet-stream', stored.bytes);
}

function bytes(call: Call, digest: string, mediaType: string, body: Buffer): Answer {
  const headers = { 'Docker-Content-Digest': digest, ETag: `"${digest}"` };
  if (call.headers['if-none-match'] === headers.ETag) return { status: 304, headers, body: Buffer.alloc(0) };
  return { status: 200, headers: { ...headers, 'Content-Type': mediaType }, body };
}
