/**
 * When a rule is read, where it differs from its registry: a clause of the rule like the others (0005), so that nothing is added here.
 */
import { type Kysely, sql } from 'kysely';

const STATEMENTS: readonly string[] = [];

/** Runs in the migration's transaction. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
