import { type PagedSearch, pagedSearch, type RawSearch } from '../../components/search-state.ts';

export type PoliciesSearch = PagedSearch;
export const policiesSearch = (raw: RawSearch): PoliciesSearch => pagedSearch(raw);
