/** Single values that belong to the database as a whole. */
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { type Db, first } from './database.ts';
import type { Settings } from './setting-port.ts';

export function settingsOf(db: Db): Settings {
  return {
    get: async (key) =>
      (await first(sql<{ value: string }>`select value from settings where key = ${key}`, db))?.value ?? null,
    set: async (key, value) => {
      await sql`insert into settings values (${key}, ${value})
        on conflict (key) do update set value = excluded.value`.execute(db);
    },
    replace: async (key, before, value) => {
      const row = await first(
        sql`update settings set value = ${value} where key = ${key} and value = ${before} returning 1`,
        db,
      );
      return row !== null;
    },
    once: async (key, value) => {
      await sql`insert into settings values (${key}, ${value}) on conflict do nothing`.execute(db);
      return (await first(sql<{ value: string }>`select value from settings where key = ${key}`, db))!.value;
    },
  };
}

/** The database's own identity, made once: an agent that meets another one sends everything again. */
export async function serverEpochOf(db: Db): Promise<string> {
  await sql`insert into settings values ('server-epoch', ${randomUUID()}) on conflict do nothing`.execute(db);
  const row = await first(sql<{ value: string }>`select value from settings where key = 'server-epoch'`, db);
  return row!.value;
}
