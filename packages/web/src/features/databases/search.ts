import type { Engine } from '@pharos/contract';
import {
  oneOf,
  type PagedSearch,
  pagedSearch,
  type RawSearch,
  text,
  wholeNumber,
} from '../../components/search-state.ts';

export interface DatabasesSearch extends PagedSearch {
  tab?: 'catalogs' | undefined;
  q?: string | undefined;
}
export const databasesSearch = (raw: RawSearch): DatabasesSearch => ({
  ...pagedSearch(raw),
  tab: oneOf(raw.tab, ['catalogs']),
  q: text(raw.q),
});

/** A catalog's name is of a location. */
export interface CatalogSearch {
  location?: string | undefined;
}
export const catalogSearch = (raw: RawSearch): CatalogSearch => ({ location: text(raw.location, 63) });

/** What a new cluster is made of; the rest is typed. */
export interface NewClusterSearch {
  location?: string | undefined;
  engine?: Engine | undefined;
  major?: number | undefined;
  image?: string | undefined;
  /** Names, joined by commas. */
  extensions?: string | undefined;
}
export const newClusterSearch = (raw: RawSearch): NewClusterSearch => ({
  location: text(raw.location, 63),
  engine: oneOf(raw.engine, ['postgresql', 'epas', 'pge'] as const),
  major: wholeNumber(raw.major),
  image: text(raw.image, 140),
  extensions: text(raw.extensions, 1000),
});
