import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filterExtensions } from './filter-extensions.ts';

const extensions = [
  { name: 'pgvector', version: '0.8.1', description: 'Vector similarity search' },
  { name: 'pgaudit', version: null, description: null },
];
const names = (q: string | undefined) => filterExtensions(extensions, q).map(({ name }) => name);

test('extensions are found by name and by description, in order of name', () => {
  assert.deepEqual(names(undefined), ['pgaudit', 'pgvector']);
  assert.deepEqual(names(' VECTOR '), ['pgvector']);
  assert.deepEqual(names('similarity'), ['pgvector']);
  assert.deepEqual(names('postgis'), []);
});
