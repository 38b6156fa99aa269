import { type Answer, json, NOT_FOUND, ociError } from './answer.ts';
import type { Call } from './call.ts';
import type { Content } from './content.ts';
import type { Ask } from './dialects/dialect.ts';
import { describe, MEDIA_TYPES } from './image.ts';
import { namePage, type Reply, type Row } from './list-page.ts';

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

/**
 * Answers as CNCF Distribution 3 does: `n` and `last` with Link, `n` clamped to `pageSize`, manifests never converted,
 * no referrers API unless the product has one. Sign-in and faults are not its matter.
 */
export function goodReply(ask: Ask, hasReferrers = false): Reply {
  const { content, repo } = ask;
  const call = { ...ask.call, repo };
  if (call.method !== 'GET' && call.method !== 'HEAD') {
    return ociError(405, 'UNSUPPORTED', 'this registry is read-only over HTTP');
  }
  if (call.kind === 'root') return json({});
  if (call.kind === 'catalog') return catalogPage(ask);
  if (call.kind === 'referrers' && hasReferrers) return referrers(content, call);
  if (call.kind === 'manifest' || call.kind === 'blob' || call.kind === 'tags') {
    if (!content.tags(repo)) return ociError(404, 'NAME_UNKNOWN', 'repository name not known to registry');
    if (call.kind === 'tags') return tagPage(ask);
    return call.kind === 'manifest' ? manifest(content, call) : blob(content, call);
  }
  return NOT_FOUND;
}

/** How a product pages its names. */
export type NamePaging = {
  /** The page without `n`; default: the largest. */
  normal?: number;
  /** Larger `n` is clamped. */
  cap?: number;
};

/** The tags that the call asks for, in byte order, with a relative Link. */
export function tagPage({ content, repo, call, pageSize }: Ask, paged: NamePaging = {}): Reply {
  const tags = content.tags(repo);
  if (!tags) return ociError(404, 'NAME_UNKNOWN', 'repository name not known to registry');
  return page(call, tags, pageSize, paged, (items) => ({ name: call.repo, tags: items }));
}

/** The repositories that the call asks for. */
export function catalogPage({ content, call, pageSize }: Ask, paged: NamePaging = {}): Reply {
  return page(call, content.repositories(), pageSize, paged, (repositories) => ({ repositories }));
}

function page(
  call: Call,
  names: readonly string[],
  pageSize: number,
  { normal = pageSize, cap = pageSize }: NamePaging,
  body: (items: readonly Row[] | null) => object,
): Reply {
  const { n = Math.min(normal, pageSize), last } = paging(call.url);
  if (Number.isNaN(n)) return ociError(400, 'PAGINATION_NUMBER_INVALID', 'invalid number of results requested');
  return namePage(call.url, pageOf(names, last, Math.min(n, cap, pageSize)), body);
}

/** distribution-spec "Listing Referrers": an index, empty where nothing hangs on the digest. */
function referrers(content: Content, call: Call): Answer {
  if (!content.tags(call.repo)) return ociError(404, 'NAME_UNKNOWN', 'repository name not known to registry');
  const wanted = call.url.searchParams.get('artifactType');
  const all = content.referrers(call.repo, call.reference).map((stored) => {
    const { artifactType, config, annotations } = JSON.parse(stored.bytes.toString());
    return {
      ...describe(stored),
      artifactType: artifactType ?? config?.mediaType,
      ...(annotations && { annotations }),
    };
  });
  const manifests = wanted === null ? all : all.filter(({ artifactType }) => artifactType === wanted);
  return json(
    { schemaVersion: 2, mediaType: MEDIA_TYPES.oci.index, manifests },
    { 'Content-Type': MEDIA_TYPES.oci.index, ...(wanted === null ? {} : { 'OCI-Filters-Applied': 'artifactType' }) },
  );
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

/** A blob by its digest. */
export function blob(content: Content, call: Call): Answer {
  const stored = content.blob(call.repo, call.reference);
  if (!stored) return ociError(404, 'BLOB_UNKNOWN', 'blob unknown to registry');
  return bytes(call, stored.digest, 'application/octet-stream', stored.bytes);
}

function bytes(call: Call, digest: string, mediaType: string, body: Buffer): Answer {
  const headers = { 'Docker-Content-Digest': digest, ETag: `"${digest}"` };
  if (call.headers['if-none-match'] === headers.ETag) return { status: 304, headers, body: Buffer.alloc(0) };
  return { status: 200, headers: { ...headers, 'Content-Type': mediaType }, body };
}
