/**
 * The first schema. Names, tags, digests and sort keys are COLLATE "C": their order is byte order on every engine and
 * machine. Times are timestamptz with milliseconds. Facts are kept on the tag row beside the observation they were drawn
 * from, so that every filter and sort of a list is answered by one index on one table.
 */
import { type Kysely, sql } from 'kysely';

const STATEMENTS: readonly string[] = [
  // Trigrams make "part of the name" fast. A database owner may create this extension (it is trusted); where it is not to
  // be had, searching walks the table instead.
  `do $$ begin create extension if not exists pg_trgm; exception when others then raise notice 'no pg_trgm'; end $$`,

  `create table settings (
    key text primary key,
    value text not null
  )`,

  `create table locations (
    id text collate "C" primary key,
    name text not null,
    created_at timestamptz not null
  )`,

  `create table agents (
    id uuid primary key,
    location_id text collate "C" not null references locations (id),
    name text not null,
    version text not null,
    embedded boolean not null,
    public_key text not null,
    config_path text,
    epoch bigint not null,
    first_seen_at timestamptz not null,
    last_seen_at timestamptz not null,
    clock_skew_seconds double precision not null default 0,
    spool_depth integer not null default 0
  )`,
  'create index agents_location on agents (location_id)',

  `create table registries (
    id uuid primary key,
    name text collate "C" not null,
    url text not null,
    provider text not null,
    location_id text collate "C" not null references locations (id),
    auth_type text not null,
    auth_username text,
    secret text not null,
    credential_sealed text,
    credential_origin text,
    tls jsonb not null,
    source text not null,
    is_sample boolean not null default false,
    is_default boolean not null default false,
    interval_seconds integer not null,
    status_state text not null default 'unknown',
    status_message text not null default '',
    status_code text,
    status_checks jsonb not null default '[]',
    status_checked_at timestamptz,
    last_scan_at timestamptz,
    next_scan_at timestamptz,
    catalog_at timestamptz,
    listing_message text,
    created_at timestamptz not null,
    updated_at timestamptz not null
  )`,
  'create unique index registries_name_taken on registries (lower(name))',
  'create index registries_location on registries (location_id)',

  `create table registry_requests (
    registry_id uuid not null references registries (id) on delete cascade,
    hour timestamptz not null,
    requests bigint not null,
    primary key (registry_id, hour)
  )`,

  `create table rules (
    id uuid primary key,
    position bigint generated always as identity,
    name text collate "C" not null,
    enabled boolean not null,
    registry_id uuid references registries (id) on delete cascade,
    location_id text collate "C" references locations (id),
    kind text,
    description text not null,
    repositories jsonb not null,
    tags jsonb not null,
    source text not null,
    created_at timestamptz not null,
    updated_at timestamptz not null
  )`,
  'create index rules_registry on rules (registry_id)',

  `create table repositories (
    id uuid primary key,
    registry_id uuid not null references registries (id) on delete cascade,
    name text collate "C" not null,
    kind text not null default 'other',
    declared_kind text,
    description text collate "C" not null default '',
    readme text,
    tag_count integer not null default 0,
    missing_count integer not null default 0,
    postgres_count integer not null default 0,
    model_count integer not null default 0,
    findings integer not null default 0,
    newest_tag text collate "C",
    newest_tag_at timestamptz,
    engines text[] not null default '{}',
    majors integer[] not null default '{}',
    listed_tags integer not null default 0,
    artifact_tags integer not null default 0,
    released boolean not null default false,
    warnings jsonb not null default '[]',
    held boolean not null default false,
    absence_confirmed boolean not null default false,
    last_scan_id uuid,
    complete_at timestamptz,
    applied_agent_id uuid,
    applied_started_at timestamptz,
    first_seen_at timestamptz not null,
    updated_at timestamptz not null,
    unique (registry_id, name)
  )`,
  'create index repositories_by_name on repositories (name, id)',
  'create index repositories_by_updated on repositories (updated_at, name, id)',
  'create index repositories_by_tags on repositories (tag_count, name, id)',
  'create index repositories_by_kind on repositories (kind, name, id)',
  'create index repositories_by_description on repositories (left(description, 200), name, id)',

  `create table rule_repositories (
    rule_id uuid not null references rules (id) on delete cascade,
    repository_id uuid not null references repositories (id) on delete cascade,
    primary key (repository_id, rule_id)
  )`,
  'create index rule_repositories_rule on rule_repositories (rule_id)',

  `create table images (
    digest text collate "C" primary key,
    media_type text not null,
    detail text not null,
    observation jsonb not null,
    first_seen_at timestamptz not null,
    updated_at timestamptz not null
  )`,

  // last_seen_at is written when a tag changes or goes missing; while it is present, the repository's complete_at says
  // when it was seen last. So an unchanged scan of 200,000 tags writes one row.
  `create table tags (
    repository_id uuid not null references repositories (id) on delete cascade,
    registry_id uuid not null,
    name text collate "C" not null,
    digest text collate "C" not null,
    digest_since timestamptz not null,
    digest_scan_id uuid,
    kind text not null,
    engine text,
    version jsonb,
    sort_key text collate "C" not null,
    major integer,
    flavour text,
    floating boolean not null,
    platforms text[] not null,
    created_at timestamptz,
    created_source text,
    pushed_at timestamptz,
    effective_at timestamptz not null,
    size bigint,
    extension_count integer not null,
    extension_names text[] not null,
    findings integer not null,
    presence text not null,
    retired_by text,
    missing_scans integer not null default 0,
    missing_since timestamptz,
    first_seen_at timestamptz not null,
    last_seen_at timestamptz not null,
    moved_at timestamptz,
    primary key (repository_id, name)
  )`,
  'create index tags_repository_version on tags (repository_id, sort_key, name)',
  'create index tags_repository_created on tags (repository_id, effective_at, name)',
  `create index tags_repository_pushed on tags (repository_id, coalesce(pushed_at, timestamptz '1970-01-01 00:00:00+00'), name)`,
  'create index tags_repository_seen on tags (repository_id, first_seen_at, name)',
  'create index tags_version on tags (sort_key, repository_id, name)',
  'create index tags_created on tags (effective_at, repository_id, name)',
  `create index tags_pushed on tags (coalesce(pushed_at, timestamptz '1970-01-01 00:00:00+00'), repository_id, name)`,
  'create index tags_name on tags (name, repository_id)',
  'create index tags_seen on tags (first_seen_at, repository_id, name)',
  'create index tags_digest on tags (digest)',
  'create index tags_moved on tags (moved_at) where moved_at is not null',
  // For filters whose few hits would else be looked for in the whole table.
  'create index tags_kind on tags (kind)',
  'create index tags_engine on tags (engine, major)',
  `create index tags_absent on tags (presence) where presence <> 'present'`,
  'create index tags_platforms on tags using gin (platforms)',
  'create index tags_extensions on tags using gin (extension_names)',
  `do $$ begin
    if exists (select from pg_extension where extname = 'pg_trgm') then
      execute 'create index tags_name_part on tags using gin (name gin_trgm_ops)';
    end if;
  end $$`,

  `create table tag_history (
    id bigint generated always as identity primary key,
    repository_id uuid not null references repositories (id) on delete cascade,
    name text collate "C" not null,
    digest text collate "C" not null,
    first_seen_at timestamptz not null,
    last_seen_at timestamptz not null,
    scan_id uuid,
    engine text,
    version jsonb
  )`,
  'create index tag_history_tag on tag_history (repository_id, name, id)',

  `create table scans (
    id uuid primary key,
    parent_id uuid,
    registry_id uuid not null references registries (id) on delete cascade,
    repository text collate "C",
    repository_id uuid references repositories (id) on delete cascade,
    location_id text not null,
    agent_id uuid,
    epoch bigint not null default 0,
    trigger text not null,
    status text not null,
    started_at timestamptz not null,
    finished_at timestamptz,
    heard_at timestamptz not null,
    requests bigint not null default 0,
    listed integer not null default 0,
    seen integer not null default 0,
    added integer not null default 0,
    moved integer not null default 0,
    missing integer not null default 0,
    retired integer not null default 0,
    failed integer not null default 0,
    progress jsonb,
    message text not null default '',
    code text,
    hint text,
    failures jsonb not null default '[]',
    rule_ids uuid[] not null default '{}',
    next_chunk integer not null default 0,
    answer jsonb
  )`,
  'create index scans_started on scans (started_at, id)',
  'create index scans_registry on scans (registry_id, started_at, id)',
  'create index scans_repository on scans (repository_id, started_at, id)',
  'create index scans_parent on scans (parent_id, started_at, id)',
  `create index scans_running on scans (heard_at) where status = 'running'`,

  `create table scan_chunks (
    scan_id uuid not null references scans (id) on delete cascade,
    n integer not null,
    sha256 text not null,
    tags jsonb not null,
    answer jsonb not null,
    primary key (scan_id, n)
  )`,

  // Names as lines of one text: a million of them are read back in the time JSON needs for a tenth.
  `create table listings (
    registry_id uuid not null references registries (id) on delete cascade,
    repository text collate "C" not null,
    names text not null,
    in_catalog boolean not null,
    listed_at timestamptz not null,
    primary key (registry_id, repository)
  )`,

  `create table users (
    id uuid primary key,
    name text collate "C" not null,
    password_hash text not null,
    role text not null,
    created_at timestamptz not null
  )`,
  'create unique index users_name_taken on users (lower(name))',

  `create table sessions (
    sha256 text primary key,
    user_id uuid not null references users (id) on delete cascade,
    created_at timestamptz not null,
    expires_at timestamptz not null
  )`,

  `create table tokens (
    id uuid primary key,
    name text not null,
    role text not null,
    scopes jsonb not null,
    prefix text not null,
    sha256 text not null unique,
    created_by text not null,
    created_at timestamptz not null,
    expires_at timestamptz,
    last_used_at timestamptz
  )`,
];

/** Runs in the migration's transaction. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
