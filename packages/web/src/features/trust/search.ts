import type { TrustKind } from '@pharos/contract';
import { oneOf, type PagedSearch, pagedSearch, type RawSearch } from '../../components/search-state.ts';

export type TrustSearch = PagedSearch;
export const trustSearch = (raw: RawSearch): TrustSearch => pagedSearch(raw);

export interface NewTrustSearch {
  kind?: TrustKind | undefined;
}
export const newTrustSearch = (raw: RawSearch): NewTrustSearch => ({
  kind: oneOf(raw.kind, ['key', 'keyless', 'x509'] as const),
});
