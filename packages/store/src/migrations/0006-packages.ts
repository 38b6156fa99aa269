/**
 * What is installed in images, by the SBOMs that hang on them, and ways to ask for the past of tags without walking all
 * of it.
 */
import { type Kysely, sql } from 'kysely';

const STATEMENTS: readonly string[] = [
  // The few packages that facts are drawn from (PostgreSQL's), beside the observation: drawing reads thousands of images
  // at once, and a whole list is a hundred times longer. Null: no SBOM was read.
  'alter table images add column packages jsonb',

  `create table image_packages (
    digest text collate "C" not null references images (digest) on delete cascade,
    subject text collate "C" not null,
    document text not null,
    format text not null,
    attested boolean not null,
    packages jsonb not null,
    count integer not null,
    truncated boolean not null,
    read_at timestamptz not null,
    primary key (digest, subject)
  )`,

  'create index tag_history_repository on tag_history (repository_id, id)',
  `create index tags_vanished on tags (coalesce(missing_since, last_seen_at), repository_id, name)
    where presence <> 'present'`,
  `create index tags_repository_vanished on tags (repository_id, coalesce(missing_since, last_seen_at), name)
    where presence <> 'present'`,
];

/** Runs in the migration's transaction. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
