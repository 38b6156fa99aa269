import assert from 'node:assert/strict';
import { it } from 'node:test';
import { RepositoryQuery, TagQuery } from '@pharos/contract';
import { sql } from 'kysely';
import { digestOf, type Given, repositoryId } from './given.ts';
import { counts, F16, facetsQuery, found, library, NOW, query } from './search-given.ts';

/** Facets, repositories and completion. */
export function searchFacetsSuite(given: () => Promise<Given>): void {
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
    assert.equal((await found(store, '-hcp:gold')).length, 6);
    assert.deepEqual(await found(store, 'hcp:nobody'), []);
    assert.equal((await found(store, '-hcp:nobody')).length, 10);
    assert.deepEqual(await found(store, 'hcp:g?l*,nobody engine:epas'), [F16]);
    assert.equal((await found(store, 'hcp:gold -kind:postgres')).length, 3);
    assert.deepEqual(counts(await store.tags.facets(facetsQuery('kind:postgres')), 'hcp'), { Gold: 1 });
    assert.deepEqual(counts(await store.tags.facets(facetsQuery('hcp:gold')), 'kind'), { postgres: 1, model: 3 });
    assert.deepEqual(counts(await store.tags.facets(facetsQuery('16 hcp:nobody')), 'hcp'), { Gold: 1 });
    // On the image and on its repository: one tag.
    const [model] = (await store.tags.list(query('kind:model'))).items;
    await sql`insert into hcp_tag_images (digest, hcp_tag_id, created_by, created_at)
      values (${model!.digest}, ${gold}, 'me', now())`.execute(db);
    assert.deepEqual(counts(await store.tags.facets(facetsQuery('')), 'hcp'), { Gold: 4 });
    // More images than are named in a question.
    await sql`insert into hcp_tag_images (digest, hcp_tag_id, created_by, created_at)
      select 'sha256:' || lpad(to_hex(n), 64, '0'), ${gold}, 'me', now() from generate_series(1, 50001) n`.execute(db);
    assert.equal((await found(store, 'hcp:gold')).length, 4);
    assert.equal((await found(store, '-hcp:gold')).length, 6);
    assert.deepEqual(counts(await store.tags.facets(facetsQuery('')), 'hcp'), { Gold: 4 });
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
