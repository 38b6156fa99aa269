/** A catalog as it is read: with the edition that it serves, that of its canaries, and the newest. */
import type { CatalogEdition, CatalogEntry, CatalogKept, Engine, Rollout, RolloutPolicy } from '@pharos/contract';
import { sql } from 'kysely';
import { type Db, first, iso } from './database.ts';
import type { StoredCatalog } from './rollout-port.ts';

export interface EditionRow {
  number: number;
  at: Date;
  by: string;
  reason: string;
  entries: CatalogEntry[];
}

export interface RolloutRow {
  catalog_id: string;
  edition: number;
  state: Rollout['state'];
  since: Date;
  healthy_since: Date | null;
  forced: boolean;
  message: string;
  by: string;
  started_at: Date;
}

interface CatalogRow {
  id: string;
  location_id: string;
  name: string;
  engine: Engine;
  flavour: string | null;
  os: string | null;
  mode: StoredCatalog['mode'];
  edition: number;
  main_edition: number;
  canary_edition: number;
  rollout_policy: Omit<RolloutPolicy, 'canaries'> | null;
  canaries: string[];
  kept: CatalogKept[];
}

/** Catalogs by a condition over `c`, by name. The rest is read for those alone that were found. */
export async function readCatalogs(db: Db, where: ReturnType<typeof sql>): Promise<StoredCatalog[]> {
  const { rows } = await sql<CatalogRow>`select c.*,
      array(select n.cluster_id::text from catalog_canaries n where n.catalog_id = c.id order by 1) as canaries
    from catalogs c where ${where} order by c.name, c.location_id`.execute(db);
  const ids = rows.map(({ id }) => id);
  // By the numbers that were read: another edition may have come since.
  const wanted = rows.flatMap(({ id, edition, main_edition, canary_edition }) =>
    [...new Set([edition, main_edition, canary_edition])].map((number) => ({ id, number })),
  );
  const editions = await sql<EditionRow & { catalog_id: string }>`select e.* from catalog_editions e
    join unnest(${wanted.map(({ id }) => id)}::uuid[], ${wanted.map(({ number }) => number)}::integer[]) w (id, number)
      on e.catalog_id = w.id and e.number = w.number`.execute(db);
  const newest = rows.map(({ edition }) => edition);
  const rollouts = await sql<RolloutRow>`select r.* from catalog_rollouts r
    join unnest(${ids}::uuid[], ${newest}::integer[]) w (id, edition)
      on r.catalog_id = w.id and r.edition = w.edition`.execute(db);
  const byNumber = new Map(editions.rows.map((row) => [`${row.catalog_id} ${row.number}`, editionOf(row)]));
  return rows.map((row) => {
    const { id, name, location_id: location, engine, flavour, os, mode } = row;
    const edition = (number: number) => byNumber.get(`${id} ${number}`)!;
    const rollout = rollouts.rows.find(({ catalog_id }) => catalog_id === id);
    return {
      id,
      key: { name, location, engine, flavour, os },
      mode,
      edition: edition(row.main_edition),
      canary: edition(row.canary_edition),
      newest: edition(row.edition),
      kept: row.kept,
      policy: row.rollout_policy && { ...row.rollout_policy, canaries: row.canaries },
      rollout: rollout === undefined ? null : rolloutOf(rollout),
    };
  });
}

export async function readCatalog(db: Db, id: string): Promise<StoredCatalog | null> {
  return (await readCatalogs(db, sql`c.id = ${id}`))[0] ?? null;
}

/** The catalog's row is the lock of all that changes it or hands it out. */
export async function lockCatalog(trx: Db, id: string): Promise<StoredCatalog | null> {
  const row = await first(sql`select 1 from catalogs where id = ${id} for update`, trx);
  return row === null ? null : readCatalog(trx, id);
}

export function editionOf({ number, at, by, reason, entries }: EditionRow): CatalogEdition {
  return { number, at: iso(at), by, reason, entries };
}

export function rolloutOf(row: RolloutRow): Rollout {
  const { edition, state, message, by } = row;
  const [since, healthySince, startedAt] = [iso(row.since), iso(row.healthy_since), iso(row.started_at)];
  return { edition, state, since, healthySince, message, by, startedAt };
}
