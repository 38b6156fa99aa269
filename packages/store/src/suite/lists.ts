import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { it } from 'node:test';
import { RepositoryQuery, TagQuery } from '@pharos/contract';
import { sql } from 'kysely';
import { StoreError } from '../errors.ts';
import { summarise } from '../repository-summary.ts';
import {
  digestOf,
  everything,
  type Given,
  hours,
  observation,
  type ReportTag,
  registry,
  repositoryId,
  scan,
} from './given.ts';

const sorts = (query: typeof TagQuery | typeof RepositoryQuery) => query.shape.sort.unwrap().options;

/** Lists: every sort by keyset, every filter, and cursors that do not belong. */
export function listsSuite(given: () => Promise<Given>): void {
  it('gives every tag exactly once, in the order asked for, by every sort', async () => {
    const { store } = await given();
    const registryId = await registry(store);
    // Times and versions repeat, some tags have none: the order is made total by the tag's identity.
    for (const [index, repository] of ['alpha', 'beta', 'gamma'].entries()) {
      const tags = Array.from({ length: 17 }, (_, at): ReportTag => {
        const pushedAt = at % 3 === 0 ? null : hours(at % 4).toISOString();
        return { name: `${13 + (at % 5)}.${at}`, digest: digestOf(`${repository} ${at}`), pushedAt };
      });
      await scan(store, registryId, { repository, tags, now: hours(index % 2) });
    }
    const id = await repositoryId(store, 'beta');
    for (const sort of sorts(TagQuery) as TagQuery['sort'][]) {
      const presence = 'present' as const;
      const whole = (await store.tags.list({ limit: 1000, sort, presence })).items;
      const paged = await everything((cursor) => store.tags.list({ limit: 4, sort, presence, cursor }));
      assert.equal(new Set(whole.map((tag) => `${tag.repository}:${tag.name}`)).size, 51);
      assert.deepEqual(paged, whole, sort);
      const filtered = await everything((cursor) => store.tags.list({ limit: 4, sort, presence, cursor, major: 14 }));
      assert.deepEqual(
        filtered,
        whole.filter((tag) => tag.version?.major === 14),
        sort,
      );
      const ofOne = await everything((cursor) => store.tags.ofRepository(id, { limit: 3, sort, presence, cursor }));
      assert.deepEqual(
        new Set(ofOne.map((tag) => tag.name)),
        new Set(whole.filter((tag) => tag.repositoryId === id).map((tag) => tag.name)),
      );
      assert.equal(ofOne.length, 17);
    }
    const pushed = await store.tags.list({ limit: 1000, sort: '-pushed', presence: 'present' });
    const times = pushed.items.map((tag) => tag.pushedAt ?? '');
    assert.deepEqual(times, times.toSorted().toReversed());
  });

  it('finds tags by every filter', async () => {
    const { store } = await given();
    const registryId = await registry(store);
    const other = await registry(store, { name: 'Elsewhere', locationId: 'there' });
    const arm = digestOf('arm');
    const platforms = [{ os: 'linux', architecture: 'arm64', variant: 'v8', digest: arm, size: 1 }];
    const extensions = '[{"name":"postgis","version":"3.5"}]';
    const annotations = { 'org.enterprisedb.pg.extensions': extensions };
    await scan(store, registryId, {
      tags: [{ name: '17.4-full', digest: arm }, '17.3', '16', '50_percent%'],
      images: [observation(arm, { platforms, annotations })],
    });
    await scan(store, other, { repository: 'nim/meta/llama', tags: ['1.8.5'] });
    const found = async (query: Partial<TagQuery>) => {
      const page = await store.tags.list({ limit: 50, sort: 'name', presence: 'present', ...query });
      assert.equal(page.total, page.items.length);
      return page.items.map((tag) => tag.name);
    };
    assert.deepEqual(await found({ q: '.4-FU' }), ['17.4-full']);
    assert.deepEqual(await found({ q: '0_p' }), ['50_percent%']);
    assert.deepEqual(await found({ q: '%' }), ['50_percent%']);
    assert.deepEqual(await found({ q: '\\' }), []);
    assert.deepEqual(await found({ q: 'a\0' }), []);
    assert.deepEqual(await found({ q: arm }), ['17.4-full']);
    assert.deepEqual(await found({ q: arm.slice(0, 9) }), ['17.4-full']);
    assert.deepEqual(await found({ q: arm.slice(7, 13) }), ['17.4-full']);
    assert.deepEqual(await found({ q: `sha512:${arm.slice(7, 20)}` }), []);
    assert.deepEqual(await found({ platform: 'linux/arm64' }), ['17.4-full']);
    assert.deepEqual(await found({ platform: 'linux/arm' }), []);
    assert.deepEqual(await found({ engine: 'postgresql', major: 17 }), ['17.3', '17.4-full']);
    assert.deepEqual(await found({ flavour: 'full' }), ['17.4-full']);
    assert.deepEqual(await found({ kind: 'model' }), ['1.8.5']);
    assert.deepEqual(await found({ registryId: other }), ['1.8.5']);
    assert.deepEqual(await found({ locationId: 'there' }), ['1.8.5']);
    assert.deepEqual(await found({ repositoryId: await repositoryId(store, 'nim/meta/llama') }), ['1.8.5']);
    assert.deepEqual(await found({ floating: true }), ['16']);
    assert.deepEqual(await found({ extension: 'nothing' }), []);
    assert.deepEqual(await found({ extension: 'postgis' }), ['17.4-full']);
  });

  it('gives every repository exactly once by every sort, and finds it by every filter', async () => {
    const { store } = await given();
    const registryId = await registry(store);
    const plain = { caCerts: '', skipVerify: false, plainHttp: true };
    const other = await registry(store, { name: 'Elsewhere', locationId: 'there', tls: plain });
    const rule = await store.rules.create(
      {
        name: 'r',
        enabled: true,
        registryId: null,
        kind: null,
        description: 'é'.repeat(900),
        repositories: { include: ['*'], exclude: [] },
        tags: [],
      },
      hours(0),
    );
    for (let index = 0; index < 11; index += 1) {
      await scan(store, index % 2 ? registryId : other, {
        repository: `${index % 3 ? 'team/app' : 'nim/meta/m'}${index}`,
        tags: Array.from({ length: index % 4 }, (_, at) => `1.${at}`),
        now: hours(index % 3),
        begin: { ruleIds: index % 2 ? [rule.id] : [] },
      });
    }
    for (const sort of sorts(RepositoryQuery) as RepositoryQuery['sort'][]) {
      const whole = (await store.repositories.list({ limit: 1000, sort })).items;
      const paged = await everything((cursor) => store.repositories.list({ limit: 2, sort, cursor }));
      assert.equal(new Set(whole.map(({ id }) => id)).size, 11);
      assert.deepEqual(paged, whole, sort);
    }
    const byTags = (await store.repositories.list({ limit: 1000, sort: '-tags' })).items.map(
      ({ tagCount }) => tagCount,
    );
    assert.deepEqual(
      byTags,
      byTags.toSorted((a, b) => b - a),
    );
    const count = async (query: Partial<RepositoryQuery>) =>
      (await store.repositories.list({ limit: 50, sort: 'name', ...query })).total;
    assert.equal(await count({ q: 'META' }), 4);
    assert.equal(await count({ q: 'éé' }), 5);
    assert.equal(await count({ registryId }), 5);
    assert.equal(await count({ locationId: 'there' }), 6);
    assert.equal(await count({ kind: 'model' }), 4);
    const warned = (await store.repositories.list({ limit: 50, sort: 'name', locationId: 'there' })).items;
    assert.ok(warned.every(({ warnings }) => warnings.length === 1));
  });

  it('refuses a cursor of another list, another order, or of nobody', async () => {
    const { store } = await given();
    await scan(store, await registry(store), { tags: ['a', 'b', 'c'] });
    const refused = (error: unknown) => error instanceof StoreError && error.code === 'invalid-cursor';
    const { next } = await store.tags.list({ limit: 1, sort: 'name', presence: 'present' });
    const list = (cursor: string, sort: TagQuery['sort'] = 'name') =>
      store.tags.list({ limit: 1, sort, presence: 'present', cursor });
    await assert.rejects(list(next!, '-name'), refused);
    await assert.rejects(store.repositories.list({ limit: 1, sort: 'name', cursor: next! }), refused);
    const forged = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    for (const value of [
      null,
      'x',
      [],
      ['tags:name', 'a'],
      ['tags:name', 'a', 'no id'],
      ['tags:name', 'a\0', '00000000-0000-4000-8000-000000000000'],
    ]) {
      await assert.rejects(list(forged(value)), refused);
    }
    await assert.rejects(list('%%%'), refused);
    await assert.rejects(
      list(forged(['tags:-seen', '2026-99-01T00:00:00.000Z', '00000000-0000-4000-8000-000000000000', 'a']), '-seen'),
      refused,
    );
  });

  it('has an index for every order that tells profile and presence without the table', async () => {
    const { db } = await given();
    const orders = ['sort_key', 'effective_at', 'first_seen_at', 'name'].flatMap((key) => {
      const identity = key === 'name' ? 'name, repository_id' : `${key}, repository_id, name`;
      return [[sql`true`, identity] as const, [sql`repository_id = ${randomUUID()}`, `${key}, name`] as const];
    });
    await db.transaction().execute(async (trx) => {
      for (const way of ['seqscan', 'bitmapscan', 'sort'])
        await sql`set local ${sql.raw(`enable_${way}`)} = off`.execute(trx);
      for (const [where, order] of orders.filter(([, keys]) => keys !== 'name, name')) {
        const plan = await sql<Record<string, unknown>>`explain (format json) select repository_id, name from tags
          where ${where} and presence <> 'retired' and profile_id = any('{1,2}') order by ${sql.raw(order)} limit 51`.execute(
          trx,
        );
        assert.match(JSON.stringify(plan.rows), /"Index Only Scan"/, order);
      }
    });
  });

  it('does not take the word of a planner that is badly wrong', async () => {
    const { store, db } = await given();
    await scan(store, await registry(store), { tags: ['a1', 'a2', 'b'] });
    await sql`update pg_class set reltuples = 1e9, relpages = 1 where relname = 'tags'`.execute(db);
    const list = (limit: number, sort: TagQuery['sort'] = 'name') =>
      store.tags.list({ limit, sort, presence: 'all', q: 'a' });
    for (const limit of [1, 2, 50]) {
      const { total, totalIsEstimate, items } = await list(limit);
      if (limit > 1) assert.deepEqual([total, totalIsEstimate], [2, undefined]);
      assert.equal(items[0]?.name, 'a1');
    }
  });

  it('finds the few with a label behind the many without, page by page', async () => {
    const { store, db } = await given();
    const images = ['z1', 'z2', 'z4', 'z5'].map((name) => {
      const annotations = { 'org.enterprisedb.pg.flavor': 'epas' };
      return observation(digestOf(name), { annotations, labels: name === 'z2' ? {} : { vendor: 'EDB' } });
    });
    const tags = ['a', 'z1', 'z2', 'z4', 'z5'].map((name) => ({ name, digest: digestOf(name) }));
    await scan(store, await registry(store), { tags, images });
    await sql`insert into tags select (jsonb_populate_record(t, jsonb_build_object('name', n.name))).*
      from tags t, lateral (select 'a' || g as name from generate_series(1, 4100) g where t.name = 'a'
        union all select 'z3' || g from generate_series(1, 9) g where t.name = 'z5') n`.execute(db);
    await summarise(db, [await repositoryId(store)]);
    // As if the library were so large that labels cannot be counted.
    await sql`update repository_profiles set tags = tags + 200000`.execute(db);
    const expected = ['z1', ...Array.from({ length: 9 }, (_, at) => `z3${at + 1}`), 'z4', 'z5'];
    for (const sort of ['name', '-name', 'version', '-created'] as const) {
      const paged: string[] = [];
      for (let cursor: string | undefined; ; ) {
        const page = await store.tags.list({ limit: 4, sort, presence: 'present', q: 'label:vendor=EDB', cursor });
        paged.push(...page.items.map(({ name }) => name));
        if (page.next === null) break;
        cursor = page.next;
      }
      assert.deepEqual(sort === 'name' ? paged : paged.toSorted(), expected, sort);
    }
  });

  it('lists more repositories than are counted, each once and in order', async () => {
    const { store, db } = await given();
    const registryId = await registry(store);
    const add = (from: number, to: number) =>
      sql`
      insert into repositories (id, registry_id, name, kind, description, first_seen_at, updated_at)
      select gen_random_uuid(), ${registryId}, 'many/' || lpad(g::text, 5, '0'), 'other', '', now(), now()
      from generate_series(${from}::int, ${to}::int) g`.execute(db);
    const names = async (limit: number, cursor?: string) => {
      const page = await store.repositories.list({ limit, sort: 'name', q: 'many', cursor });
      return { ...page, items: page.items.map(({ name }) => name) };
    };
    await add(1, 10_000);
    const exact = await names(2);
    assert.deepEqual([exact.items, exact.total], [['many/00001', 'many/00002'], 10_000]);
    assert.equal(exact.totalIsEstimate, undefined);
    await add(10_001, 10_002);
    const first = await names(2);
    assert.deepEqual(first.items, exact.items);
    assert.ok(first.total > 10_000 && first.totalIsEstimate);
    assert.deepEqual((await names(2, first.next!)).items, ['many/00003', 'many/00004']);
  });

  it('counts exactly up to ten thousand and estimates above', async () => {
    const { store, db } = await given();
    await scan(store, await registry(store), { tags: ['a'] });
    const id = await repositoryId(store);
    const copy = async (from: number, to: number) => {
      await sql`insert into tags
        select (jsonb_populate_record(t, jsonb_build_object('name', 'a' || g))).*
        from tags t, generate_series(${from}::int, ${to}::int) g where t.name = 'a'`.execute(db);
      await summarise(db, [id]);
    };
    const list = (q?: string) => store.tags.list({ limit: 2, sort: '-name', presence: 'present', q });
    await copy(1, 9_999);
    const exact = await list('a');
    assert.deepEqual([exact.total, exact.totalIsEstimate], [10_000, undefined]);
    await copy(10_000, 20_500);
    await sql`analyze tags`.execute(db);
    const many = await list('a');
    assert.equal(many.totalIsEstimate, true);
    assert.ok(many.total > 20_000 && many.total < 24_000);
    // What profiles decide is counted exactly whatever its size.
    assert.deepEqual([(await list()).total, (await list('-kind:model')).total], [20_501, 20_501]);
    const few = await list('a2050');
    assert.deepEqual([few.total, few.items.map((tag) => tag.name)], [2, ['a20500', 'a2050']]);
    assert.deepEqual(
      many.items.map((tag) => tag.name),
      ['a9999', 'a9998'],
    );
  });
}
