/** Search state as it stands in the URL: plain strings, nothing that equals its default, nothing unknown. */

export type RawSearch = Record<string, unknown>;

/** A non-empty string of bounded length, or undefined. */
export function text(value: unknown, max = 200): string | undefined {
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'string') return undefined;
  const trimmed = value.slice(0, max);
  return trimmed === '' ? undefined : trimmed;
}

/** One of the allowed words, or undefined: a link that somebody mistyped shows the default instead of an error. */
export function oneOf<const T extends string>(value: unknown, allowed: readonly T[]): T | undefined {
  return allowed.find((word) => word === value);
}

/** A positive whole number above 1 (page 1 is the default), or undefined. */
export function pageNumber(value: unknown): number | undefined {
  const number = Number(value);
  return Number.isInteger(number) && number > 1 && number < 1e6 ? number : undefined;
}

/** A whole number, or undefined. */
export function wholeNumber(value: unknown): number | undefined {
  if (value === undefined || value === '') return undefined;
  const number = Number(value);
  return Number.isInteger(number) ? number : undefined;
}

/** What every paged list keeps: the cursor of the page shown, and its number for people. */
export interface PagedSearch {
  cursor?: string | undefined;
  page?: number | undefined;
}

export function pagedSearch(raw: RawSearch): PagedSearch {
  const cursor = text(raw.cursor, 2000);
  return cursor === undefined ? {} : { cursor, page: pageNumber(raw.page) };
}

/** The opposite direction of a sort key: `version` ↔ `-version`. */
export function reverseSort(sort: string): string {
  return sort.startsWith('-') ? sort.slice(1) : `-${sort}`;
}

/** `?a=1&b=x` → `{ a: '1', b: 'x' }`: values stay text, so that the tag `17` is not taken for a number. */
export function parseSearch(search: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(search));
}

/** The reverse; undefined, null and empty values are left out. */
export function stringifySearch(search: RawSearch): string {
  const parameters = new URLSearchParams();
  for (const [key, value] of Object.entries(search)) {
    if (value !== undefined && value !== null && value !== '') parameters.set(key, String(value));
  }
  const query = parameters.toString();
  return query ? `?${query}` : '';
}

/** A path of this site that is safe to go on to after sign-in; anything else becomes the home page. */
export function safeNext(next: unknown): string {
  if (typeof next !== 'string' || !/^\/(?![/\\])/.test(next) || next.length > 2000) return '/';
  return /^\/(sign-in|setup)\b/.test(next) ? '/' : next;
}
