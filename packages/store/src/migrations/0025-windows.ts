/**
 * Maintenance windows, and upgrades of clusters that wait for one.
 */
import { type Kysely, sql } from 'kysely';

const STATEMENTS: readonly string[] = [
  // What is set for a location holds for those of its clusters that set nothing of their own (null).
  `alter table locations
    add column windows jsonb not null default '[]',
    add column upgrade_approval boolean not null default false`,
  `alter table clusters
    add column windows jsonb,
    add column upgrade_approval boolean not null default false`,

  `create table cluster_upgrades (
    id uuid primary key,
    cluster_id uuid not null references clusters (id) on delete cascade,
    kind text not null,
    digest text collate "C" not null,
    extension text,
    from_tag text not null,
    to_tag text not null,
    timing text not null check (timing in ('now', 'window')),
    state text not null
      check (state in ('requested', 'scheduled', 'applying', 'verified', 'unverified', 'stopped', 'cancelled')),
    requested_at timestamptz not null,
    requested_by text not null,
    requested_person text,
    approved_at timestamptz,
    approved_by text,
    started_at timestamptz,
    generation integer,
    finished_at timestamptz,
    result text not null default ''
  )`,
  'create index cluster_upgrades_cluster on cluster_upgrades (cluster_id, requested_at desc)',
  // One waits at a time, so that nobody is surprised by the second.
  `create unique index cluster_upgrades_waiting on cluster_upgrades (cluster_id) where state in ('requested', 'scheduled')`,
  `create index cluster_upgrades_open on cluster_upgrades (state, started_at)
    where state in ('scheduled', 'applying', 'unverified')`,
];

/** Runs in the migration's transaction. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
