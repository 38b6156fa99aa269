import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareSearch, hasWords, librarySearch, repositorySearch, tagSearch, tagsSearch } from './search.ts';

/** What stands in the URL in the end: values that are there. */
const kept = (search: object) => Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined));

test('an empty address has no state at all', () => {
  for (const read of [librarySearch, repositorySearch, tagsSearch, tagSearch, compareSearch])
    assert.deepEqual(kept(read({})), {});
});

test('filters, sort, view and cursor of the library are read', () => {
  const raw = { q: 'postgres', kind: 'model', sort: '-updated', view: 'table', cursor: 'c', page: '2', other: 'x' };
  assert.deepEqual(kept(librarySearch(raw)), {
    q: 'postgres',
    kind: 'model',
    sort: '-updated',
    view: 'table',
    cursor: 'c',
    page: 2,
  });
});

test('words outside the contract are dropped instead of sent', () => {
  assert.deepEqual(kept(librarySearch({ kind: 'virus', sort: 'size', view: 'grid' })), {});
  assert.deepEqual(kept(repositorySearch({ tab: 'admin', major: 'abc', presence: 'gone', engine: 'mysql' })), {});
});

test('tag filters are typed', () => {
  assert.deepEqual(kept(repositorySearch({ tab: 'tags', major: '17', platform: 'linux/arm64', q: '17' })), {
    tab: 'tags',
    major: 17,
    platform: 'linux/arm64',
    q: '17',
  });
  assert.deepEqual(kept(tagsSearch({ extension: 'pgvector', engine: 'epas', q: 'full' })), {
    q: 'full engine:epas extension:pgvector',
  });
  assert.equal(tagsSearch({ extension: 'say "x"' }).q, 'extension:"say \\"x\\""');
});

test('what is compared are digests, and a day is a day', () => {
  const digest = `sha256:${'a'.repeat(64)}`;
  assert.deepEqual(kept(compareSearch({ from: digest, to: '17.4', all: 'true' })), { from: digest, all: 'true' });
  assert.deepEqual(kept(tagSearch({ tab: 'history', at: '2026-03-03' })), { tab: 'history', at: '2026-03-03' });
  assert.deepEqual(kept(tagSearch({ at: 'yesterday' })), {});
});

test('words are told from terms of a field', () => {
  for (const q of ['full', 'engine:epas full', '"-full"', '-debug', 'engine:epas "a b"']) assert.ok(hasWords(q), q);
  for (const q of ['', 'engine:epas', '-state:revoked major:>=16', 'registry:"a \\"b\\" c" tag:17.*']) {
    assert.ok(!hasWords(q), q);
  }
});
