/**
 * What agents shall apply in their location: the objects of one owner (a cluster, a model deployment, a catalog), newest
 * generation only, with the lease of the agent that applies it; and which images run where.
 */
import { type Kysely, sql } from 'kysely';

const STATEMENTS: readonly string[] = [
  `create table dispatches (
    id uuid primary key,
    owner_kind text not null,
    owner_id uuid not null,
    location_id text not null references locations (id) on delete cascade,
    generation integer not null,
    objects jsonb not null,
    state text not null check (state in ('waiting', 'applying', 'applied', 'failed', 'deleting', 'deleted')),
    message text not null default '',
    conditions jsonb not null default '[]',
    applied_generation integer not null default 0,
    requested_by text not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    unique (owner_kind, owner_id)
  )`,
  'create index dispatches_location on dispatches (location_id, state)',
  // Who applies it now: a report with an older fence is of an agent that was taken for dead.
  `alter table dispatches
    add column lease_agent uuid,
    add column lease_epoch integer,
    add column lease_until timestamptz,
    add column fence integer not null default 0,
    add column code text,
    add column hint text,
    add column status jsonb not null default '[]',
    add column touched jsonb not null default '[]',
    add column applied_digests text[] not null default '{}',
    add column checked_at timestamptz`,
  'alter table agents add column kubernetes jsonb',
  `create table image_usages (
    location_id text not null references locations (id) on delete cascade,
    scope text not null,
    api_version text not null,
    kind text not null,
    namespace text not null,
    name text not null,
    container text not null,
    image text not null,
    digest text not null,
    pinned text,
    owner text,
    since timestamptz not null,
    last_seen_at timestamptz not null,
    primary key (location_id, scope, namespace, name, container)
  )`,
  'create index image_usages_digest on image_usages (digest, location_id)',
  'create index image_usages_pinned on image_usages (pinned, location_id) where pinned is not null',
  // What an agent last said of the objects of one kind: an older word of the same agent changes nothing.
  `create table usage_scopes (
    location_id text not null references locations (id) on delete cascade,
    scope text not null,
    agent_id uuid not null,
    epoch integer not null,
    sequence bigint not null,
    complete boolean not null,
    reported_at timestamptz not null,
    primary key (location_id, scope)
  )`,
];

/** Runs in the migration's transaction. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
