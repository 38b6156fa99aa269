/**
 * PostgreSQL clusters and image catalogs that the library wrote.
 */
import { type Kysely, sql } from 'kysely';

const STATEMENTS: readonly string[] = [
  `create table clusters (
    id uuid primary key,
    location_id text collate "C" not null references locations (id) on delete cascade,
    namespace text collate "C" not null,
    name text collate "C" not null,
    digest text collate "C" not null,
    extension_digests text[] not null default '{}',
    engine text not null,
    version jsonb not null,
    tag text collate "C" not null,
    reference text not null,
    catalog text collate "C",
    spec jsonb not null,
    apply boolean not null,
    revision integer not null default 1,
    created_at timestamptz not null,
    created_by text not null,
    updated_at timestamptz not null,
    unique (location_id, namespace, name)
  )`,
  'create index clusters_by_name on clusters (name, id)',
  'create index clusters_digest on clusters (digest)',
  'create index clusters_catalog on clusters (location_id, catalog) where catalog is not null',

  `create table cluster_changes (
    id bigint generated always as identity primary key,
    cluster_id uuid not null references clusters (id) on delete cascade,
    at timestamptz not null,
    actor text not null,
    action text not null,
    detail text not null
  )`,
  'create index cluster_changes_cluster on cluster_changes (cluster_id, id)',

  // A catalog is drawn from approvals; what is kept is what it served, so that there is a way back.
  `create table catalogs (
    id uuid primary key,
    location_id text collate "C" not null references locations (id) on delete cascade,
    name text collate "C" not null,
    engine text not null,
    flavour text,
    os text,
    mode text not null check (mode in ('automatic', 'held')),
    edition integer not null,
    unique (location_id, name)
  )`,

  `create table catalog_editions (
    catalog_id uuid not null references catalogs (id) on delete cascade,
    number integer not null,
    at timestamptz not null,
    by text not null,
    reason text not null,
    entries jsonb not null,
    primary key (catalog_id, number)
  )`,
];

/** Runs in the migration's transaction. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
