import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { it } from 'node:test';
import { ClusterInput } from '@pharos/contract';
import { parseVersion, specOf } from '@pharos/library';
import type { ClusterContent } from '../cluster-port.ts';
import { StoreError } from '../errors.ts';
import type { Store } from '../store.ts';
import { digestOf, everything, type Given, hours, observation, registry, scan, T0 } from './given.ts';

const NOTE = { action: 'create', actor: 'alice', detail: '' } as const;
const TAG = '17.4-2503310734';

function content(name: string, more: Partial<ClusterContent> = {}): ClusterContent {
  const input = { name, location: 'here', image: digestOf(TAG), storage: '1Gi' };
  const spec = specOf(ClusterInput.parse(input));
  const version = parseVersion('pg', TAG);
  return { spec, engine: 'postgresql', version, tag: TAG, reference: 'r', catalog: null, apply: false, ...more };
}

const KEY = { name: 'postgresql', location: 'here', engine: 'postgresql', flavour: null, os: null } as const;
const entry = (text: string) => ({ major: 17, digest: digestOf(text), image: text, tag: text, extensions: [] });

export function clustersSuite(given: () => Promise<Given>): void {
  const library = async (store: Store, tags: readonly string[]) => {
    const id = await registry(store);
    await scan(store, id, { tags, images: tags.map((tag) => observation(digestOf(tag))) });
  };
  const approve = (store: Store, digest: string, now = T0, expiresAt: Date | null = null) =>
    store.decisions.decide(
      [{ digest, state: 'approved', reason: '', actor: 'bob', actorKind: 'session', expiresAt }],
      now,
    );

  it('hands out approved images of a location only, and none whose approval has expired', async () => {
    const { store } = await given();
    const other = '17.5-2506091630';
    await library(store, [TAG, other]);
    const approved = (now: Date) => store.placedImages.approved({ location: 'here', kind: 'postgres' }, now);
    assert.deepEqual(await approved(hours(1)), []);
    await approve(store, digestOf(TAG));
    await approve(store, digestOf(other), T0, hours(2));
    assert.deepEqual(
      (await approved(hours(1))).map(({ tag, state }) => [tag, state]),
      [
        [other, 'approved'],
        [TAG, 'approved'],
      ],
    );
    assert.deepEqual(
      (await approved(hours(2))).map(({ tag }) => tag),
      [TAG],
    );
    assert.deepEqual(await store.placedImages.approved({ location: 'there', kind: 'postgres' }, hours(1)), []);
    const newest = await store.placedImages.newest(
      { location: 'here', engine: 'postgresql', major: 17, limit: 9 },
      hours(3),
    );
    assert.deepEqual(
      newest.map(({ tag, state }) => [tag, state]),
      [
        [other, 'pending'],
        [TAG, 'approved'],
      ],
    );
    assert.deepEqual((await store.placedImages.ofDigests('here', [digestOf(TAG)], T0))[0]?.tag, TAG);
  });

  it('keeps clusters, refuses a second one of the name, and an update of something older', async () => {
    const { store } = await given();
    await library(store, [TAG]);
    const [a, b] = [randomUUID(), randomUUID()];
    const made = await store.clusters.create(a, content('a'), NOTE, T0);
    await store.clusters.create(b, content('b', { catalog: 'postgresql', apply: true }), NOTE, T0);
    const isTaken = (error: unknown) => error instanceof StoreError && error.code === 'name-taken';
    await assert.rejects(store.clusters.create(randomUUID(), content('a'), NOTE, T0), isTaken);
    const changed = await store.clusters.update(
      a,
      made.revision,
      content('a'),
      { ...NOTE, action: 'update' },
      hours(1),
    );
    assert.equal(changed.revision, 2);
    const isConflict = (error: unknown) => error instanceof StoreError && error.code === 'conflict';
    await assert.rejects(store.clusters.update(a, made.revision, content('a'), NOTE, T0), isConflict);
    assert.deepEqual(
      (await store.clusters.history(a)).map(({ action }) => action),
      ['update', 'create'],
    );
    const all = await everything((cursor) => store.clusters.list({ limit: 1, ...(cursor ? { cursor } : {}) }));
    assert.deepEqual(
      all.map(({ spec }) => spec.name),
      ['a', 'b'],
    );
    assert.equal((await store.clusters.list({ limit: 9, digest: digestOf(TAG) })).total, 2);
    assert.equal((await store.clusters.list({ limit: 9, q: '%' })).total, 0);
    assert.deepEqual(await store.clusters.followers(), new Map([['here/postgresql', 1]]));
    assert.deepEqual([await store.clusters.remove(a, T0), await store.clusters.remove(a, T0)], [true, false]);
    assert.equal(await store.clusters.get(a), null);
  });

  it('two that publish a catalog at once make one edition', async () => {
    const { store } = await given();
    await library(store, [TAG]);
    const edition = (text: string) =>
      ({ mode: 'automatic', by: 'Pharos', reason: text, entries: [entry(text)] }) as const;
    const both = await Promise.all(['x', 'y'].map((text) => store.catalogs.publish(KEY, 0, edition(text), T0)));
    assert.deepEqual(both[0], both[1]);
    const [stored] = await store.catalogs.list('here');
    assert.equal(stored?.edition.number, 1);
    await store.catalogs.publish(KEY, 1, edition('z'), hours(1));
    assert.deepEqual(
      (await store.catalogs.editions(stored!.id)).map(({ number }) => number),
      [2, 1],
    );
  });
}
