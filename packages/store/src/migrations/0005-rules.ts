/**
 * Rules that look beyond names. What a rule says beside its patterns is one document, as its tag sets are. A tag that was
 * read and left out by such a rule is kept with its digest, so that the library can say why without asking the registry.
 */
import { type Kysely, sql } from 'kysely';

const STATEMENTS: readonly string[] = [
  `alter table rules add column clauses jsonb not null default '{}'`,

  // digest is null where the registry holds something that cannot be read.
  `create table left_out_tags (
    repository_id uuid not null references repositories (id) on delete cascade,
    name text collate "C" not null,
    digest text collate "C",
    created_at timestamptz,
    pushed_at timestamptz,
    first_seen_at timestamptz not null,
    primary key (repository_id, name)
  )`,
];

/** Runs in the migration's transaction. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
