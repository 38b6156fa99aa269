/**
 * Nodes of a location, for what fits on their GPUs.
 */
import { type Kysely, sql } from 'kysely';

const STATEMENTS: readonly string[] = [];

/** Runs in the migration's transaction. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
