import { Kind } from '@pharos/contract';
import { oneOf, type PagedSearch, pagedSearch, type RawSearch, text } from '../../components/search-state.ts';

export interface RulesSearch extends PagedSearch {
  q?: string | undefined;
  registryId?: string | undefined;
}

export const rulesSearch = (raw: RawSearch): RulesSearch => ({
  q: text(raw.q),
  registryId: text(raw.registryId),
  ...pagedSearch(raw),
});

/** What a new rule begins with, for links that know what it is for. */
export interface NewRuleSearch {
  registryId?: string | undefined;
  kind?: Kind | undefined;
  include?: string | undefined;
}

export const newRuleSearch = (raw: RawSearch): NewRuleSearch => ({
  registryId: text(raw.registryId),
  kind: oneOf(raw.kind, Kind.options),
  include: text(raw.include),
});
