import { type PagedSearch, pagedSearch, type RawSearch, text } from '../../components/search-state.ts';

export interface RulesSearch extends PagedSearch {
  q?: string | undefined;
  registryId?: string | undefined;
}

export const rulesSearch = (raw: RawSearch): RulesSearch => ({
  q: text(raw.q),
  registryId: text(raw.registryId),
  ...pagedSearch(raw),
});

export interface NewRuleSearch {
  registryId?: string | undefined;
}

export const newRuleSearch = (raw: RawSearch): NewRuleSearch => ({ registryId: text(raw.registryId) });
