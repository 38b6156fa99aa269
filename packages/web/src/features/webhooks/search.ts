import { WebhookDeliveryState } from '@pharos/contract';
import { oneOf, type PagedSearch, pagedSearch, type RawSearch, text } from '../../components/search-state.ts';

export interface WebhookSearch extends PagedSearch {
  state?: WebhookDeliveryState | undefined;
  /** The delivery that is looked at. */
  delivery?: string | undefined;
}

export const webhookSearch = (raw: RawSearch): WebhookSearch => ({
  state: oneOf(raw.state, WebhookDeliveryState.options),
  delivery: text(raw.delivery),
  ...pagedSearch(raw),
});
