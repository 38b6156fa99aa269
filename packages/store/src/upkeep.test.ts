import assert from 'node:assert/strict';
import { it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { sql } from 'kysely';
import { openEmbedded } from './embedded.ts';
import { storeOn } from './open.ts';

it('makes statistics anew when enough was written: a thousand rows of a small library, a share of a large one', async () => {
  const database = await openEmbedded('memory:', (_, message) => assert.fail(message));
  await storeOn(database, 'embedded');
  const { db, upkeep } = database;
  const tags = async (n?: number): Promise<number> => {
    if (n !== undefined) await sql`update pg_class set reltuples = ${n} where oid = 'tags'::regclass`.execute(db);
    const found = await sql<{ n: number }>`select reltuples as n from pg_class where oid = 'tags'::regclass`.execute(
      db,
    );
    return found.rows[0]!.n;
  };
  const wrote = async (rows: number, isDue: () => Promise<boolean>) => {
    upkeep.wrote(rows);
    for (let waited = 0; waited < 20 && !(await isDue()); waited += 1) await setTimeout(200);
  };
  const isAnalyzed = async () => (await tags()) === 0;
  await tags(1_000_000);
  await wrote(1_500, isAnalyzed);
  assert.equal(await tags(), 1_000_000, 'fifteen hundred of a million change nothing');
  await wrote(19_000, isAnalyzed);
  assert.equal(await tags(), 0);
  await tags(2_000);
  await wrote(1_500, isAnalyzed);
  assert.equal(await tags(), 0);
  await database.close();
});
