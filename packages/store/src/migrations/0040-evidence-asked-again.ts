/** Attestations that were refused for want of room are asked for again when there is some: it is kept when each was. */
import { type Kysely, sql } from 'kysely';

const STATEMENTS: readonly string[] = [
  'alter table evidence add column asked_again_at timestamptz',
  // Every commit asks for its repository, and nearly always finds nothing.
  `create index evidence_refused on evidence (repository_id, asked_again_at nulls first, id) where problem = 'no-room'`,
];

/** Runs in the migration's transaction. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
