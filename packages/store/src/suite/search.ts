import assert from 'node:assert/strict';
import { it } from 'node:test';
import { RepositoryQuery, TagFacetsQuery, TagQuery } from '@pharos/contract';
import { QueryError } from '@pharos/library';
import { digestOf, type Given, hours, observation, registry, repositoryId, scan } from './given.ts';
import { counts, F16, F17, facetsQuery, found, library, NOW, P17, query } from './search-given.ts';

/** The query language over tags. */
export function searchSuite(given: () => Promise<Given>): void {
  it('answers every field of the query language', async () => {
    const { store } = await given();
    const { other } = await library(store);
    const is = async (q: string, ...names: string[]) => assert.deepEqual(await found(store, q), names, q);
    await is('engine:epas major:17 extension:pgvector platform:arm64', F17);
    await is('engine:epas', F16, P17, F17);
    await is('-engine:epas kind:postgres', '17', '17.4', '18beta1', '9.6.24');
    await is('major:>=17 engine:pg', '17', '17.4', '18beta1');
    await is('major:9,18', '18beta1', '9.6.24');
    await is('major:2026', '2026.10.1');
    await is('-major:17 engine:epas,postgresql', F16, '18beta1', '9.6.24');
    await is('version:17.4', '17.4', P17, F17);
    await is('version:17 location:there', '17', '17.4');
    await is('version:>17.4', '18beta1', '2026.10.1');
    await is('version:16..17.3', F16);
    await is('flavour:full', F16, F17);
    await is('flavour:abc* kind:model', '1.0.0-abc123def');
    await is('tag:1.0.0-*', '1.0.0-abc123def');
    await is('tag:17', '17');
    await is('repository:llama', '1.0.0-abc123def', '1.8.5', '2026.10.1');
    await is('repository:edb-* -full', P17);
    await is('repository:edb-*,*/meta/* platform:arm64', F16, F17);
    await is('registry:Elsewhere major:18', '18beta1');
    await is(`registry:${other} -kind:model floating:yes`, '17');
    await is(`digest:${digestOf(`epas ${F17}`).slice(0, 20)}`, F17);
    await is('state:pending engine:epas major:16', F16);
    await is('state:approved');
    await is('-state:revoked major:16', F16);
    await is('label:vendor=EDB major:16', F16);
    await is('-label:vendor engine:epas');
    await is(`label:"built by=${P17}"`, P17);
    await is('label:vendor=Other');
    await is('annotation:org.enterprisedb.pg.flavor=epas size:>=800', F16, F17);
    await is('size:<400 engine:epas', P17);
    await is('pushed:<2026-10', F16);
    await is('age:>30d', F16);
    await is('-age:>30d engine:epas', P17, F17);
    await is('signed:yes');
    await is('moved:yes');
    await is('"full"', F16, F17);
    await is('full -16', F17);
    await is('1*.4-*', P17, F17);
    await is('hcp:nobody');
    await is('platform:windows/*');
    await is('extension:post*', F17);
    await is('presence:retired');
    assert.equal((await found(store, 'presence:all')).length, 10);
    await assert.rejects(
      store.tags.list(query('enigne:epas')),
      (error) => error instanceof QueryError && error.position === 0,
    );
    await assert.rejects(store.tags.ofRepository(await repositoryId(store, 'nim/meta/llama'), query('x:')), QueryError);
  });

  it('finds words, wildcards and labels wherever they stand, and only where they stand', async () => {
    const { store } = await given();
    const id = await registry(store);
    const names = [
      'latest',
      '17.4-Alpine',
      '17-full',
      '1.17.0-alpha.1',
      'v17',
      '170',
      '7.17',
      'x-17.4',
      'sha-ab12cd3',
      'Ünî-zq',
    ];
    const withLabel = observation(digestOf('labelled'), { labels: { vendor: 'EDB', revision: 'abcdef0123456789' } });
    await scan(store, id, {
      repository: 'team/words',
      tags: names.map((name) => ({ name, digest: digestOf(name === 'v17' ? 'labelled' : name) })),
      images: [withLabel],
    });
    const sorted = names.toSorted();
    for (const word of [
      'l',
      'q',
      'al',
      'la',
      'zq',
      'alp',
      'ALPHA',
      'full',
      '17',
      '1',
      'v1',
      '-a',
      '4-al',
      'ab12',
      'fullx',
      'ü',
      'a-z',
    ]) {
      const expected = sorted.filter((name) => name.toLowerCase().includes(word.toLowerCase()) && word !== 'ü');
      assert.deepEqual(await found(store, `"${word}"`), expected, word);
      assert.deepEqual(
        await found(store, `-"${word}"`),
        sorted.filter((name) => !expected.includes(name)),
        `-${word}`,
      );
    }
    assert.deepEqual(await found(store, 'tag:17*'), ['17-full', '17.4-Alpine', '170']);
    assert.deepEqual(await found(store, 'tag:17?4*'), ['17.4-Alpine']);
    assert.deepEqual(await found(store, 'tag:170,v17'), ['170', 'v17']);
    assert.deepEqual(await found(store, '*a?pine'), ['17.4-Alpine']);
    assert.deepEqual(await found(store, 'label:vendor=EDB'), ['v17']);
    assert.deepEqual(await found(store, 'label:revision=abcdef0123456789'), ['v17']);
    assert.deepEqual(await found(store, 'label:vendor=EDB,vendor=Team -full'), ['v17']);
    assert.deepEqual(await found(store, 'label:vendor=Team'), []);
    const { facets } = await store.tags.facets(facetsQuery('alp'), NOW);
    assert.equal(facets.find(({ field }) => field === 'signed')?.values.find(({ value }) => value === 'no')?.count, 2);
  });

  it('finds words and labels of tags whose profile becomes another one, and of images that are read later', async () => {
    const { store } = await given();
    const id = await registry(store);
    const tags = ['17.4-quartz'];
    await scan(store, id, { repository: 'postgresql', tags });
    assert.deepEqual(await found(store, 'label:vendor=EDB'), []);
    const image = observation(digestOf('17.4-quartz'), { labels: { vendor: 'EDB' } });
    await scan(store, id, { repository: 'postgresql', tags, images: [image], now: hours(1) });
    assert.deepEqual(await found(store, 'label:vendor=EDB quartz'), tags);
    const signature = {
      digest: digestOf('signature'),
      artifactType: 'application/vnd.dev.cosign.artifact.sig.v1+json',
      source: 'referrers' as const,
      tag: null,
      subject: digestOf('17.4-quartz'),
    };
    await scan(store, id, { repository: 'postgresql', tags, referrers: [signature], now: hours(2) });
    assert.deepEqual(await found(store, 'signed:yes label:vendor=EDB quartz tag:17.4*'), tags);
  });

  it('finds and counts by the state that counts now, whatever was decided when', async () => {
    const { store } = await given();
    await library(store);
    const decide = (tag: string, state: 'approved' | 'rejected', expiresAt: Date | null = null) =>
      store.decisions.decide(
        [{ digest: digestOf(`epas ${tag}`), state, reason: 'test', actor: 'ann', actorKind: 'session', expiresAt }],
        hours(1),
      );
    await decide(F17, 'approved');
    await decide(F16, 'approved', hours(12));
    await decide(P17, 'rejected');
    const at = async (q: string, now: Date) => (await store.tags.list(query(q), now)).items.map(({ name }) => name);
    assert.deepEqual(await at('state:approved', hours(11)), [F16, F17]);
    assert.deepEqual(await at('state:approved', hours(13)), [F17]);
    assert.deepEqual(await at('state:pending engine:epas', hours(13)), [F16]);
    assert.deepEqual(await at('-state:rejected engine:epas', hours(13)), [F16, F17]);
    assert.deepEqual(await at('state:approved,rejected', hours(13)), [P17, F17]);
    for (const sort of [
      '-seen',
      'seen',
      '-pushed',
      'pushed',
      '-created',
      'created',
      '-version',
      'version',
      'name',
      '-name',
    ]) {
      const asked = TagQuery.parse({ q: 'state:approved,rejected engine:epas', sort, limit: 1 });
      const first = await store.tags.list(asked, hours(13));
      assert.equal(first.total, 2, sort);
      const second = await store.tags.list({ ...asked, cursor: first.next! }, hours(13));
      const both = [...first.items, ...second.items].map(({ name }) => name);
      assert.deepEqual([both.toSorted(), second.next], [[P17, F17].toSorted(), null], sort);
      const whole = (await store.tags.list(TagQuery.parse({ q: 'engine:epas major:17', sort }), hours(13))).items;
      assert.deepEqual(
        both,
        whole.map(({ name }) => name),
        sort,
      );
    }
    const counts = async (q: string) => {
      const { facets } = await store.tags.facets(TagFacetsQuery.parse({ q }), hours(13));
      const values = facets.find(({ field }) => field === 'state')!.values;
      return Object.fromEntries(values.map(({ value, count }) => [value, count]));
    };
    assert.deepEqual(await counts(''), { pending: 8, approved: 1, rejected: 1 });
    assert.deepEqual(await counts('engine:epas state:approved'), { pending: 1, approved: 1, rejected: 1 });
    assert.deepEqual(await counts('label:vendor=EDB'), { pending: 1, approved: 1, rejected: 1 });
    // Names and ages of what was decided are known beside the tags.
    assert.deepEqual(await counts('17.4'), { pending: 1, approved: 1, rejected: 1 });
    assert.deepEqual(await counts('2610 -tag:*-full'), {});
    const chosen = async (q: string) => {
      const { facets } = await store.tags.facets(TagFacetsQuery.parse({ q }), hours(13));
      const page = await store.tags.list(query(q), hours(13));
      const ofKind = facets.find(({ field }) => field === 'kind')!.values.reduce((sum, { count }) => sum + count, 0);
      const ofAge = facets.find(({ field }) => field === 'age')!.values.at(-1)!.count;
      return [page.total, ofKind, ofAge];
    };
    assert.deepEqual(await chosen('state:approved full'), [1, 1, 1]);
    assert.deepEqual(await chosen('state:approved,rejected 17 engine:epas'), [2, 2, 2]);
    assert.deepEqual(await chosen(`state:approved ${digestOf(`epas ${F17}`)}`), [1, 1, 1]);
    assert.deepEqual(await chosen('state:rejected -tag:17.4* age:<1y'), [0, 0, 0]);
    assert.deepEqual(await chosen('state:approved state:rejected full'), [0, 0, 0]);
    const holding = async (q: string, now = hours(13)) => {
      const page = await store.repositories.list(RepositoryQuery.parse({ q }), { userId: null, now });
      assert.equal(page.total, page.items.length);
      return page.items.map(({ name }) => name);
    };
    const [epas, llama, team] = ['edb-postgres-advanced', 'nim/meta/llama', 'team/postgresql'];
    assert.deepEqual(await holding('state:rejected'), [epas]);
    assert.deepEqual(await holding('state:approved -engine:epas'), []);
    assert.deepEqual(await holding('-state:approved'), [llama, team]);
    // All three of its tags are decided until one of the approvals ends.
    assert.deepEqual(await holding('state:pending engine:epas', hours(11)), []);
    assert.deepEqual(await holding('state:pending engine:epas'), [epas]);
    assert.deepEqual(await holding('state:pending,rejected major:17', hours(11)), [epas, team]);
    assert.deepEqual(await holding('-state:pending', hours(11)), [epas]);
    assert.deepEqual(await holding('major:16 state:approved', hours(11)), [epas]);
    assert.deepEqual(await holding('major:16 state:approved'), []);
    assert.deepEqual(await holding('state:approved state:rejected'), []);
  });

  it('finds in one repository by the same language, and what is retired or missing', async () => {
    const { store } = await given();
    const { team } = await library(store);
    const id = await repositoryId(store, 'edb-postgres-advanced');
    const names = async (q: string) =>
      (await store.tags.ofRepository(id, { ...query(q), sort: '-version' }, NOW)).items.map(({ name }) => name);
    assert.deepEqual(await names('major:17'), [F17, P17]);
    assert.deepEqual(await names('extension:vector'), [F17, F16]);
    assert.deepEqual(await names('full'), [F17, F16]);
    const rest = [
      { name: F17, digest: digestOf(`epas ${F17}`) },
      { name: P17, digest: digestOf(`epas ${P17}`) },
    ];
    await scan(store, team, { repository: 'edb-postgres-advanced', tags: rest, now: hours(1) });
    assert.deepEqual(await found(store, 'presence:missing'), [F16]);
    assert.deepEqual(await found(store, 'engine:epas -presence:missing'), [P17, F17]);
    for (const at of [2, 30])
      await scan(store, team, { repository: 'edb-postgres-advanced', tags: rest, now: hours(at) });
    assert.deepEqual(await found(store, 'engine:epas'), [P17, F17]);
    assert.deepEqual(await found(store, 'engine:epas presence:retired extension:vector'), [F16]);
    assert.deepEqual(await found(store, 'engine:epas presence:all major:16'), [F16]);
  });

  it('knows which images have a signature, also when the signature comes later or goes', async () => {
    const { store } = await given();
    const id = await registry(store);
    const tags = ['17.4', '17.5'];
    const signature = {
      digest: digestOf('signature'),
      artifactType: 'application/vnd.dev.cosign.artifact.sig.v1+json',
      source: 'referrers' as const,
      tag: null,
      subject: digestOf('17.4'),
    };
    await scan(store, id, { tags });
    assert.deepEqual(await found(store, 'signed:yes'), []);
    await scan(store, id, { tags, referrers: [signature], now: hours(1) });
    assert.deepEqual(await found(store, 'signed:yes'), ['17.4']);
    assert.deepEqual(await found(store, 'signed:no'), ['17.5']);
    assert.deepEqual(counts(await store.tags.facets(facetsQuery('')), 'signed'), { attached: 1, no: 1 });
    await scan(store, id, { tags: [{ name: '17.4', digest: digestOf('other') }, '17.5'], now: hours(2) });
    assert.deepEqual(await found(store, 'signed:yes'), []);
    assert.deepEqual(await found(store, 'signed:no'), ['17.4', '17.5']);
  });
}
