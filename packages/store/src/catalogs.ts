/** What image catalogs served: every change is an edition that stays. */
import { randomUUID } from 'node:crypto';
import type { CatalogEdition, CatalogEntry, Engine } from '@pharos/contract';
import { sql } from 'kysely';
import type { Catalogs, StoredCatalog } from './cluster-port.ts';
import { type Db, first, iso, json, storableText } from './database.ts';

interface EditionRow {
  number: number;
  at: Date;
  by: string;
  reason: string;
  entries: CatalogEntry[];
}

interface CatalogRow extends EditionRow {
  id: string;
  location_id: string;
  name: string;
  engine: Engine;
  flavour: string | null;
  os: string | null;
  mode: StoredCatalog['mode'];
}

const SELECT = sql`select c.*, e.number, e.at, e.by, e.reason, e.entries
  from catalogs c join catalog_editions e on e.catalog_id = c.id and e.number = c.edition`;

export function catalogsOf(db: Db): Catalogs {
  return {
    list: async (location) => {
      const where = location === null ? sql`true` : sql`c.location_id = ${location}`;
      const found = await sql<CatalogRow>`${SELECT} where ${where} order by c.name, c.location_id`.execute(db);
      return found.rows.map(catalogOf);
    },

    editions: async (id) => {
      const found = await sql<EditionRow>`select number, at, by, reason, entries from catalog_editions
        where catalog_id = ${id} order by number desc limit 200`.execute(db);
      return found.rows.map(editionOf);
    },

    publish: (key, before, { mode, by, reason, entries }, now) =>
      db.transaction().execute(async (trx) => {
        const { location, name, engine, flavour, os } = key;
        // The row is there before its first edition, and is the lock of whoever adds one.
        await sql`insert into catalogs (id, location_id, name, engine, flavour, os, mode, edition)
          values (${randomUUID()}, ${location}, ${name}, ${engine}, ${flavour}, ${os}, ${mode}, 0)
          on conflict (location_id, name) do nothing`.execute(trx);
        const own = sql`location_id = ${location} and name = ${name}`;
        const row = await first(
          sql<{ id: string; edition: number }>`select id, edition from catalogs where ${own} for update`,
          trx,
        );
        const { id, edition } = row!;
        if (edition === before) {
          await sql`insert into catalog_editions (catalog_id, number, at, by, reason, entries)
            values (${id}, ${edition + 1}, ${iso(now)}, ${storableText(by)}, ${storableText(reason)}, ${json(entries)})`.execute(
            trx,
          );
          await sql`update catalogs set edition = ${edition + 1}, mode = ${mode} where id = ${id}`.execute(trx);
        }
        return catalogOf((await first(sql<CatalogRow>`${SELECT} where c.id = ${id}`, trx))!);
      }),
  };
}

function editionOf({ number, at, by, reason, entries }: EditionRow): CatalogEdition {
  return { number, at: iso(at), by, reason, entries };
}

function catalogOf(row: CatalogRow): StoredCatalog {
  const { id, name, location_id: location, engine, flavour, os, mode } = row;
  return { id, key: { name, location, engine, flavour, os }, mode, edition: editionOf(row) };
}
