import { oneOf, type PagedSearch, pagedSearch, type RawSearch, text } from '../../components/search-state.ts';

export interface PeopleSearch extends PagedSearch {
  q?: string | undefined;
  tab?: 'teams' | undefined;
}

export function peopleSearch(raw: RawSearch): PeopleSearch {
  return { q: text(raw.q), tab: oneOf(raw.tab, ['teams']), ...pagedSearch(raw) };
}
