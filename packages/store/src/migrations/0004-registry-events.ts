/** What changed about how a registry answers, and what was last told of it. */
import { type Kysely, sql } from 'kysely';

const STATEMENTS: readonly string[] = [
  // A check that begins empties the list of checks, and a broken connection skips most of them: what the next one is
  // compared with has to be kept apart.
  `alter table registries add column known_states jsonb not null default '{}'`,

  `create table registry_events (
    id bigint generated always as identity primary key,
    registry_id uuid not null references registries (id) on delete cascade,
    at timestamptz not null,
    subject text not null,
    state_before text,
    state text not null,
    message text not null,
    code text
  )`,
  'create index registry_events_registry on registry_events (registry_id, id)',
];

/** Runs in the migration's transaction. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
