import { DeliveryOutcome, RECEIVER_SOURCES, type ReceiverSource } from '@pharos/contract';
import { oneOf, type PagedSearch, pagedSearch, type RawSearch, text } from '../../components/search-state.ts';

export interface ReceiversSearch extends PagedSearch {
  registryId?: string | undefined;
}

export const receiversSearch = (raw: RawSearch): ReceiversSearch => ({
  registryId: text(raw.registryId),
  ...pagedSearch(raw),
});

export interface NewReceiverSearch {
  registryId?: string | undefined;
  source?: ReceiverSource | undefined;
}

export const newReceiverSearch = (raw: RawSearch): NewReceiverSearch => ({
  registryId: text(raw.registryId),
  source: oneOf(raw.source, RECEIVER_SOURCES),
});

export interface ReceiverSearch extends PagedSearch {
  outcome?: DeliveryOutcome | undefined;
}

export const receiverSearch = (raw: RawSearch): ReceiverSearch => ({
  outcome: oneOf(raw.outcome, DeliveryOutcome.options),
  ...pagedSearch(raw),
});
