/**
 * Reports of weaknesses that registries and attached artifacts carry.
 */
import { type Kysely, sql } from 'kysely';

const STATEMENTS: readonly string[] = [
  // By repository: the same image may stand in two registries, and what one says of it does not take the place of what the other says.
  `create table vulnerability_reports (
    subject text collate "C" not null,
    repository_id uuid not null references repositories (id) on delete cascade,
    source text not null,
    document text collate "C" not null,
    scanner text,
    scanned_at timestamptz,
    counts jsonb,
    problem text,
    fetched_at timestamptz not null,
    primary key (subject, repository_id, source, document)
  )`,
  'create index vulnerability_reports_repository on vulnerability_reports (repository_id)',
];

/** Runs in the migration's transaction. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
