/** The process whose power is cut: makes a database in `argv[2]` and says of every commit when it was told. */
import { sql } from 'kysely';
import { openEmbedded } from '../embedded.ts';
import { note } from './recorder.ts';

const directory = process.argv[2]!;
const told = (what: string) => note({ op: 'told', what });

async function open() {
  const database = await openEmbedded(directory, () => {});
  const commit = async (name: string, rows: number) => {
    await database.db.transaction().execute(async (trx) => {
      await sql`insert into promises (name, rows) values (${name}, ${rows})`.execute(trx);
      await sql`insert into rows select ${name}, n, repeat(md5(n::text), 20) from generate_series(1, ${rows}::int) n`.execute(
        trx,
      );
      await sql`update totals set rows = rows + ${rows}::int`.execute(trx);
    });
    told(name);
  };
  return { ...database, commit };
}

const first = await open();
told('opened');
await sql`create table promises (name text primary key, rows integer)`.execute(first.db);
await sql`create table rows (name text, n integer, filler text)`.execute(first.db);
await sql`create table totals (rows integer)`.execute(first.db);
await sql`insert into totals values (0)`.execute(first.db);
told('tables');
for (let n = 0; n < 5; n += 1) await first.commit(`small ${n}`, 10);
await first.commit('more than a segment of the log', 30_000);
await sql`checkpoint`.execute(first.db);
told('checkpoint');
await sql`create index rows_name on rows (name, n)`.execute(first.db);
await sql`update rows set filler = md5(filler) where n % 3 = 0`.execute(first.db);
for (let n = 0; n < 5; n += 1) await first.commit(`after a checkpoint ${n}`, 200);
await sql`vacuum (analyze) rows`.execute(first.db);
await sql`checkpoint`.execute(first.db);
await first.commit('after a vacuum', 10);
await first.close();
told('closed');
const second = await open();
for (let n = 0; n < 3; n += 1) await second.commit(`again ${n}`, 100);
process.exit(0);
