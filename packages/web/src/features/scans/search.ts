import { ScanStatus } from '@pharos/contract';
import { oneOf, type PagedSearch, pagedSearch, type RawSearch, text } from '../../components/search-state.ts';

export interface ScansSearch extends PagedSearch {
  status?: ScanStatus | undefined;
  registryId?: string | undefined;
  repositoryId?: string | undefined;
}

export const scansSearch = (raw: RawSearch): ScansSearch => ({
  status: oneOf(raw.status, ScanStatus.options),
  registryId: text(raw.registryId),
  repositoryId: text(raw.repositoryId),
  ...pagedSearch(raw),
});
