/**
 * How registries are read the way they want to be: where a product's own API stands, what may be spent, what was spent
 * by which rule, scans of single tags, and what hangs on images (signatures, SBOMs, attestations, scan reports).
 */
import { type Kysely, sql } from 'kysely';

const STATEMENTS: readonly string[] = [
  'alter table registries add column api_url text',
  `alter table registries add column budget jsonb not null default '{"requestsPerDay":null,"concurrency":null}'`,
  'alter table registries add column reading jsonb',

  'alter table scans add column only_tags text[]',

  `create table rule_requests (
    rule_id uuid not null references rules (id) on delete cascade,
    hour timestamptz not null,
    requests bigint not null,
    primary key (rule_id, hour)
  )`,

  // A subject may be read by nobody yet: what hangs on it is kept for when it is.
  `create table referrers (
    subject text collate "C" not null,
    repository_id uuid not null references repositories (id) on delete cascade,
    digest text collate "C" not null,
    artifact_type text not null,
    source text not null,
    tag text collate "C",
    first_seen_at timestamptz not null,
    primary key (subject, repository_id, digest)
  )`,
  'create index referrers_repository on referrers (repository_id)',
];

/** Runs in the migration's transaction. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
