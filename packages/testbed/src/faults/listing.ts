import { type Answer, json, ociError } from '../answer.ts';
import type { Fault, FaultContext } from '../fault.ts';
import { nextLink, type Page, pageOf, paging } from '../good-registry.ts';
import { digestOf } from '../image.ts';

/** The page a good registry would send, or nothing when the repository or `n` is unknown. */
function goodPage({ call, content, pageSize }: FaultContext, limit = pageSize): Page | undefined {
  const tags = content.tags(call.repo);
  const { n = limit, last } = paging(call.url);
  return tags && !Number.isNaN(n) ? pageOf(tags, last, Math.min(n, limit)) : undefined;
}

function tagList({ call }: FaultContext, tags: readonly string[], headers: Record<string, string> = {}): Answer {
  return json({ name: call.repo, tags }, headers);
}

/** A fault that makes its answer out of the good page. */
function onPage(line: string, apply: (page: Page, context: FaultContext) => Answer): Fault {
  return {
    line,
    on: ['tags'],
    apply: (context) => {
      const page = goodPage(context);
      return page ? apply(page, context) : context.good();
    },
  };
}

const query = (next: NonNullable<Page['next']>) => new URLSearchParams({ last: next.last, n: String(next.n) });

function overCap(status: number, code: string): Fault['apply'] {
  return (context) => {
    const { n = 0 } = paging(context.call.url);
    const { cap = 100 } = context.options;
    return n > cap ? ociError(status, code, `n must not be larger than ${cap}`) : context.good();
  };
}

function emptyPageWithLink(page: Page, context: FaultContext): Answer {
  const { call } = context;
  if (call.url.searchParams.has('full')) return tagList(context, page.items, nextLink(call.url.pathname, page.next));
  const again = new URLSearchParams(call.url.searchParams);
  again.set('full', '1');
  return tagList(context, [], { Link: `<${call.url.pathname}?${again}>; rel="next"` });
}

function duplicateTags(page: Page, context: FaultContext): Answer {
  const { call } = context;
  const { last } = paging(call.url);
  const items = last ? [last, ...page.items] : page.items;
  return tagList(context, [...items, ...items.slice(-1)], nextLink(call.url.pathname, page.next));
}

function endless(context: FaultContext): Answer {
  const { call, pageSize } = context;
  const { n = pageSize, last } = paging(call.url);
  const from = Number(/^endless-(\d+)$/.exec(last)?.[1] ?? 0);
  const size = Math.max(1, Math.min(n || pageSize, pageSize));
  const tags = Array.from({ length: size }, (_, index) => `endless-${String(from + index + 1).padStart(12, '0')}`);
  return tagList(context, tags, nextLink(call.url.pathname, { last: tags.at(-1) ?? '', n: size }));
}

function shrunken(context: FaultContext): Answer {
  const tags = context.content.tags(context.call.repo);
  if (!tags) return context.good();
  const left = tags.slice(0, Math.floor((tags.length * (context.options.percent ?? 40)) / 100));
  const { n = context.pageSize, last } = paging(context.call.url);
  const page = pageOf(left, last, Math.min(n, context.pageSize));
  return tagList(context, page.items, nextLink(context.call.url.pathname, page.next));
}

function unsorted(context: FaultContext): Answer {
  const tags = context.content.tags(context.call.repo);
  if (!tags) return context.good();
  const shuffled = tags.map((tag) => [digestOf(tag), tag] as const).sort(([a], [b]) => (a < b ? -1 : 1));
  const names = shuffled.map(([, tag]) => tag);
  const { n = context.pageSize, last } = paging(context.call.url);
  const start = names.indexOf(last) + 1;
  const items = names.slice(start, start + Math.min(n, context.pageSize));
  const more = start + items.length < names.length;
  const next = more ? { last: items.at(-1) ?? '', n } : undefined;
  return tagList(context, items, nextLink(context.call.url.pathname, next));
}

/** Faults of tag lists and paging. */
export const LISTING = {
  'short-page-with-link': {
    line: 'a page holds a third of what was asked for (at most 3), with a Link to the rest',
    on: ['tags'],
    apply: (context) => {
      const { n = 9 } = paging(context.call.url);
      const page = goodPage(context, Math.max(1, Math.min(3, Math.floor(n / 3))));
      return page ? tagList(context, page.items, nextLink(context.call.url.pathname, page.next)) : context.good();
    },
  },
  'link-absolute-foreign': onPage('Link points to the same path on another origin, which answers', (page, context) =>
    tagList(context, page.items, {
      Link: `<${context.foreignOrigin}${context.call.url.pathname}?last=${encodeURIComponent(page.items.at(-1) ?? '')}>; rel="next"`,
    }),
  ),
  'link-loop': onPage('every page has a Link to itself', (page, context) =>
    tagList(context, page.items, { Link: `<${context.call.url.pathname}${context.call.url.search}>; rel="next"` }),
  ),
  'link-relative': onPage(
    'Link is relative to the request path, with an unquoted rel and a parameter',
    (page, context) =>
      tagList(
        context,
        page.items,
        page.next ? { Link: `<list?${query(page.next)}&orderby=>; title="a, b"; rel=next` } : {},
      ),
  ),
  'link-multi': onPage('Link holds two links, previous before next', (page, context) => {
    const path = context.call.url.pathname;
    const previous = `<${path}?n=1>; rel="previous"`;
    const next = page.next ? `, <${path}?${query(page.next)}>; rel="next"` : '';
    return tagList(context, page.items, { Link: `${previous}${next}` });
  }),
  'n-over-cap-400': {
    line: 'n above `cap` (100) is refused with 400 PAGINATION_NUMBER_INVALID, in tags and catalog',
    on: ['tags', 'catalog'],
    apply: overCap(400, 'PAGINATION_NUMBER_INVALID'),
  },
  'n-over-cap-405': {
    line: 'n above `cap` (100) is refused with 405 UNSUPPORTED, in tags and catalog',
    on: ['tags', 'catalog'],
    apply: overCap(405, 'UNSUPPORTED'),
  },
  'ignores-n': {
    line: 'the whole list in one page whatever n and last say, as Distribution 2.8 does',
    on: ['tags'],
    apply: (context) => {
      const tags = context.content.tags(context.call.repo);
      return tags ? tagList(context, tags) : context.good();
    },
  },
  'tags-null': {
    line: '`tags` is null',
    on: ['tags'],
    apply: ({ call }) => json({ name: call.repo, tags: null }),
  },
  'tags-missing': { line: '`tags` is not there', on: ['tags'], apply: ({ call }) => json({ name: call.repo }) },
  'duplicate-tags': onPage('the last tag of a page comes twice, and again as first of the next page', duplicateTags),
  'empty-page-with-link': onPage('an empty page with a Link stands before each full page', emptyPageWithLink),
  'endless-tags': { line: 'there is always one more page of new tags', on: ['tags'], apply: endless },
  'empty-list': { line: '200 with no tags', on: ['tags'], apply: (context) => tagList(context, []) },
  'shrunken-list': {
    line: 'only the first `percent` (40) of the tags, as a complete list',
    on: ['tags'],
    apply: shrunken,
  },
  unsorted: { line: 'tags in no order; `last` means a place in that order', on: ['tags'], apply: unsorted },
} as const satisfies Record<string, Fault>;
