import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CatalogEdition, CatalogFollower } from '@pharos/contract';
import { digestOf } from '../testing-registry.ts';
import { restartedBy } from './catalog-view.ts';

const entry = (tag: string, major = 17) => ({ major, digest: digestOf(tag), image: `r:${tag}`, tag, extensions: [] });
const edition = (number: number, ...tags: string[]): CatalogEdition => ({
  ...{ number, at: '2026-01-01T00:00:00Z', by: 'Pharos', reason: '' },
  entries: tags.map((tag) => entry(tag)),
});
const follower = (name: string, stage: CatalogFollower['stage'], apply = true): CatalogFollower => ({
  ...{ id: name, name, namespace: 'team', major: 17, stage, apply },
});
const ALL = [follower('canary', 'canary'), follower('main', 'main'), follower('file', 'main', false)];
const stands = (main: string | null, canary: string | null, notOver: string[] = []) => ({
  main: main === null ? null : [digestOf(main)],
  canary: canary === null ? null : [digestOf(canary)],
  notOver,
});
const names = (...given: Parameters<typeof restartedBy>) => restartedBy(...given).map(({ name }) => name);

test('back to what most clusters run while another edition is under way: the canaries restart', () => {
  const at = { edition: edition(1, 'old'), canary: edition(2, 'new') };
  assert.deepEqual(names(at, [entry('old')], ALL, stands('old', 'new')), ['canary']);
  assert.deepEqual(names(at, [entry('new')], ALL, stands('old', 'new')), ['main', 'file']);
  assert.deepEqual(names(at, [entry('older')], ALL, stands('old', 'new')), ['canary', 'main', 'file']);
});

test('an edition that no agent has applied yet is no edition that clusters run', () => {
  // "new" was given to everybody, and "old" is what stands: going on with "new" restarts them once the agent is back.
  const out = { edition: edition(2, 'new'), canary: edition(2, 'new') };
  assert.deepEqual(names(out, [entry('new')], ALL, stands('old', 'old')), ['canary', 'main']);
  assert.deepEqual(names(out, [entry('new')], ALL, stands('new', 'new')), []);
  assert.deepEqual(names(out, [entry('new')], ALL, stands(null, null)), [], 'nothing stands, so nothing restarts');
});

test('a canary that follows the catalog of the others still restarts when it changes over', () => {
  const at = { edition: edition(1, 'old'), canary: edition(2, 'new') };
  assert.deepEqual(names(at, [entry('new')], ALL, stands('old', 'new', ['canary'])), ['canary', 'main', 'file']);
  assert.deepEqual(
    names(at, [entry('old')], ALL, stands('old', 'new', ['canary'])),
    ['canary'],
    'nobody knows: it may',
  );
});

test('another major restarts nobody who does not run it', () => {
  const out = { edition: edition(1, 'old'), canary: edition(1, 'old') };
  assert.deepEqual(names(out, [entry('eighteen', 18), entry('old')], ALL, stands('old', 'old')), []);
});
