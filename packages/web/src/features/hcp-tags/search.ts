import { HCP_TAG_SORTS } from '@pharos/contract';
import { oneOf, type PagedSearch, pagedSearch, type RawSearch, text } from '../../components/search-state.ts';

export interface HcpTagsSearch extends PagedSearch {
  q?: string | undefined;
  sort?: (typeof HCP_TAG_SORTS)[number] | undefined;
  tab?: 'history' | undefined;
}

export function hcpTagsSearch(raw: RawSearch): HcpTagsSearch {
  return {
    q: text(raw.q),
    sort: oneOf(raw.sort, HCP_TAG_SORTS),
    tab: oneOf(raw.tab, ['history']),
    ...pagedSearch(raw),
  };
}
