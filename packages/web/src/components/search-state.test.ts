import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  oneOf,
  pagedSearch,
  pageNumber,
  parseSearch,
  reverseSort,
  safeNext,
  stringifySearch,
  text,
  wholeNumber,
} from './search-state.ts';

test('what is typed stays text through the URL and back', () => {
  const search = { q: '17', sort: '-version', empty: '', none: undefined };
  assert.equal(stringifySearch(search), '?q=17&sort=-version');
  assert.deepEqual(parseSearch('?q=17&sort=-version'), { q: '17', sort: '-version' });
  assert.deepEqual(parseSearch(stringifySearch({ q: 'a&b=c d+é' })), { q: 'a&b=c d+é' });
  assert.equal(stringifySearch({}), '');
});

test('a mistyped link falls back to defaults', () => {
  assert.equal(oneOf('tables', ['cards', 'table']), undefined);
  assert.equal(oneOf('table', ['cards', 'table']), 'table');
  assert.equal(pageNumber('x'), undefined);
  assert.equal(pageNumber('1'), undefined);
  assert.equal(pageNumber('3'), 3);
  assert.equal(wholeNumber('1.5'), undefined);
  assert.equal(wholeNumber('17'), 17);
  assert.equal(text('x'.repeat(500))?.length, 200);
  assert.equal(text(''), undefined);
});

test('a page number without a cursor means nothing', () => {
  assert.deepEqual(pagedSearch({ page: '4' }), {});
  assert.deepEqual(pagedSearch({ page: '4', cursor: 'abc' }), { cursor: 'abc', page: 4 });
});

test('sort turns round', () => {
  assert.equal(reverseSort('version'), '-version');
  assert.equal(reverseSort('-version'), 'version');
});

test('sign-in leads on to pages of this site only', () => {
  assert.equal(safeNext('/library?q=17'), '/library?q=17');
  assert.equal(safeNext('//evil.example/x'), '/');
  assert.equal(safeNext('/\\evil.example'), '/');
  assert.equal(safeNext('https://evil.example'), '/');
  assert.equal(safeNext('/sign-in?next=%2F'), '/');
  assert.equal(safeNext(undefined), '/');
});
