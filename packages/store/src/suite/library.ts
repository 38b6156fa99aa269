import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { it } from 'node:test';
import {
  digestOf,
  type Given,
  hours,
  knownOf,
  observation,
  REGISTRY,
  registry,
  repositoryId,
  scan,
  T0,
} from './given.ts';

/** Images, listings, details of tags, statistics. */
export function librarySuite(given: () => Promise<Given>): void {
  it('shows an image with the places where it stands and what hangs on it', async () => {
    const { store } = await given();
    const registryId = await registry(store);
    const digest = digestOf('17.4');
    const subject = digest.replace(':', '-');
    const referrer = {
      digest: digestOf('sbom'),
      artifactType: 'application/spdx+json',
      source: 'referrers' as const,
      tag: null,
      subject: digest,
    };
    await scan(store, registryId, {
      tags: ['17.4', { name: '17', digest }],
      images: [observation(digest, { referrers: [referrer], labels: { maintainer: 'x' } })],
      commit: { listedNames: ['17.4', '17', `${subject}.sig`, `sha256-${'0'.repeat(64)}.sig`] },
    });
    const image = (await store.images.get(digest))!;
    assert.deepEqual(
      [image.kind, image.state, image.detail, image.labels.maintainer],
      ['postgres', 'pending', 'config', 'x'],
    );
    assert.deepEqual(image.tags.map(({ name, host }) => `${host}:${name}`).sort(), [
      'registry.example:5000:17',
      'registry.example:5000:17.4',
    ]);
    assert.deepEqual(
      image.referrers.map(({ source, tag }) => [source, tag]),
      [
        ['referrers', null],
        ['tag', `${subject}.sig`],
      ],
    );
    assert.equal(await store.images.get(digestOf('nothing')), null);
    assert.deepEqual(await store.images.place(digest), { registryId, repository: 'postgresql', locationId: 'here' });
    assert.equal(await store.images.place(digestOf('nothing')), null);
  });

  it('keeps a digest of two registries as one image with two places, and removing one leaves the other', async () => {
    const { store } = await given();
    const first = await registry(store);
    const input = { ...REGISTRY, name: 'Carried', url: 'oci-layout:/srv/images.tar', provider: 'oci-layout' } as const;
    const second = (await store.registries.create(input, T0)).id;
    const digest = digestOf('17.4');
    const images = [observation(digest)];
    await scan(store, first, { tags: ['17.4'], images });
    await scan(store, second, { tags: [{ name: '17.4-copy', digest }], images, repository: 'carried' });
    const placesOf = async () =>
      (await store.images.get(digest))?.tags.map(({ registryId, name }) => [registryId, name]) ?? [];
    assert.deepEqual(
      (await placesOf()).sort(),
      [
        [first, '17.4'],
        [second, '17.4-copy'],
      ].sort(),
    );
    const tag = (await store.tags.get(await repositoryId(store), '17.4'))!;
    assert.deepEqual(
      tag.sameDigest.map(({ registryId, host, locationId }) => [registryId, host, locationId]),
      [[second, 'oci-layout:/srv/images.tar', 'here']],
    );
    await store.registries.remove(first);
    assert.deepEqual(await placesOf(), [[second, '17.4-copy']]);
  });

  it('shows a tag with pull commands, its other names, the version before it, and why it is here', async () => {
    const { store } = await given();
    const registryId = await registry(store);
    const tags = ['17.3', '17.4', '17.4-full', { name: '17', digest: digestOf('17.4') }, '16.9'];
    await scan(store, registryId, { tags });
    const id = await repositoryId(store);
    const tag = (await store.tags.get(id, '17.4'))!;
    assert.ok(tag.pull.some(({ command }) => command === `docker pull registry.example:5000/postgresql@${tag.digest}`));
    assert.deepEqual(
      tag.sameDigest.map(({ name }) => name),
      ['17'],
    );
    assert.equal(tag.previous, '17.3');
    assert.equal((await store.tags.get(id, '17.4-full'))?.previous, null);
    assert.equal((await store.tags.get(id, '17'))?.previous, null);
    assert.equal(tag.explanation[0]?.rule, null);
    assert.equal(await store.tags.get(id, 'nope'), null);
    assert.equal(await store.tags.history(id, 'nope', { limit: 1 }), null);
  });

  it('knows the names that a registry listed, rules or no rules', async () => {
    const { store } = await given();
    const registryId = await registry(store);
    const put = (repositories: string[] | null, tags: { repository: string; names: string[] }[] = []) =>
      store.listings.put({ registryId, repositories, tags, message: tags.length > 0 ? null : 'no tags' }, T0);
    assert.deepEqual(await knownOf(store.listings, registryId), { catalogAt: null, message: null, repositories: [] });
    await put(['a', 'b', 'c']);
    await put(null, [{ repository: 'b', names: ['1', '2'] }]);
    await scan(store, registryId, { repository: 'c', tags: ['x'], commit: { listedNames: ['x', 'y'] }, now: hours(1) });
    const known = await knownOf(store.listings, registryId);
    assert.deepEqual(
      known.repositories.map(({ name, tags }) => [name, ...tags]),
      [['a'], ['b', '1', '2'], ['c', 'x', 'y']],
    );
    assert.deepEqual(
      [known.catalogAt, known.message, known.repositories[2]?.listedAt],
      [T0.toISOString(), null, hours(1).toISOString()],
    );
    await put(['d']);
    const later = await knownOf(store.listings, registryId);
    assert.deepEqual(
      later.repositories.map(({ name }) => name),
      ['c', 'd'],
    );
    assert.equal(later.message, 'no tags');
    const names = await store.listings.namesOf(registryId, '');
    assert.deepEqual(
      names.map(({ repository, names: listed, library }) => [repository, listed, library]),
      [
        ['c', 'x\ny', 'x'],
        ['d', '', ''],
      ],
    );
    assert.deepEqual(await store.listings.namesOf(registryId, 'd'), []);
    await store.listings.put({ registryId: randomUUID(), repositories: ['e'], tags: [], message: null }, T0);
  });

  it('knows more repositories than it reads in one go', async () => {
    const { store } = await given();
    const registryId = await registry(store);
    const repositories = Array.from({ length: 401 }, (_, index) => `r${String(index).padStart(4, '0')}`);
    const tags = repositories.map((repository) => ({ repository, names: ['t'] }));
    await store.listings.put({ registryId, repositories: repositories.toReversed(), tags, message: null }, T0);
    const known = await knownOf(store.listings, registryId);
    assert.deepEqual(
      known.repositories.map(({ name }) => name),
      repositories,
    );
    assert.ok(known.repositories.every((repository) => repository.tags[0] === 't'));
  });

  it('counts the library', async () => {
    const { store } = await given();
    const registryId = await registry(store);
    await scan(store, registryId, { tags: ['17.3', '17.4'], images: [observation(digestOf('17.4'))] });
    await scan(store, registryId, { repository: 'nim/meta/llama', tags: ['1.8.5'], now: hours(30) });
    await scan(store, registryId, { tags: ['17.3', { name: '17.4', digest: digestOf('new') }], now: hours(30) });
    const {
      tags,
      postgresTags,
      modelTags,
      repositories,
      images,
      addedLast24h,
      movedLast24h,
      hasSample,
      lastScanAt,
      agents,
    } = await store.statistics(hours(31));
    assert.deepEqual([tags, postgresTags, modelTags, repositories, images, agents], [3, 2, 1, 2, 1, 1]);
    assert.deepEqual([addedLast24h, movedLast24h, hasSample, lastScanAt], [1, 1, false, hours(30).toISOString()]);
  });
}
