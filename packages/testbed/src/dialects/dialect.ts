import { type Answer, NOT_FOUND } from '../answer.ts';
import type { Call, CallKind } from '../call.ts';
import type { Content } from '../content.ts';
import type { ListPage, Reply, Row } from '../list-page.ts';
import type { Realm, SignIn } from '../sign-in.ts';

/** Manifest GETs so far, and how many the product allows. */
export type Meter = { pulls: number; limit: number };

/** What a handler sees of a call that may pass. */
export type Ask = {
  call: Call;
  /** The repository as the content knows it; the call has it as the client wrote it. */
  repo: string;
  /** The named groups of the route's path. */
  names: Readonly<Record<string, string>>;
  content: Content;
  signIn: SignIn;
  meter: Meter;
  /** The most a page may hold by the option of the stand-in; the product's own cap comes on top. */
  pageSize: number;
  /** Of the registry. */
  origin: string;
  /** Of the product's own API; that of the registry where they are one. */
  apiOrigin: string;
};

/** An endpoint of a product's own API. */
export type Route = {
  kind: CallKind;
  /** Named groups are decoded once; the group `repo` is the repository. */
  path: RegExp;
  method?: 'GET' | 'POST';
  /** Stands on the registry's own origin although the rest of the API has one of its own. */
  isAtRegistry?: boolean;
  /** Tells calls apart that differ in more than their path. */
  matches?: (call: Call) => boolean;
  /** The repository, where the path does not say it. */
  repo?: (call: Call, names: Readonly<Record<string, string>>) => string;
  /** Asks for no credential. */
  isOpen?: boolean;
  /** Answers those too whom the rest of the API is closed to. */
  isNeverClosed?: boolean;
  answer: (ask: Ask) => Reply;
};

/** A product's habits, as a stand-in shows them. Everything that is missing is done as CNCF Distribution does. */
export type Dialect = {
  /** What it is, in one line. */
  line: string;
  /** The product's own API stands on another origin. */
  hasApiOrigin?: boolean;
  /** Names without a slash stand below this, and are found with and without it. */
  namespace?: string;
  /** The user name that goes with the password, where the product prescribes one. */
  username?: string;
  realm?: Partial<Realm>;
  /** Answers `GET /v2/` with a challenge even to those who need no credential. */
  alwaysChallenges?: boolean;
  /** Has the referrers API. */
  hasReferrers?: boolean;
  /** On every answer of the registry. */
  headers?: Readonly<Record<string, string>>;
  /** The path as Distribution would have it. */
  rewrite?: (path: string) => string;
  tags?: (ask: Ask) => Reply;
  catalog?: (ask: Ask) => Reply;
  /** A last word on any answer of the registry. */
  finish?: (answer: Answer, ask: Ask) => Answer;
  routes?: readonly Route[];
  /** The refusal of the product's own API, or undefined for who may use it. */
  guard?: (ask: Ask) => Answer | undefined;
  /** What the product's own API says to those whom it is closed to. */
  closed?: (ask: Ask) => Answer;
  /** 429 as the product says it. */
  tooMany?: (call: Call, seconds: number) => Answer;
};

/** A catalog that ordinary accounts may not see. */
export const closedCatalog = ({ signIn, call }: Ask): Reply => signIn.deny(call);

/** A catalog that does not exist. */
export const noCatalog = (): Reply => NOT_FOUND;

/** A repository of the content by a name of the product, with or without the default namespace. */
export function findRepository(content: Content, name: string, namespace: string | undefined): string {
  if (content.tags(name) || namespace === undefined || !name.startsWith(`${namespace}/`)) return name;
  const short = name.slice(namespace.length + 1);
  return content.tags(short) ? short : name;
}

/** The repositories below a namespace, without its name in front. */
export function namesBelow(content: Content, namespace: string, fallback: string): string[] {
  return content
    .repositories()
    .filter((name) => name.startsWith(`${namespace}/`) || (namespace === fallback && !name.includes('/')))
    .map((name) => (name.startsWith(`${namespace}/`) ? name.slice(namespace.length + 1) : name));
}

/** A whole number of the query; `fallback` when it is absent or none. */
export function numberIn(url: URL, name: string, fallback: number): number {
  const text = url.searchParams.get(name) ?? '';
  return /^\d{1,9}$/.test(text) ? Number(text) : fallback;
}

/** The address of this call with other parameters: path and query. */
export function withQuery(url: URL, changes: Readonly<Record<string, string | number>>): string {
  const query = new URLSearchParams(url.searchParams);
  for (const [name, value] of Object.entries(changes)) query.set(name, String(value));
  return `${url.pathname}?${query}`;
}

/** A page that the client asks for by its number. */
export function numberedPage<T>(
  all: readonly T[],
  page: number,
  size: number,
  row: (entry: T) => Row,
  rest: Pick<ListPage, 'render' | 'invent'>,
): ListPage {
  const start = (Math.max(1, page) - 1) * size;
  const next = start + size < all.length ? String(page + 1) : undefined;
  return { style: 'number', here: String(page), next, rows: all.slice(start, start + size).map(row), ...rest };
}
