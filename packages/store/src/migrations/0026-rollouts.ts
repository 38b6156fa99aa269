/**
 * Editions of catalogs that reach clusters in stages.
 */
import { type Kysely, sql } from 'kysely';

const STATEMENTS: readonly string[] = [
  // `edition` is the newest; what the catalog serves is `main_edition`, and what its canary clusters get is `canary_edition`.
  `alter table catalogs
    add column main_edition integer not null default 0,
    add column canary_edition integer not null default 0,
    add column rollout_policy jsonb,
    add column canary_id uuid`,
  'update catalogs set main_edition = edition, canary_edition = edition',

  // A cluster follows one catalog, so it is a canary of one.
  `create table catalog_canaries (
    cluster_id uuid primary key references clusters (id) on delete cascade,
    catalog_id uuid not null references catalogs (id) on delete cascade
  )`,
  'create index catalog_canaries_catalog on catalog_canaries (catalog_id)',

  `create table catalog_rollouts (
    catalog_id uuid not null references catalogs (id) on delete cascade,
    edition integer not null,
    state text not null check (state in ('drawn', 'canary', 'waiting-for-health', 'waiting-for-person',
      'waiting-for-window', 'out', 'stopped')),
    since timestamptz not null,
    healthy_since timestamptz,
    forced boolean not null default false,
    message text not null default '',
    by text not null,
    started_at timestamptz not null,
    primary key (catalog_id, edition)
  )`,
];

/** Runs in the migration's transaction. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
