/**
 * Policies with all their versions, what they said of each image, and exceptions from them. `policy_state` counts every change of what
 * decides; an image that was evaluated at a lower count, or whose time has come (a quarantine or an approval of evidence ends), is due.
 */
import { type Kysely, sql } from 'kysely';

const STATEMENTS: readonly string[] = [
  `create table policies (
    id uuid primary key,
    name text not null unique,
    spec jsonb not null,
    version integer not null default 1,
    updated_at timestamptz not null,
    updated_by text not null
  )`,
  // Policies go, their versions stay: decisions name them.
  `create table policy_versions (
    policy_id uuid not null,
    version integer not null,
    spec jsonb not null,
    at timestamptz not null,
    by text not null,
    primary key (policy_id, version)
  )`,
  `create table policy_results (
    policy_id uuid not null references policies (id) on delete cascade,
    digest text collate "C" not null,
    version integer not null,
    outcome text not null,
    requirements jsonb not null,
    evaluated_at timestamptz not null,
    primary key (policy_id, digest)
  )`,
  'create index policy_results_outcome on policy_results (policy_id, outcome)',
  'create index policy_results_digest on policy_results (digest)',
  `create table policy_exceptions (
    id uuid primary key,
    digest text collate "C" not null,
    policy_id uuid not null references policies (id) on delete cascade,
    reason text not null,
    expires_at timestamptz not null,
    requested_by text not null,
    requested_person text,
    requested_at timestamptz not null,
    confirmed_by text,
    confirmed_at timestamptz,
    revoked_by text,
    revoked_at timestamptz
  )`,
  'create index policy_exceptions_digest on policy_exceptions (digest)',
  'create index policy_exceptions_newest on policy_exceptions (requested_at, id)',
  'create table policy_state (id integer primary key check (id = 1), version bigint not null)',
  'insert into policy_state values (1, 1)',
  `create table policy_checks (
    digest text collate "C" primary key references images (digest) on delete cascade,
    version bigint not null,
    due_at timestamptz
  )`,
  'create index policy_checks_version on policy_checks (version, digest)',
  'create index policy_checks_due on policy_checks (due_at) where due_at is not null',
  // A line for each image, made with it: what is due is found in the index, without looking for what is missing.
  'insert into policy_checks (digest, version) select digest, 0 from images',
  `create function pharos_policy_check() returns trigger language plpgsql as $$ begin
    insert into policy_checks (digest, version) values (new.digest, 0)
      on conflict (digest) do update set version = 0 where policy_checks.version <> 0;
    return null;
  end $$`,
  'create trigger images_policy_check after insert on images for each row execute function pharos_policy_check()',
  `create trigger images_policy_recheck after update on images for each row
    when (old.observation is distinct from new.observation or old.packages is distinct from new.packages)
    execute function pharos_policy_check()`,
];

/** Runs in the migration's transaction. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
