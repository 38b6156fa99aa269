/** Clusters that a second person guards are pinned before their catalog moves on: it is known which may follow it still. */
import { type Kysely, sql } from 'kysely';

const STATEMENTS: readonly string[] = [
  // The newest generation in which the cluster took its image from a catalog; 0: none did. Once an agent has applied a later one it does not.
  'alter table dispatches add column followed_generation integer not null default 0',
  `update dispatches set followed_generation = generation
    where owner_kind = 'cluster' and objects @> '[{"spec": {"imageCatalogRef": {}}}]'`,
];

/** Runs in the migration's transaction. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
