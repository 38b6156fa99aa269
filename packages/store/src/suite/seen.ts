import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { ScanQuery, TagQuery } from '@pharos/contract';
import { type Area, covers } from '@pharos/library';
import { sql } from 'kysely';
import { storeOn } from '../open.ts';
import { NOT_SEEN, SEEN } from '../seen.ts';
import type { SeenStore, Store } from '../store.ts';
import { digestOf, type Engine, type Given, knownOf, observation, registry, repositoryId, scan, T0 } from './given.ts';

const EU: Area = { locationId: 'here', patterns: [] };
const PAGE = { limit: 100 } as const;
const TAGS: TagQuery = { limit: 100, sort: 'name', presence: 'present' };

const NAMES = ['edb/pg', 'edb/pg/extra', 'nim/llama', 'postgresql'];

/** Two locations with the same repositories; one image stands in both, one only there. */
async function twoLocations(store: Store) {
  const here = await registry(store);
  const there = await registry(store, { name: 'Other registry', url: 'other.example', locationId: 'there' });
  for (const registryId of [here, there]) {
    for (const repository of NAMES) {
      const digest = digestOf(`only ${registryId} ${repository}`);
      const tags = [
        { name: '17.4', digest: digestOf('shared') },
        { name: '17.5', digest },
      ];
      await scan(store, registryId, {
        repository,
        tags,
        images: [observation(digest), observation(digestOf('shared'))],
      });
    }
  }
  const spec = { description: '', enabled: true, kind: null, tags: [], repositories: { include: ['**'], exclude: [] } };
  for (const [name, registryId] of Object.entries({ here, there })) {
    await store.rules.create({ ...spec, name: `rule ${name}`, registryId }, T0);
  }
  await store.rules.create({ ...spec, name: 'rule for all', registryId: null }, T0);
  return { here, there };
}

/** What a reader of areas sees, and that nothing else shows in any count. */
export function seenSuite(given: () => Promise<Given>, engine: () => Engine): void {
  it('has decided for every table what readers of a part see of it', async () => {
    const { db } = await given();
    const tables = await sql<{ name: string }>`select table_name as name from information_schema.tables
      where table_schema = 'public' and table_type = 'BASE TABLE'`.execute(db);
    const undecided = tables.rows.filter(({ name }) => !Object.hasOwn(SEEN, name) && !NOT_SEEN.has(name));
    assert.deepEqual(undecided, [], 'name the table in SEEN or NOT_SEEN (store/src/seen.ts)');
  });

  it('shows a reader of a location that location alone, in lists, rows and counts', async () => {
    const { store } = await given();
    const { here, there } = await twoLocations(store);
    const seen = store.seenBy([EU]);
    const ids = async (list: Promise<{ items: { id: string }[]; total: number }>) => {
      const { items, total } = await list;
      assert.equal(total, items.length);
      return items.map((item) => item.id);
    };
    assert.deepEqual(await ids(seen.registries.list(PAGE)), [here]);
    assert.deepEqual(await ids(seen.locations.list(PAGE, T0)), ['here']);
    const rules = await seen.rules.list(PAGE);
    assert.deepEqual(rules.items.map((rule) => rule.name).sort(), ['rule for all', 'rule here']);
    const repositories = await seen.repositories.list({ ...PAGE, sort: 'name' });
    assert.deepEqual(
      repositories.items.map((row) => [row.registryId, row.name]),
      NAMES.map((name) => [here, name]),
    );
    assert.equal(repositories.total, 4);
    const tags = await seen.tags.list(TAGS);
    assert.equal(tags.total, 8);
    assert.ok(tags.items.every((tag) => tag.registryId === here));
    const scans = await seen.scans.list({ limit: 100 } as ScanQuery);
    assert.ok(scans.items.length === 4 && scans.items.every((row) => row.registryId === here));
    const statistics = await seen.statistics(T0);
    assert.deepEqual(
      [statistics.tags, statistics.repositories, statistics.images, statistics.registries, statistics.rules],
      [8, 4, 5, 1, 2],
    );
    const whole = await store.statistics(T0);
    assert.deepEqual([whole.tags, whole.repositories, whole.images, whole.registries, whole.rules], [16, 8, 9, 2, 3]);
    const shared = await seen.images.get(digestOf('shared'));
    assert.deepEqual([...new Set(shared?.tags.map((tag) => tag.locationId))], ['here']);
    assert.equal(await seen.images.get(digestOf(`only ${there} postgresql`)), null);
    assert.equal((await seen.images.place(digestOf('shared')))?.registryId, here);
    assert.equal(await seen.registries.get(there), null);
    assert.equal(await seen.registries.events(there, PAGE), null);
    const foreign = (await store.repositories.list({ ...PAGE, sort: 'name', registryId: there })).items[0]!;
    assert.equal(await seen.repositories.get(foreign.id), null);
    assert.equal((await seen.tags.ofRepository(foreign.id, TAGS)).total, 0);
    assert.equal(await seen.tags.get(foreign.id, '17.4'), null);
    assert.equal(await seen.tags.history(foreign.id, '17.4', PAGE), null);
    assert.equal((await knownOf(seen.listings, there)).repositories.length, 0);
    assert.deepEqual(await seen.listings.namesOf(there, ''), []);
    assert.equal((await seen.users.list(PAGE)).total, 0);
  });

  it('agrees with the library about which repositories an area holds', async () => {
    const { store } = await given();
    const { here } = await twoLocations(store);
    const all = (await store.repositories.list({ ...PAGE, sort: 'name' })).items;
    const patterns = [[], ['edb/*'], ['edb/**'], ['**/pg'], ['{nim,edb}/*'], ['post[a-z]*'], ['*'], ['**', 'edb/p?']];
    for (const locationId of [null, 'here', 'there', 'nowhere']) {
      for (const each of patterns) {
        const areas = [{ locationId, patterns: each }];
        const seen = await store.seenBy(areas).repositories.list({ ...PAGE, sort: 'name' });
        const expected = all.filter((row) => covers(areas, { locationId: row.locationId, repository: row.name }));
        assert.deepEqual(new Set(seen.items.map((row) => row.id)), new Set(expected.map((row) => row.id)));
        assert.equal(seen.total, expected.length, JSON.stringify(areas));
      }
    }
    const some = store.seenBy([{ locationId: 'here', patterns: ['nim/*'] }]);
    assert.deepEqual(
      (await some.registries.list(PAGE)).items.map((row) => row.id),
      [here],
    );
    assert.deepEqual(
      (await knownOf(some.listings, here)).repositories.map((row) => row.name),
      ['nim/llama'],
    );
    assert.equal((await some.registries.get(here))?.id, here);
    assert.equal((await some.rules.list(PAGE)).total, 0, 'rules that brought in nothing of the part are not told');
  });

  it('shows nothing without areas, and lets nothing be changed', async () => {
    const { store } = await given();
    const { here } = await twoLocations(store);
    const nothing = store.seenBy([]);
    assert.equal((await nothing.repositories.list({ ...PAGE, sort: 'name' })).total, 0);
    assert.equal((await nothing.statistics(T0)).images, 0);
    const id = await repositoryId(store);
    const seen = store.seenBy([EU]);
    await assert.rejects(seen.repositories.write(id, { readme: 'mine' }, { name: 'me', now: T0 }));
    await assert.rejects(seen.registries.remove(here));
    await assert.rejects(seen.settings.set('a', 'b'), { code: '25006' });
    assert.equal((await store.repositories.get(id))?.readme, null);
    await store.repositories.write(id, { readme: 'the next one may' }, { name: 'me', now: T0 });
    assert.equal((await store.repositories.list({ ...PAGE, sort: 'name' })).total, 8, 'and nothing of it stays behind');
  });

  it('draws the views again when a table comes or changes, and shows nothing of a table nobody decided about', async () => {
    const { store, db } = await given();
    await registry(store);
    await sql`create table secrets_of_tomorrow (id int)`.execute(db);
    await sql`insert into secrets_of_tomorrow values (1)`.execute(db);
    await sql`alter table repositories add column new_column text`.execute(db);
    try {
      const again = await storeOn(engine().database, engine().engine);
      const rows = await db.transaction().execute(async (trx) => {
        await sql`set local search_path = pharos_seen, public`.execute(trx);
        await sql`select new_column from repositories`.execute(trx);
        return (await sql`select * from secrets_of_tomorrow`.execute(trx)).rows;
      });
      assert.deepEqual(rows, []);
      assert.equal((await again.seenBy([EU]).registries.list(PAGE)).total, 1);
    } finally {
      await sql`drop table secrets_of_tomorrow cascade`.execute(db);
      await sql`alter table repositories drop column new_column cascade`.execute(db);
      await storeOn(engine().database, engine().engine);
    }
  });

  it('pages through what is seen as through everything', async () => {
    const { store } = await given();
    await twoLocations(store);
    const seen: SeenStore = store.seenBy([{ locationId: 'here', patterns: ['edb/**'] }]);
    const read: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await seen.tags.list({ ...TAGS, limit: 1, sort: '-created', cursor });
      read.push(...page.items.map((tag) => `${tag.repository}:${tag.name}`));
      cursor = page.next ?? undefined;
    } while (cursor !== undefined && read.length < 50);
    assert.deepEqual(read.toSorted(), ['edb/pg/extra:17.4', 'edb/pg/extra:17.5', 'edb/pg:17.4', 'edb/pg:17.5']);
  });
}
