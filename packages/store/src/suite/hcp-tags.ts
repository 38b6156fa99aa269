import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { it } from 'node:test';
import type { HcpTagAssignment } from '@pharos/contract';
import { StoreError } from '../errors.ts';
import { assignByRule } from '../hcp-tag-assign.ts';
import type { Store } from '../store.ts';
import { digestOf, everything, type Given, hours, registry, repositoryId, scan, T0 } from './given.ts';

const ADA = { name: 'ada', now: T0 };
const code = (expected: string) => (error: unknown) => error instanceof StoreError && error.code === expected;

async function made(store: Store, name: string, color: 'blue' | 'red' = 'blue'): Promise<string> {
  return (await store.hcpTags.create({ name, color, description: '' }, ADA)).id;
}

const assign = (store: Store, more: Partial<HcpTagAssignment>, by = ADA) =>
  store.hcpTags.assign({ add: [], remove: [], repositories: [], images: [], ...more }, by);

const names = (labels: readonly { name: string }[] | undefined) => labels?.map(({ name }) => name);

async function tagged(store: Store, hcpTag: string[]): Promise<string[]> {
  const { items, total } = await store.tags.list({ limit: 50, sort: 'name', presence: 'present', hcpTag });
  assert.equal(items.length, total);
  return items.map((tag) => tag.name);
}

/** HCP tags on repositories and images: made, put on, taken off, found by, and who did it. */
export function hcpTagsSuite(given: () => Promise<Given>): void {
  it('makes, renames, colours and deletes them; case does not tell names apart', async () => {
    const { store } = await given();
    const tag = await store.hcpTags.create({ name: 'Team AI', color: 'teal', description: 'Ours' }, ADA);
    assert.deepEqual(
      [tag.name, tag.color, tag.description, tag.createdBy, tag.repositoryCount, tag.imageCount],
      ['Team AI', 'teal', 'Ours', 'ada', 0, 0],
    );
    await assert.rejects(made(store, 'team ai'), code('name-taken'));
    const other = await made(store, 'beta');
    await assert.rejects(store.hcpTags.update(other, { name: 'TEAM AI' }, ADA), code('name-taken'));
    const bob = { name: 'bob', now: hours(1) };
    const changed = await store.hcpTags.update(tag.id, { name: 'Team ML', color: 'red' }, bob);
    assert.deepEqual([changed?.name, changed?.color, changed?.updatedBy], ['Team ML', 'red', 'bob']);
    assert.equal(await store.hcpTags.update(randomUUID(), { color: 'red' }, bob), null);
    assert.equal(await store.hcpTags.remove(tag.id, bob), true);
    assert.equal(await store.hcpTags.remove(tag.id, bob), false);
    assert.equal(await store.hcpTags.get(tag.id), null);
    assert.deepEqual(
      (await store.hcpTags.changes({ limit: 10, hcpTagId: tag.id })).items.map(({ by, action, name, detail }) => [
        by,
        action,
        name,
        detail,
      ]),
      [
        ['bob', 'delete', 'Team ML', ''],
        ['bob', 'update', 'Team ML', 'Renamed from Team AI; Colour teal to red'],
        ['ada', 'create', 'Team AI', 'Colour teal'],
      ],
    );
  });

  it('lists them by name and by change, page by page, and finds them by their words', async () => {
    const { store } = await given();
    for (const [index, name] of ['c', 'a', 'b'].entries()) {
      await store.hcpTags.create({ name, color: 'grey', description: `${name}!` }, { name: 'ada', now: hours(index) });
    }
    const listed = (sort: 'name' | '-updated') =>
      everything((cursor) => store.hcpTags.list({ limit: 1, sort, cursor })).then(names);
    assert.deepEqual(await listed('name'), ['a', 'b', 'c']);
    assert.deepEqual(await listed('-updated'), ['b', 'a', 'c']);
    assert.deepEqual(names((await store.hcpTags.list({ limit: 9, sort: 'name', q: 'B!' })).items), ['b']);
  });

  it('puts them on images and repositories in one step, twice the same, and shows them in lists', async () => {
    const { store } = await given();
    await scan(store, await registry(store), { tags: ['17.4', { name: '17', digest: digestOf('17.4') }, '16.1'] });
    const repository = await repositoryId(store);
    const [red, blue] = [await made(store, 'red', 'red'), await made(store, 'blue')];
    const wanted = { add: [red, blue], repositories: [repository], images: [digestOf('17.4'), digestOf('16.1')] };
    assert.deepEqual(await assign(store, wanted), { added: 6, removed: 0, unchanged: 0 });
    assert.deepEqual(await assign(store, wanted), { added: 0, removed: 0, unchanged: 6 });
    const [shown] = (await store.repositories.list({ limit: 10, sort: 'name' })).items;
    assert.deepEqual(shown?.hcpTags, [
      { id: blue, name: 'blue', color: 'blue' },
      { id: red, name: 'red', color: 'red' },
    ]);
    assert.deepEqual((await store.repositories.get(repository))?.hcpTags.length, 2);
    const off = { remove: [red], add: [blue], images: [digestOf('16.1')] };
    assert.deepEqual(await assign(store, off), { added: 0, removed: 1, unchanged: 1 });
    // Both tags of one image carry what the image carries.
    assert.deepEqual(await tagged(store, ['red']), ['17', '17.4']);
    assert.deepEqual(await tagged(store, ['BLUE']), ['16.1', '17', '17.4']);
    assert.deepEqual(await tagged(store, ['blue', 'red']), ['17', '17.4']);
    assert.deepEqual(await tagged(store, ['blue', 'nobody']), []);
    assert.deepEqual(names((await store.tags.get(repository, '16.1'))?.hcpTags), ['blue']);
    const ofRepository = await store.tags.ofRepository(repository, {
      limit: 9,
      sort: 'name',
      presence: 'present',
      hcpTag: ['red'],
    });
    assert.equal(ofRepository.total, 2);
    assert.equal((await store.repositories.list({ limit: 9, sort: 'name', hcpTag: ['red', 'blue'] })).total, 1);
    assert.equal((await store.repositories.list({ limit: 9, sort: 'name', hcpTag: ['nobody'] })).total, 0);
    const counted = await store.hcpTags.get(red);
    assert.deepEqual([counted?.repositoryCount, counted?.imageCount], [1, 1]);
    assert.equal(await store.hcpTags.remove(red, ADA), true);
    assert.deepEqual(names((await store.tags.get(repository, '17'))?.hcpTags), ['blue']);
  });

  it('changes nothing when one of many is not known', async () => {
    const { store } = await given();
    await scan(store, await registry(store), { tags: ['17.4'] });
    const [tag, repository] = [await made(store, 'one'), await repositoryId(store)];
    const good = { add: [tag], repositories: [repository], images: [digestOf('17.4')] };
    for (const bad of [
      { ...good, add: [tag, randomUUID()] },
      { ...good, repositories: [repository, randomUUID()] },
      { ...good, images: [digestOf('17.4'), digestOf('nowhere')] },
    ]) {
      await assert.rejects(assign(store, bad), code('not-found'));
    }
    const after = await store.hcpTags.get(tag);
    assert.deepEqual([after?.repositoryCount, after?.imageCount], [0, 0]);
    assert.deepEqual(names((await store.hcpTags.changes({ limit: 9 })).items), ['one']);
  });

  it('stays with the image when a tag moves', async () => {
    const { store } = await given();
    const registryId = await registry(store);
    await scan(store, registryId, { tags: ['latest'] });
    const tag = await made(store, 'good');
    await assign(store, { add: [tag], images: [digestOf('latest')] });
    assert.deepEqual(await tagged(store, ['good']), ['latest']);
    await scan(store, registryId, { tags: [{ name: 'latest', digest: digestOf('other') }], now: hours(1) });
    assert.deepEqual(await tagged(store, ['good']), []);
    assert.equal((await store.hcpTags.get(tag))?.imageCount, 1);
  });

  it('tells who put what on what, and keeps telling after it is deleted', async () => {
    const { store } = await given();
    await scan(store, await registry(store), { tags: ['17.4'] });
    const tag = await made(store, 'one');
    await assign(store, { add: [tag], repositories: [await repositoryId(store)], images: [digestOf('17.4')] });
    await assign(store, { remove: [tag], images: [digestOf('17.4')] }, { name: 'bob', now: hours(2) });
    await store.hcpTags.remove(tag, { name: 'eve', now: hours(3) });
    const all = await everything((cursor) => store.hcpTags.changes({ limit: 1, cursor, hcpTagId: tag }));
    assert.deepEqual(
      all.map(({ by, action, repositories, images, subjects }) => ({ by, action, repositories, images, subjects })),
      [
        { by: 'eve', action: 'delete', repositories: 1, images: 0, subjects: [] },
        { by: 'bob', action: 'remove', repositories: 0, images: 1, subjects: [digestOf('17.4')] },
        { by: 'ada', action: 'apply', repositories: 1, images: 1, subjects: ['postgresql', digestOf('17.4')] },
        { by: 'ada', action: 'create', repositories: 0, images: 0, subjects: [] },
      ],
    );
  });

  it('lets a rule put them on, and makes those that are missing', async () => {
    const { store, db } = await given();
    await scan(store, await registry(store), { tags: ['17.4'] });
    const known = await made(store, 'Known');
    const put = { names: ['known', 'new'], digests: [digestOf('17.4')], rule: 'Postgres', now: T0 };
    await db.transaction().execute((trx) => assignByRule(trx, put));
    await db.transaction().execute((trx) => assignByRule(trx, put));
    assert.deepEqual(names((await store.tags.get(await repositoryId(store), '17.4'))?.hcpTags), ['Known', 'new']);
    assert.equal((await store.hcpTags.get(known))?.imageCount, 1);
    const { items } = await store.hcpTags.changes({ limit: 9 });
    assert.deepEqual(
      items.map(({ by, action, name }) => [by, action, name]),
      [
        ['rule Postgres', 'apply', 'new'],
        ['rule Postgres', 'apply', 'Known'],
        ['rule Postgres', 'create', 'new'],
        ['ada', 'create', 'Known'],
      ],
    );
  });
}
