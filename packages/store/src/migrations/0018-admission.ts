/**
 * What admission control is told and tells: the generation of each location's snapshot, how the agents stand, and what they
 * refused. The same refusal again is counted on its row, and a location keeps its last 1,000.
 */
import { type Kysely, sql } from 'kysely';

const STATEMENTS: readonly string[] = [
  `create table admission_generations (
    location_id text collate "C" primary key references locations (id) on delete cascade,
    generation bigint not null,
    content_sha256 text not null
  )`,
  `create table admission_reports (
    agent_id uuid primary key references agents (id) on delete cascade,
    location_id text collate "C" not null references locations (id) on delete cascade,
    report_id uuid not null,
    status jsonb not null,
    reported_at timestamptz not null
  )`,
  `create table admission_refusals (
    id bigint generated always as identity primary key,
    location_id text collate "C" not null references locations (id) on delete cascade,
    agent_id uuid references agents (id) on delete set null,
    key text not null,
    refusal jsonb not null,
    count bigint not null,
    first_at timestamptz not null,
    last_at timestamptz not null,
    unique (location_id, key)
  )`,
  'create index admission_refusals_last on admission_refusals (last_at, id)',
  'create index admission_refusals_location on admission_refusals (location_id, last_at, id)',
];

/** Runs in the migration's transaction. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
