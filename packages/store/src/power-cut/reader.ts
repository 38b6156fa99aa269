/**
 * The start after a power cut, a process of its own as in life: opens what is left in `argv[2]` and ends with 0 when all
 * that was told (a list of names in `argv[3]`, JSON) is there, what is there is whole, and the database goes on.
 */
import assert from 'node:assert/strict';
import { sql } from 'kysely';
import { openEmbedded } from '../embedded.ts';

const directory = process.argv[2]!;
const told = JSON.parse(process.argv[3]!) as string[];

const { db, close } = await openEmbedded(directory, () => {});
if (told.includes('tables')) {
  const found = await sql<{ name: string; promised: number; rows: number }>`
    select p.name, p.rows as promised, (select count(*)::int from rows r where r.name = p.name) as rows
    from promises p`.execute(db);
  assert.ok(found.rows.every(({ promised, rows }) => promised === rows));
  const names = new Set(found.rows.map(({ name }) => name));
  const lost = told.filter((name) => /^(small|more|after|again)/.test(name) && !names.has(name));
  assert.deepEqual(lost, []);
  const total = await sql<{ rows: number; counted: number }>`
    select rows, (select count(*)::int from rows) as counted from totals`.execute(db);
  assert.equal(total.rows[0]!.rows, total.rows[0]!.counted);
}
await sql`create table goes_on as select * from pg_class`.execute(db);
await close();
