/**
 * Nodes of a location, for what fits on their GPUs; and whether secrets that deployments name stand there, never what they hold.
 */
import { type Kysely, sql } from 'kysely';

const STATEMENTS: readonly string[] = [
  // One row for each location: it is read as a whole, and replaced as a whole.
  `create table location_nodes (
    location_id text primary key references locations (id) on delete cascade,
    agent_id uuid not null,
    epoch integer not null,
    sequence bigint not null,
    denied boolean not null,
    total integer not null,
    nodes jsonb not null,
    reported_at timestamptz not null
  )`,
  // What people asked of a secret, and what an agent said. Rows go an hour after the last question.
  `create table secret_questions (
    location_id text not null references locations (id) on delete cascade,
    namespace text not null,
    name text not null,
    asked_at timestamptz not null,
    is_there boolean,
    answered_at timestamptz,
    primary key (location_id, namespace, name)
  )`,
];

/** Runs in the migration's transaction. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
