/**
 * Changes of a cluster that restart it wait as upgrades do; what a catalog in stages keeps although it is not approved any
 * more; and which keys a secret has, by their names.
 */
import { type Kysely, sql } from 'kysely';

const STATEMENTS: readonly string[] = [
  // null: it is a step to another image. Else what is asked for, in words and as it is carried out, with its new images.
  'alter table cluster_upgrades add column change jsonb',
  // Written whenever the catalog is handed out, so that it is told once.
  `alter table catalogs add column kept jsonb not null default '[]'`,
  // null: nobody could say.
  'alter table secret_questions add column keys text[]',
];

/** Runs in the migration's transaction. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
