import assert from 'node:assert/strict';
import { it } from 'node:test';
import { RepositoryQuery, type TagFacets, TagFacetsQuery, TagQuery } from '@pharos/contract';
import { QueryError } from '@pharos/library';
import { sql } from 'kysely';
import type { Store } from '../store.ts';
import { digestOf, type Given, hours, observation, registry, repositoryId, scan } from './given.ts';

const NOW = hours(24);

async function library(store: Store): Promise<{ team: string; other: string }> {
  const team = await registry(store);
  const other = await registry(store, { name: 'Elsewhere', url: 'elsewhere.example', locationId: 'there' });
  const epas = (name: string, architectures: readonly string[], extensions: readonly string[], size: number) => {
    const digest = digestOf(`epas ${name}`);
    const platforms = architectures.map((architecture) => ({ os: 'linux', architecture, variant: null, digest, size }));
    const annotations = {
      'org.enterprisedb.pg.flavor': 'epas',
      'org.enterprisedb.pg.extensions': JSON.stringify(extensions.map((one) => ({ name: one, version: '1.0' }))),
    };
    const labels = { vendor: 'EDB', 'built by': name };
    return observation(digest, { platforms, annotations, labels, size, configCreated: null });
  };
  const images = [
    epas('17.4-2610010000-full', ['amd64', 'arm64'], ['vector', 'postgis'], 900),
    epas('17.4-2609010000', ['amd64'], [], 300),
    epas('16.9-2610010000-full', ['amd64', 'arm64'], ['vector'], 800),
  ];
  await scan(store, team, {
    repository: 'edb-postgres-advanced',
    tags: ['17.4-2610010000-full', '17.4-2609010000', '16.9-2610010000-full'].map((name) => ({
      name,
      digest: digestOf(`epas ${name}`),
      pushedAt: hours(name.startsWith('16') ? -24 * 100 : -1).toISOString(),
    })),
    images,
  });
  await scan(store, other, { repository: 'team/postgresql', tags: ['17', '17.4', '9.6.24', '18beta1'] });
  await scan(store, other, { repository: 'nim/meta/llama', tags: ['1.8.5', '2026.10.1', '1.0.0-abc123def'] });
  return { team, other };
}

const query = (q: string, more: Partial<TagQuery> = {}) => ({ ...TagQuery.parse({ q, sort: 'name' }), ...more });

/** The query language over tags and repositories, facets, completion. */
export function searchSuite(given: () => Promise<Given>): void {
  const found = async (store: Store, q: string, more: Partial<TagQuery> = {}) => {
    const page = await store.tags.list(query(q, more), NOW);
    assert.equal(page.total, page.items.length, q);
    return page.items.map(({ name }) => name);
  };
  const F17 = '17.4-2610010000-full';
  const F16 = '16.9-2610010000-full';
  const P17 = '17.4-2609010000';

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
    const counts = async (q: string) => {
      const { facets } = await store.tags.facets(TagFacetsQuery.parse({ q }), hours(13));
      const values = facets.find(({ field }) => field === 'state')!.values;
      return Object.fromEntries(values.map(({ value, count }) => [value, count]));
    };
    assert.deepEqual(await counts(''), { pending: 8, approved: 1, rejected: 1 });
    assert.deepEqual(await counts('engine:epas state:approved'), { pending: 1, approved: 1, rejected: 1 });
    assert.deepEqual(await counts('label:vendor=EDB'), { pending: 1, approved: 1, rejected: 1 });
    const repositories = await store.repositories.list(RepositoryQuery.parse({ q: 'state:rejected' }), {
      userId: null,
      now: hours(13),
    });
    assert.deepEqual(
      repositories.items.map(({ name }) => name),
      ['edb-postgres-advanced'],
    );
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

  const facetsQuery = (q: string) => TagFacetsQuery.parse({ q });
  const counts = ({ facets }: TagFacets, field: string) =>
    Object.fromEntries(facets.find((facet) => facet.field === field)!.values.map(({ label, count }) => [label, count]));

  it('counts each facet without its own filter, and says what each choice would make of the query', async () => {
    const { store } = await given();
    await library(store);
    const all = await store.tags.facets(facetsQuery(''), NOW);
    assert.deepEqual(counts(all, 'kind'), { postgres: 7, model: 3 });
    assert.deepEqual(counts(all, 'engine'), { postgresql: 4, epas: 3 });
    assert.deepEqual(
      Object.keys(counts(all, 'major')),
      ['16', '17', '18', '9'].sort((a, b) => +a - +b),
    );
    assert.deepEqual(counts(all, 'registry'), { Elsewhere: 7, 'Team registry': 3 });
    assert.deepEqual(counts(all, 'location'), { here: 3, there: 7 });
    assert.deepEqual(counts(all, 'extension'), { vector: 2, postgis: 1 });
    assert.deepEqual(counts(all, 'state'), { pending: 10 });
    const chosen = await store.tags.facets(facetsQuery('engine:epas major:17'), NOW);
    assert.deepEqual(counts(chosen, 'engine'), { postgresql: 2, epas: 2 });
    assert.deepEqual(counts(chosen, 'major'), { 17: 2, 16: 1 });
    assert.deepEqual(counts(chosen, 'platform'), { 'linux/amd64': 2, 'linux/arm64': 1 });
    for (const { field, values } of chosen.facets) {
      for (const value of values) {
        const page = await store.tags.list(query(value.q), NOW);
        if (!value.selected && field !== 'age' && !['engine', 'major'].includes(field)) {
          assert.equal(page.total, value.count, value.q);
        }
      }
    }
    const epas = chosen.facets.find(({ field }) => field === 'engine')!.values.find(({ value }) => value === 'epas')!;
    assert.deepEqual([epas.selected, epas.q], [true, 'major:17']);
    const words = await store.tags.facets(facetsQuery('full engine:epas'), NOW);
    assert.deepEqual(counts(words, 'major'), { 17: 1, 16: 1 });
    assert.deepEqual(counts(words, 'engine'), { epas: 2 });
    const aged = await store.tags.facets(facetsQuery('engine:epas age:<7d'), NOW);
    assert.deepEqual(counts(aged, 'age'), { '<1d': 0, '<7d': 2, '<30d': 2, '<90d': 2, '<1y': 3 });
    assert.deepEqual(counts(aged, 'major'), { 17: 2 });
  });

  it('counts HCP tags on images and on repositories, and finds by them', async () => {
    const { store, db } = await given();
    await library(store);
    const tag = async (name: string) => {
      const made = await sql<{
        id: string;
      }>`insert into hcp_tags (id, name, color, created_by, created_at, updated_by, updated_at)
        values (gen_random_uuid(), ${name}, 'blue', 'me', now(), 'me', now()) returning id`.execute(db);
      return made.rows[0]!.id;
    };
    const gold = await tag('Gold');
    await sql`insert into hcp_tag_images (digest, hcp_tag_id, created_by, created_at)
      values (${digestOf(`epas ${F16}`)}, ${gold}, 'me', now())`.execute(db);
    await sql`insert into hcp_tag_repositories (repository_id, hcp_tag_id, created_by, created_at)
      values (${await repositoryId(store, 'nim/meta/llama')}, ${gold}, 'me', now())`.execute(db);
    assert.equal((await found(store, 'hcp:gold')).length, 4);
    assert.deepEqual(await found(store, 'hcp:gold kind:postgres'), [F16]);
    assert.deepEqual(counts(await store.tags.facets(facetsQuery('kind:postgres')), 'hcp'), { Gold: 1 });
    const repositories = await store.repositories.list(RepositoryQuery.parse({ q: 'hcp:GOLD' }));
    assert.deepEqual(
      repositories.items.map(({ name }) => name),
      ['nim/meta/llama'],
    );
  });

  it('finds repositories by what they hold', async () => {
    const { store } = await given();
    await library(store);
    const repositories = async (q: string) =>
      (await store.repositories.list(RepositoryQuery.parse({ q }), { now: NOW })).items.map(({ name }) => name);
    assert.deepEqual(await repositories('extension:vector platform:arm64'), ['edb-postgres-advanced']);
    assert.deepEqual(await repositories('-engine:epas'), ['nim/meta/llama', 'team/postgresql']);
    assert.deepEqual(await repositories('major:2026'), ['nim/meta/llama']);
    assert.deepEqual(await repositories('kind:model,postgres location:there'), ['nim/meta/llama', 'team/postgresql']);
    assert.deepEqual(await repositories('post -edb'), ['team/postgresql']);
    assert.deepEqual(await repositories('repository:llama registry:Elsewhere'), ['nim/meta/llama']);
    await assert.rejects(repositories('tag:17'), { code: 'field-not-here' });
  });

  it('completes fields, and values that the library holds', async () => {
    const { store } = await given();
    await library(store);
    const at = async (q: string, caret = q.length) => {
      const { items, from, to } = await store.tags.completions({ q, at: caret, of: 'tags' });
      return items.map(({ text }) => q.slice(0, from) + text + q.slice(to));
    };
    assert.deepEqual((await at('en'))[0], 'engine:');
    assert.deepEqual(await at('engine:'), ['engine:postgresql ', 'engine:epas ']);
    assert.deepEqual(await at('engine:epas extension:pgv'), ['engine:epas extension:vector ']);
    assert.deepEqual(await at('repository:lla'), ['repository:nim/meta/llama ']);
    assert.ok((await at('pgvector')).includes('extension:vector '));
    assert.ok((await at('arm64')).includes('platform:linux/arm64 '));
    assert.deepEqual(await at('signed:ver'), ['signed:verified ']);
    const { error } = await store.tags.completions({ q: 'full enigne:epas', of: 'tags' });
    assert.deepEqual([error?.code, error?.position], ['unknown-field', 5]);
  });

  it('merges profiles in every order as one list would be', async () => {
    const { store } = await given();
    await library(store);
    for (const sort of TagQuery.shape.sort.unwrap().options) {
      const whole = (await store.tags.list(query('', { sort, limit: 100 }), NOW)).items;
      const chosen = whole.filter(({ engine, version }) => engine !== null && version?.major !== 16);
      const paged: string[] = [];
      for (let cursor: string | undefined; ; ) {
        const page = await store.tags.list(query('engine:epas,pg -major:16', { sort, limit: 2, cursor }), NOW);
        assert.equal(page.total, chosen.length);
        paged.push(...page.items.map(({ name }) => name));
        if (page.next === null) break;
        cursor = page.next;
      }
      assert.deepEqual(
        paged,
        chosen.map(({ name }) => name),
        sort,
      );
    }
  });
}
