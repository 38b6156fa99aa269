/**
 * Maintenance windows, and upgrades of clusters that wait for one.
 */
import { type Kysely, sql } from 'kysely';

const STATEMENTS: readonly string[] = [];

/** Runs in the migration's transaction. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
