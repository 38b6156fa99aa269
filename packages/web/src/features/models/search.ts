/** Search state of the Model Library's pages: filters, sort, view and cursor, without what equals the default. */
import { MODEL_SORTS, ModelTask } from '@pharos/contract';
import {
  oneOf,
  type PagedSearch,
  pagedSearch,
  type RawSearch,
  text,
  wholeNumber,
} from '../../components/search-state.ts';

export interface ModelFilters {
  q?: string | undefined;
  task?: ModelTask | undefined;
  publisher?: string | undefined;
  licence?: string | undefined;
  precision?: string | undefined;
  gpuCount?: number | undefined;
  gpuMemoryGiB?: number | undefined;
  registryId?: string | undefined;
  locationId?: string | undefined;
}

export interface ModelsSearch extends ModelFilters, PagedSearch {
  sort?: (typeof MODEL_SORTS)[number] | undefined;
  view?: 'table' | undefined;
}

export function modelsSearch(raw: RawSearch): ModelsSearch {
  return {
    q: text(raw.q),
    task: oneOf(raw.task, ModelTask.options),
    publisher: text(raw.publisher),
    licence: text(raw.licence),
    precision: text(raw.precision, 50),
    gpuCount: wholeNumber(raw.gpuCount),
    gpuMemoryGiB: wholeNumber(raw.gpuMemoryGiB),
    registryId: text(raw.registryId),
    locationId: text(raw.locationId),
    sort: oneOf(raw.sort, MODEL_SORTS),
    view: oneOf(raw.view, ['table']),
    ...pagedSearch(raw),
  };
}

/** No filter at all; sort and view stay. */
export const NO_FILTERS: ModelFilters & PagedSearch = {
  q: undefined,
  task: undefined,
  publisher: undefined,
  licence: undefined,
  precision: undefined,
  gpuCount: undefined,
  gpuMemoryGiB: undefined,
  registryId: undefined,
  locationId: undefined,
  cursor: undefined,
  page: undefined,
};

/** The filters alone, as the lists of facets are asked for. */
export function filtersOf(search: ModelsSearch): ModelFilters {
  const { sort: _sort, view: _view, cursor: _cursor, page: _page, ...filters } = search;
  return filters;
}

export function hasFilters(search: ModelsSearch): boolean {
  return Object.values(filtersOf(search)).some((value) => value !== undefined);
}
