import { type Answer, json } from './answer.ts';

/** An entry of a list: a name, or what a product's own API says of one. */
export type Row = string | Readonly<Record<string, unknown>>;

/** One page of a list before it is an answer, so that a fault can strike the lists of all products in one way. */
export type ListPage = {
  /** How the next page is named: by an address, by an opaque token, or by the client that counts on. */
  style: 'link' | 'token' | 'number';
  /** What leads to this page: path with query, token (empty for the first page) or number. */
  here: string;
  /** What leads to the next one; undefined at the end. */
  next: string | undefined;
  rows: readonly Row[];
  /** `rows` null is the mistake of a product that has no rows to show. */
  render: (rows: readonly Row[] | null, next: string | undefined) => Answer;
  /** A row for a tag that is not there. */
  invent: (tag: string) => Row;
};

/** What a handler gives: an answer, or a page that becomes one. */
export type Reply = Answer | ListPage;

/** Makes a page the answer that it is. */
export function answerOf(reply: Reply): Answer {
  return 'render' in reply ? reply.render(reply.rows, reply.next) : reply;
}

/** A `Link` to the next page, as it is. */
export function linkHeader(next: string | undefined): Record<string, string> {
  return next === undefined ? {} : { Link: `<${next}>; rel="next"` };
}

/** A page of names with a Link, as the distribution-spec has it. */
export function namePage(
  url: URL,
  { items, next }: { items: readonly string[]; next: { last: string; n: number } | undefined },
  body: (items: readonly Row[] | null) => object,
  linkPath = url.pathname,
): ListPage {
  return {
    style: 'link',
    here: url.pathname + url.search,
    next: next && `${linkPath}?${new URLSearchParams({ last: next.last, n: String(next.n) })}`,
    rows: items,
    render: (rows, to) => json(body(rows), linkHeader(to)),
    invent: (tag) => tag,
  };
}

/** The `size` rows from `start` on, and where the next page starts. */
export function slice<T>(rows: readonly T[], start: number, size: number): { items: T[]; next: number | undefined } {
  const items = rows.slice(start, start + size);
  const end = start + items.length;
  return { items, next: items.length > 0 && end < rows.length ? end : undefined };
}
