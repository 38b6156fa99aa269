import assert from 'node:assert/strict';
import { it } from 'node:test';
import { parseVersion, versionSortKey } from '@pharos/library';
import { sql } from 'kysely';
import { StoreError } from '../errors.ts';
import { storeOn } from '../open.ts';
import { type Engine, emptyStore, type Given, registry, scan, T0 } from './given.ts';

const code = (expected: string) => (error: unknown) => error instanceof StoreError && error.code === expected;

/** The schema, its versions, and what the two engines must agree on. */
export function databaseSuite(given: () => Promise<Given>, engine: () => Engine): void {
  it('opens again with the same identity, and gives another database another one', async () => {
    const { store } = await given();
    const again = await storeOn(engine().database, engine().engine);
    assert.equal(again.serverEpoch, store.serverEpoch);
    await again.ping();
    assert.notEqual((await given()).store.serverEpoch, store.serverEpoch);
  });

  it('refuses a database that a newer version wrote, and a migration that was changed', async () => {
    const { db } = await given();
    await sql`update migration_checksums set sha256 = 'another'`.execute(db);
    await assert.rejects(storeOn(engine().database, engine().engine), code('migration-failed'));
    await sql`insert into kysely_migration values ('0999-later', '2030-01-01')`.execute(db);
    await assert.rejects(storeOn(engine().database, engine().engine), code('database-newer'));
    await emptyStore(engine(), true);
  });

  it('orders versions as the library does', async () => {
    const { store } = await given();
    const tags = [
      '9.6',
      '17.4',
      '17.10',
      '17',
      '17.4-2503310734',
      '17.4-2503300000',
      '18beta1',
      '18rc1',
      '18.0',
      'latest',
      'zzz',
      '17.4-full',
      '16.9',
    ];
    await scan(store, await registry(store), { tags });
    const listed = await store.tags.list({ limit: 50, sort: 'version', presence: 'present' });
    const keys = new Map(tags.map((tag) => [versionSortKey(parseVersion('pg', tag)), tag]));
    const expected = [...keys.keys()].sort().map((key) => keys.get(key));
    assert.deepEqual(
      listed.items.map((tag) => tag.name),
      expected,
    );
    assert.equal((await store.repositories.list({ limit: 1, sort: 'name' })).items[0]?.newestTag, '18.0');
  });

  it('gives numbers, times and lists of the same types', async () => {
    const { db } = await given();
    const found = await sql<Record<string, unknown>>`select count(*) as n, 9007199254740991::bigint as big,
      ${T0.toISOString()}::timestamptz as time, array['a', 'b,"c'] as list, '{"a": [1]}'::jsonb as json`.execute(db);
    assert.deepEqual(found.rows[0], { n: 1, big: 9007199254740991, time: T0, list: ['a', 'b,"c'], json: { a: [1] } });
  });

  it('undoes a transaction that fails, and goes on', async () => {
    const { store, db } = await given();
    const failing = db.transaction().execute(async (trx) => {
      await sql`insert into settings values ('half', 'done')`.execute(trx);
      throw new Error('in the middle');
    });
    await assert.rejects(failing, /in the middle/);
    assert.equal(await store.settings.get('half'), null);
    await assert.rejects(sql`select nonsense`.execute(db), { code: '42703' });
    await store.ping();
  });
}
