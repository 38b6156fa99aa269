import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stringifySearch } from '../../components/search-state.ts';
import { filtersOf, hasFilters, modelsSearch, NO_FILTERS } from './search.ts';

test('the address holds filters, sort and view, and nothing that is unknown', () => {
  const raw = { task: 'rerank', gpuCount: '2', gpuMemoryGiB: 'many', sort: 'colour', view: 'table', nonsense: 'x' };
  const search = modelsSearch(raw);
  assert.equal(stringifySearch({ ...search }), '?task=rerank&gpuCount=2&view=table');
  assert.equal(hasFilters(search), true);
  assert.equal(hasFilters(modelsSearch({ sort: '-size', view: 'table', cursor: 'abc' })), false);
});

test('clearing filters clears them all and leaves how the list is drawn', () => {
  const search = modelsSearch({ q: 'x', task: 'ocr', publisher: 'p', licence: 'l', precision: 'FP8', view: 'table' });
  const cleared = { ...search, ...NO_FILTERS };
  assert.equal(hasFilters(cleared), false);
  assert.equal(cleared.view, 'table');
  assert.deepEqual(Object.keys(filtersOf(search)).sort(), Object.keys(filtersOf(NO_FILTERS)).sort());
});
