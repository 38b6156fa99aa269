/** How much of large attestations is kept of a registry is asked for each one that comes. */
import { type Kysely, sql } from 'kysely';

const STATEMENTS: readonly string[] = [
  'create index evidence_large on evidence (repository_id) include (size) where parts is not null',
];

/** Runs in the migration's transaction. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
