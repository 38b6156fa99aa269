/**
 * What agents shall apply in their location: the objects of one owner (a cluster, a model deployment, a catalog), newest
 * generation only.
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
];

/** Runs in the migration's transaction. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
