import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sameView, viewQuery } from './view-query.ts';

test('a view keeps filters, sort and look, not the place in the list', () => {
  assert.equal(
    viewQuery({ q: 'a b', major: 17, cursor: 'abc', page: 3, tab: 'tags', sort: undefined, hcpTag: 'x,y' }),
    'q=a+b&major=17&hcpTag=x%2Cy',
  );
  assert.equal(viewQuery({}), '');
});

test('the order of a query does not matter, its values do', () => {
  assert.ok(sameView('a=1&b=x+y', 'b=x%20y&a=1'));
  assert.ok(!sameView('a=1', 'a=2'));
  assert.ok(!sameView('a=1', ''));
});
