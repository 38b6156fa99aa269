import { oneOf, type PagedSearch, pagedSearch, type RawSearch, text } from '../../components/search-state.ts';

export interface PoliciesSearch extends PagedSearch {
  tab?: 'exceptions' | undefined;
}
export const policiesSearch = (raw: RawSearch): PoliciesSearch => ({
  ...pagedSearch(raw),
  tab: oneOf(raw.tab, ['exceptions'] as const),
});

export interface PolicySearch extends PagedSearch {
  tab?: 'versions' | 'exceptions' | undefined;
  /** Versions that are compared. */
  from?: string | undefined;
  to?: string | undefined;
}
export const policySearch = (raw: RawSearch): PolicySearch => ({
  ...pagedSearch(raw),
  tab: oneOf(raw.tab, ['versions', 'exceptions'] as const),
  from: text(raw.from, 10),
  to: text(raw.to, 10),
});
