import type { ServingTarget } from '@pharos/contract';
import { oneOf, type PagedSearch, pagedSearch, type RawSearch, text } from '../../components/search-state.ts';

export interface ServicesSearch extends PagedSearch {
  tab?: 'external' | undefined;
  q?: string | undefined;
}
export const servicesSearch = (raw: RawSearch): ServicesSearch => ({
  ...pagedSearch(raw),
  tab: oneOf(raw.tab, ['external']),
  q: text(raw.q),
});

/** What is deployed, and where; the rest is typed. */
export interface DeploySearch {
  /** Id of a model. */
  model?: string | undefined;
  /** A digest. */
  image?: string | undefined;
  location?: string | undefined;
  target?: ServingTarget | undefined;
}
export const deploySearch = (raw: RawSearch): DeploySearch => ({
  model: text(raw.model, 63),
  image: text(raw.image, 140),
  location: text(raw.location, 63),
  target: oneOf(raw.target, ['kserve', 'nim-operator'] as const),
});
