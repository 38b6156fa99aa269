/**
 * What a scan's commit writes, cheaper once more: no look at another table for each row that is written, and staged tags stay the
 * text that they arrive as.
 */
import { type Kysely, sql } from 'kysely';

const STATEMENTS: readonly string[] = [
  // A foreign key looks at, and locks, the row it names for each row that is written. A commit holds the repository's row already.
  'alter table tags drop constraint tags_repository_id_fkey',
  `create function pharos_repositories_gone() returns trigger language plpgsql as $$ begin
    delete from tags t using gone g where t.repository_id = g.id;
    return null;
  end $$`,
  `create trigger repositories_gone after delete on repositories referencing old table as gone
    for each statement execute function pharos_repositories_gone()`,
  // The line of an image is made by the image's own statement.
  'alter table policy_checks drop constraint policy_checks_digest_fkey',
  `create function pharos_images_gone() returns trigger language plpgsql as $$ begin
    delete from policy_checks c using gone g where c.digest = g.digest;
    return null;
  end $$`,
  `create trigger images_gone after delete on images referencing old table as gone
    for each statement execute function pharos_images_gone()`,

  // Nobody asks the database what is in them.
  'alter table scan_chunks alter column tags type text, alter column tags set storage external',
];

/** Runs in the migration's transaction. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
