/** A list's search state as a saved view keeps it. */
import { stringifySearch } from './search-state.ts';

/** The URL query without where one is in the list, and without which part of a page is shown. */
export function viewQuery(search: object): string {
  const { cursor: _cursor, page: _page, tab: _tab, ...rest } = search as Record<string, unknown>;
  return stringifySearch(rest).replace(/^\?/, '');
}

/** Whether two queries say the same, in whatever order. */
export function sameView(one: string, other: string): boolean {
  const sorted = (query: string) => {
    const parameters = new URLSearchParams(query);
    parameters.sort();
    return parameters.toString();
  };
  return sorted(one) === sorted(other);
}
