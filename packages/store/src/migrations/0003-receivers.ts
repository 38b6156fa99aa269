/**
 * Notifications of registries: receivers, whose secrets rest sealed because signatures need them in clear, and the last
 * deliveries of each. A delivery keeps what was said and what came of it; no fact of the library comes from it.
 */
import { type Kysely, sql } from 'kysely';

const STATEMENTS: readonly string[] = [
  `create table receivers (
    id uuid primary key,
    registry_id uuid not null references registries (id) on delete cascade,
    source text not null,
    secret_sealed text not null,
    created_at timestamptz not null,
    rotated_at timestamptz not null,
    refused_at timestamptz
  )`,
  'create index receivers_registry on receivers (registry_id)',

  `create table deliveries (
    id uuid primary key,
    receiver_id uuid not null references receivers (id) on delete cascade,
    received_at timestamptz not null,
    event text not null,
    repository text,
    repository_id uuid references repositories (id) on delete set null,
    tags text[] not null,
    outcome text not null,
    message text not null,
    requests integer,
    finished_at timestamptz
  )`,
  'create index deliveries_newest on deliveries (receiver_id, received_at, id)',
  `create index deliveries_queued on deliveries (receiver_id) where outcome = 'queued'`,
  'create index deliveries_repository on deliveries (repository_id)',
];

/** Runs in the migration's transaction. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
