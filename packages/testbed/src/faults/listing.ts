import { type Answer, json, ociError, text } from '../answer.ts';
import type { CallKind } from '../call.ts';
import type { Fault, FaultContext } from '../fault.ts';
import { paging } from '../good-registry.ts';
import { digestOf } from '../image.ts';
import { type ListPage, linkHeader } from '../list-page.ts';

/** Lists of tags: the registry's, and that of the product's own API. */
const TAGS: readonly CallKind[] = ['tags', 'bulk'];
/** Every list. */
const LISTS: readonly CallKind[] = ['tags', 'bulk', 'catalog', 'repositories'];

/** A fault that makes its answer out of the good page. */
function onPage(
  line: string,
  apply: (page: ListPage, context: FaultContext) => Answer,
  on: readonly CallKind[] = LISTS,
): Fault {
  return {
    line,
    on,
    apply: (context) => {
      const page = context.page();
      return page ? apply(page, context) : context.good();
    },
  };
}

/** A fault of the Link header, where the list has one. */
function onLink(line: string, change: (target: string, context: FaultContext) => string): Fault {
  return onPage(line, (_page, context) => {
    const good = context.good();
    const target = /<([^>]*)>/.exec(good.headers.Link ?? '')?.[1];
    return target === undefined ? good : { ...good, headers: { ...good.headers, Link: change(target, context) } };
  });
}

function overCap(status: number, code: string): Fault['apply'] {
  return (context) => {
    const { n = 0 } = paging(context.call.url);
    const { cap = 100 } = context.options;
    return n > cap ? ociError(status, code, `n must not be larger than ${cap}`) : context.good();
  };
}

/** Absolute where the product writes absolute addresses. */
function onward({ here }: ListPage, path: string): string {
  return URL.canParse(here) ? new URL(path, here).href : path;
}

/** The address of a page that says `full`, so that the empty page before it comes only once. */
function emptyPageWithLink(page: ListPage, { call }: FaultContext): Answer {
  if (page.style !== 'link' || call.url.searchParams.has('full')) return page.render(page.rows, page.next);
  const again = new URLSearchParams(call.url.searchParams);
  again.set('full', '1');
  return page.render([], onward(page, `${call.url.pathname}?${again}`));
}

function duplicateTags(page: ListPage, { call }: FaultContext): Answer {
  const { last } = paging(call.url);
  const rows = last && call.kind === 'tags' ? [last, ...page.rows] : page.rows;
  return page.render([...rows, ...rows.slice(-1)], page.next);
}

/** What comes next carries the number of names so far, in the product's own way. */
function endless(page: ListPage, { call, pageSize }: FaultContext): Answer {
  const asked = paging(call.url).n ?? pageSize;
  const size = Math.max(1, Math.min(asked || pageSize, pageSize, 1000));
  const told = /endless[-=](\d+)/.exec(page.style === 'token' ? page.here : call.url.search)?.[1];
  const from = page.style === 'number' ? (Number(page.here) - 1) * size : Number(told ?? 0);
  const rows = Array.from({ length: size }, (_, index) =>
    page.invent(`endless-${String(from + index + 1).padStart(12, '0')}`),
  );
  const query = new URLSearchParams(call.url.searchParams);
  query.set('endless', String(from + size));
  const link = onward(page, `${call.url.pathname}?${query}`);
  return page.render(
    rows,
    { link, token: `endless-${from + size}`, number: String(Number(page.here) + 1) }[page.style],
  );
}

/** A page that leads to itself: by its address, by its own token, or by one more page that is always said to come. */
function loop(page: ListPage): Answer {
  return page.render(page.rows, page.here || 'again');
}

/** The answer without these tags; a list of several repositories loses them in each. */
function without(
  { content, call, instead }: FaultContext,
  lost: (tags: readonly string[]) => readonly string[],
): Answer {
  const repos = call.repo === '' ? content.repositories() : [call.repo];
  const gone = new Map(repos.map((repo) => [repo, new Set(lost(content.tags(repo) ?? []))]));
  return instead({ content: content.only((repo, tag) => !gone.get(repo)?.has(tag)) });
}

function shrunken(context: FaultContext): Answer {
  const { percent = 40 } = context.options;
  return without(context, (tags) => tags.slice(Math.floor((tags.length * percent) / 100)));
}

function hidden(context: FaultContext): Answer {
  return without(context, (tags) => context.options.hidden ?? tags.slice(0, 1));
}

function unsorted(context: FaultContext): Answer {
  const tags = context.content.tags(context.call.repo);
  if (!tags) return context.good();
  const shuffled = tags.map((tag) => [digestOf(tag), tag] as const).sort(([a], [b]) => (a < b ? -1 : 1));
  const names = shuffled.map(([, tag]) => tag);
  const { n = context.pageSize, last } = paging(context.call.url);
  const start = names.indexOf(last) + 1;
  const items = names.slice(start, start + Math.min(n, context.pageSize));
  const query = new URLSearchParams({ last: items.at(-1) ?? '', n: String(n) });
  const more = start + items.length < names.length ? `${context.call.url.pathname}?${query}` : undefined;
  return json({ name: context.call.repo, tags: items }, linkHeader(more));
}

const ODD_SIZES = [null, '4294967299', 4_294_967_299, 'many'];
const ODD_TIMES = [
  '0001-01-01T00:00:00Z',
  '1970-01-01T00:00:00Z',
  '1980-01-01T00:00:00Z',
  '2199-01-01T00:00:00Z',
  null,
];

function odd(body: Buffer): Buffer {
  let count = 0;
  const changed = JSON.parse(body.toString(), (key, value: unknown) => {
    if (typeof value === 'object' && value !== null) return value;
    const isSize = /size/i.test(key) && !/page/i.test(key);
    const isTime = /time|_at$|At$|created|updated|modified|pushed|timestamp|_ts$/i.test(key);
    count += 1;
    return isSize ? ODD_SIZES[count % ODD_SIZES.length] : isTime ? ODD_TIMES[count % ODD_TIMES.length] : value;
  });
  return Buffer.from(JSON.stringify(changed));
}

/** The last segment and the query, as they stand relative to the page. */
function relative(target: string): string {
  const { pathname, search } = new URL(target, 'http://registry.invalid');
  return `${pathname.slice(pathname.lastIndexOf('/') + 1)}${search}`;
}

/** Faults of lists and paging. */
export const LISTING = {
  'short-page-with-link': {
    line: 'a page holds a third of what was asked for (at most 3), with the way to the rest',
    on: TAGS,
    apply: ({ call, instead }) => {
      const { n = 9 } = paging(call.url);
      return instead({ pageSize: Math.max(1, Math.min(3, Math.floor(n / 3))) });
    },
  },
  'link-absolute-foreign': onPage(
    'Link (or `next`) points to the same path on another origin, which answers',
    (page, { foreignOrigin, call, good }) =>
      page.style === 'link'
        ? page.render(page.rows, `${foreignOrigin}${call.url.pathname}?${call.url.searchParams}`)
        : good(),
  ),
  'link-metadata': onPage('Link (or `next`) points to a cloud’s metadata address', (page, { good }) =>
    page.style === 'link' ? page.render(page.rows, 'http://169.254.169.254/latest/meta-data/') : good(),
  ),
  'link-loop': onPage('every page leads to itself: by Link, or by a token that repeats', loop),
  'link-relative': onLink(
    'Link is relative to the request path, with an unquoted rel and a parameter',
    (target) => `<${relative(target)}&orderby=>; title="a, b"; rel=next`,
  ),
  'link-multi': onPage('Link holds two links, previous before next', (page, { call, good }) => {
    const answer = good();
    if (page.style !== 'link') return answer;
    const { Link, ...headers } = answer.headers;
    const previous = `<${call.url.pathname}?n=1>; rel="previous"`;
    return { ...answer, headers: { ...headers, Link: Link === undefined ? previous : `${previous}, ${Link}` } };
  }),
  'link-missing': onPage('a page that is not the last has no way to the next one', (page) =>
    page.render(page.rows, undefined),
  ),
  'n-over-cap-400': {
    line: 'n above `cap` (100) is refused with 400 PAGINATION_NUMBER_INVALID, in tags and catalog',
    on: LISTS,
    apply: overCap(400, 'PAGINATION_NUMBER_INVALID'),
  },
  'n-over-cap-405': {
    line: 'n above `cap` (100) is refused with 405 UNSUPPORTED, in tags and catalog',
    on: LISTS,
    apply: overCap(405, 'UNSUPPORTED'),
  },
  'ignores-n': {
    line: 'the whole list in one page whatever n and last say, as Distribution 2.8 does',
    on: ['tags'],
    apply: (context) => {
      const tags = context.content.tags(context.call.repo);
      return tags ? json({ name: context.call.repo, tags }) : context.good();
    },
  },
  'tags-null': onPage(
    '`tags` (or what the product calls its rows) is null',
    (page) => page.render(null, undefined),
    TAGS,
  ),
  'tags-missing': { line: '`tags` is not there', on: ['tags'], apply: ({ call }) => json({ name: call.repo }) },
  'duplicate-tags': onPage(
    'the last tag of a page comes twice, and again as first of the next page',
    duplicateTags,
    TAGS,
  ),
  'empty-page-with-link': onPage('an empty page with a Link stands before each full page', emptyPageWithLink),
  'endless-tags': onPage('there is always one more page of new tags', endless, TAGS),
  'empty-list': {
    line: '200 with no tags',
    on: TAGS,
    apply: (context) => without(context, (tags) => tags),
  },
  'shrunken-list': {
    line: 'only the first `percent` (40) of the tags, as a complete list',
    on: TAGS,
    apply: shrunken,
  },
  'hidden-tag': {
    line: 'the tags `hidden` (the first) stand in no list and can be read all the same, as with listEnabled=false at ACR',
    on: TAGS,
    apply: hidden,
  },
  'list-truncated': {
    line: 'the JSON of a list ends half way, in a complete HTTP answer',
    on: LISTS,
    apply: ({ good }) => {
      const answer = good();
      return { ...answer, body: answer.body.subarray(0, answer.body.length >> 1) };
    },
  },
  'list-empty-body': {
    line: 'a list is 200 with no body at all',
    on: LISTS,
    apply: () => text(200, '', 'application/json'),
  },
  'odd-values': {
    line: 'sizes in bulk lists are null, text or past 2^32; times are of the years 1, 1970, 1980 and 2199, or missing',
    on: ['bulk'],
    apply: ({ good }) => {
      const answer = good();
      return answer.status === 200 ? { ...answer, body: odd(answer.body) } : answer;
    },
  },
  unsorted: { line: 'tags in no order; `last` means a place in that order', on: ['tags'], apply: unsorted },
} as const satisfies Record<string, Fault>;
