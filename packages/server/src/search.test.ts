import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startTestServer, type TestServer } from './testing.ts';

let it: TestServer;
before(async () => {
  it = await startTestServer();
});
after(() => it.stop());

test('a query that cannot be read is refused with the position of its character, wherever it is asked', async () => {
  for (const route of ['listTags', 'tagFacets', 'listRepositories'] as const) {
    const { status, body } = await it.call(route, { query: { q: 'full enigne:epas' } });
    assert.deepEqual([status, body.code], [400, 'invalid-query'], route);
    assert.equal(body.errors[0].path, 'q');
    assert.equal(body.errors[0].position, 5);
    assert.match(body.hint, /Did you mean engine\?/);
  }
});

test('completion answers fields, and says what is wrong instead of failing', async () => {
  const fields = await it.call('searchCompletions', { query: { q: 'eng', at: 3 } });
  assert.equal(fields.status, 200);
  assert.equal(fields.body.items[0].text, 'engine:');
  const wrong = await it.call('searchCompletions', { query: { q: 'enigne:' } });
  assert.deepEqual([wrong.status, wrong.body.error.position], [200, 7]);
});

test('facets of an empty library are empty', async () => {
  const { status, body } = await it.call('tagFacets', { query: { q: 'engine:epas' } });
  assert.equal(status, 200);
  assert.ok(body.facets.some((facet: { field: string }) => facet.field === 'engine'));
});
