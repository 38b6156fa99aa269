/** Packages of images, newer tags, and the past of tags. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { PackageList } from '@pharos/contract';
import { digestOf, everything, type Given, hours, observation, registry, repositoryId, scan, T0 } from './given.ts';

const deb = (name: string, version: string) => ({ name, version, type: 'deb' });

function listOf(subject: string, packages: PackageList['packages']): PackageList {
  return {
    subject,
    document: digestOf(`sbom of ${subject}`),
    format: 'spdx',
    attested: true,
    packages,
    truncated: false,
  };
}

const NO_COMMIT = { limit: 50, kind: 'moved' } as const;

export function pastSuite(given: () => Promise<Given>): void {
  it('draws extensions from the packages of an SBOM, finds tags by them, and keeps both over later scans', async () => {
    const { store } = await given();
    const registryId = await registry(store);
    const digest = digestOf('17.4');
    await scan(store, registryId, { tags: ['17.4'], images: [observation(digest)] });
    assert.equal((await store.images.get(digest))?.packages, null);
    assert.equal(await store.images.packages(digest), null);
    const packages = [
      deb('libc6', '2.36'),
      deb('postgresql-17-cron', '1.6.5-1'),
      deb('postgresql-17-pgvector', '0.8.0-1'),
    ];
    await store.images.observe(observation(digest), hours(1), [listOf(digest, packages)]);
    const image = (await store.images.get(digest))!;
    assert.deepEqual(
      [image.facts.extensions.map(({ name, version }) => `${name} ${version}`), image.facts.sources.extensions],
      [['pg_cron 1.6.5', 'vector 0.8.0'], 'sbom'],
    );
    assert.deepEqual([image.packages?.count, image.packages?.readAt], [3, hours(1).toISOString()]);
    const found = async () =>
      (await store.tags.list({ limit: 10, sort: 'name', presence: 'present', extension: 'vector' })).items.map(
        ({ name, extensionCount }) => [name, extensionCount],
      );
    assert.deepEqual(await found(), [['17.4', 2]]);
    // A deeper observation and another tag of the image know nothing of packages, and change nothing of them.
    await store.images.observe(observation(digest, { detail: 'platforms' }), hours(2));
    await scan(store, registryId, { tags: ['17.4', { name: '17.4-again', digest }], now: hours(3) });
    assert.deepEqual(await found(), [
      ['17.4', 2],
      ['17.4-again', 2],
    ]);
    await store.images.observe(observation(digest, { detail: 'platforms' }), hours(4), [
      listOf(digest, [deb('libc6', '2.36')]),
    ]);
    assert.deepEqual(await found(), [], 'read again, the list replaces the one before');
  });

  it('lists packages in pages, searches among them, and takes the longest list of an image', async () => {
    const { store } = await given();
    const registryId = await registry(store);
    const digest = digestOf('17.4');
    await scan(store, registryId, { tags: ['17.4'], images: [observation(digest)] });
    const many = Array.from({ length: 30 }, (_, n) => deb(`p${String(n).padStart(2, '0')}`, '1'));
    const lists = [listOf(digest, many.slice(0, 3)), listOf(digestOf('platform'), many)];
    await store.images.observe(observation(digest), hours(1), lists);
    const all = await everything((cursor) => store.images.listPackages(digest, { limit: 7, cursor }));
    assert.deepEqual(all, many);
    const page = await store.images.listPackages(digest, { limit: 50, q: 'P0' });
    assert.deepEqual([page.total, page.items[9]?.name], [10, 'p09']);
    assert.equal((await store.images.listPackages(digestOf('none'), { limit: 1 })).total, 0);
  });

  it('names a newer build and a newer minor of the same flavour and base, in one statement for a page', async () => {
    const { store } = await given();
    const registryId = await registry(store);
    const tags = [
      '17.4-2503310734',
      '17.4-2504010000',
      '17.4-2505010000-full',
      '17.10-2506091630',
      '17.10-2506091630-full',
      '18beta1-2505010000',
      '18.0-2510010000',
      '16.9-2505010000',
      '17',
      '18.4-202607270910-minimal-trixie',
      '18.6-202608170911-minimal-bookworm',
      '18.6-202608170911-standard-trixie',
      '18.6-202608170911-minimal-trixie',
      { name: '18.6-202608170911-minimal-trixie-copy', digest: digestOf('x') },
    ];
    await scan(store, registryId, { tags });
    const id = await repositoryId(store);
    const { items } = await store.tags.ofRepository(id, { limit: 100, sort: 'name', presence: 'present' });
    const newer = await store.tags.newer(items);
    const of = (name: string) => {
      const { build, minor } = newer[items.findIndex((tag) => tag.name === name)]!;
      return [build, minor];
    };
    assert.deepEqual(of('17.4-2503310734'), ['17.4-2504010000', '17.10-2506091630']);
    assert.deepEqual(of('17.4-2504010000'), [null, '17.10-2506091630']);
    assert.deepEqual(of('17.4-2505010000-full'), [null, '17.10-2506091630-full']);
    assert.deepEqual(of('17.10-2506091630'), [null, null], 'another major is no newer minor');
    assert.deepEqual(of('18beta1-2505010000'), [null, '18.0-2510010000']);
    assert.deepEqual(of('18.4-202607270910-minimal-trixie'), [null, '18.6-202608170911-minimal-trixie']);
    assert.deepEqual(of('18.6-202608170911-minimal-bookworm'), [null, null]);
    assert.deepEqual(of('17'), [null, null], 'a name that moves has no newer one');
  });

  it('says what a tag pointed to at a time, and how sure that is', async () => {
    const { store } = await given();
    const registryId = await registry(store);
    const scanned = (digest: string | null, now: Date) =>
      scan(store, registryId, { tags: ['17.4', ...(digest ? [{ name: '17', digest: digestOf(digest) }] : [])], now });
    await scanned('a', hours(1));
    await scanned('a', hours(5));
    await scanned('b', hours(10));
    await scanned('c', hours(20));
    const id = await repositoryId(store);
    const at = async (hour: number) => (await store.tags.at(id, '17', hours(hour).toISOString()))!;
    assert.deepEqual([(await at(0)).answer, (await at(0)).digest], ['not-yet', null]);
    const known = await at(3);
    assert.deepEqual([known.answer, known.digest, known.current], ['known', digestOf('a'), false]);
    assert.ok(known.pull.some(({ command }) => command.endsWith(`/postgresql@${digestOf('a')}`)));
    const between = await at(7);
    assert.deepEqual([between.answer, between.digest, between.next], ['between', digestOf('a'), digestOf('b')]);
    assert.deepEqual([(await at(10)).digest, (await at(10)).answer], [digestOf('b'), 'known']);
    assert.deepEqual(
      [(await at(99)).digest, (await at(99)).answer, (await at(99)).current],
      [digestOf('c'), 'known', true],
    );
    await scanned(null, hours(100));
    assert.deepEqual([(await at(200)).answer, (await at(200)).digest], ['gone', digestOf('c')]);
    assert.equal(await store.tags.at(id, 'nope', hours(1).toISOString()), null);
  });

  it('lists tags that moved with both digests and when, newest first, and those that vanished', async () => {
    const { store } = await given();
    const registryId = await registry(store);
    const scanned = (digests: Record<string, string>, now: Date, repository = 'postgresql') =>
      scan(store, registryId, {
        repository,
        tags: Object.entries(digests).map(([name, text]) => ({ name, digest: digestOf(text) })),
        now,
      });
    await scanned({ '17': 'a', '16': 'x', keep: 'k' }, T0);
    await scanned({ '17': 'b', '16': 'x', keep: 'k' }, hours(1));
    await scanned({ '17': 'c', '16': 'y', keep: 'k' }, hours(2));
    await scanned({ latest: 'o' }, T0, 'other');
    await scanned({ latest: 'p' }, hours(3), 'other');
    const id = await repositoryId(store);
    const moved = await store.tags.changes({ ...NO_COMMIT, repositoryId: id });
    const shown = moved.items.map(({ name, previous, digest, at }) => [name, previous, digest, at]);
    assert.deepEqual(new Set(shown.slice(0, 2).map(([name]) => name)), new Set(['16', '17']));
    assert.deepEqual(
      shown.find(([name, , digest]) => name === '17' && digest === digestOf('c')),
      ['17', digestOf('b'), digestOf('c'), hours(2).toISOString()],
    );
    assert.deepEqual(shown.at(-1), ['17', digestOf('a'), digestOf('b'), hours(1).toISOString()]);
    assert.equal(moved.total, 3);
    const all = await everything((cursor) => store.tags.changes({ limit: 1, kind: 'moved', cursor }));
    assert.deepEqual([all.length, all[0]?.repository, all[0]?.scanId !== null], [4, 'other', true]);
    await scanned({ '17': 'c', keep: 'k' }, hours(4));
    const gone = await store.tags.changes({ limit: 50, kind: 'vanished', repositoryId: id });
    assert.deepEqual(
      gone.items.map(({ kind, name, digest, previous, at }) => [kind, name, digest, previous, at]),
      [['missing', '16', digestOf('y'), null, hours(4).toISOString()]],
    );
    const everywhere = await everything((cursor) => store.tags.changes({ limit: 1, kind: 'vanished', cursor }));
    assert.equal(everywhere.length, 1);
  });
}
