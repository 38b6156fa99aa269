/**
 * Attestations that are too large for one row, in parts; what a verified attestation states, so that its bytes need not be read for each
 * policy; what a scanner found, one by one; and the way from the manifest of a platform to the indexes that hold it.
 */
import { type Kysely, sql } from 'kysely';

const STATEMENTS: readonly string[] = [
  // `is_whole`: every part is there. What is not whole is not verified.
  'alter table evidence add column size integer',
  'alter table evidence add column parts integer',
  'alter table evidence add column is_whole boolean not null default true',
  `create table evidence_parts (
    evidence_id bigint not null references evidence (id) on delete cascade,
    part integer not null,
    bytes bytea not null,
    primary key (evidence_id, part)
  )`,
  'alter table verifications add column stated jsonb',
  'alter table vulnerability_reports add column findings jsonb',
  `create index images_of_platform on images
    using gin (jsonb_path_query_array(observation, '$.platforms[*].digest'))`,
];

/** Runs in the migration's transaction. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
