/**
 * What happened (activity), who is told of it (webhooks and their outbox), and what pictures are drawn from (statistics
 * by day and hour). Activity and outbox are written in the transaction of the change itself: neither can be without it.
 */
import { type Kysely, sql } from 'kysely';

const STATEMENTS: readonly string[] = [
  // Names are kept beside ids: an entry outlives what it is about.
  `create table activity (
    id bigint generated always as identity primary key,
    at timestamptz not null,
    type text not null,
    message text not null,
    registry_id uuid references registries (id) on delete set null,
    registry text,
    repository_id uuid references repositories (id) on delete set null,
    repository text,
    scan_id uuid,
    subject_id uuid,
    count integer not null,
    items jsonb not null
  )`,
  'create index activity_type on activity (type, id)',
  'create index activity_registry on activity (registry_id, id)',
  'create index activity_repository on activity (repository_id, id)',
  'create index activity_at on activity (at)',

  // What was told last, so that a change is told once, by whichever replica sees it first.
  'alter table agents add column told_lost boolean not null default false',
  'alter table registries add column scan_failing boolean not null default false',
  'alter table repositories add column scan_failing boolean not null default false',
  'create index repositories_failing on repositories (id) where scan_failing',
  'create index repositories_held on repositories (id) where held',
  'create index repositories_findings on repositories (findings) where findings > 0',

  // An image is new when no tag ever stood at it.
  'create index tag_history_digest on tag_history (digest)',
  'create index images_first_seen on images (first_seen_at)',

  `create table webhooks (
    id uuid primary key,
    name text collate "C" not null,
    url text not null,
    events text[] not null,
    repositories text,
    enabled boolean not null,
    allow_http boolean not null,
    allow_private boolean not null,
    secret_sealed text not null,
    previous_sealed text,
    previous_until timestamptz,
    rotated_at timestamptz not null,
    disabled_reason text,
    failing_since timestamptz,
    last_at timestamptz,
    last_state text,
    last_status integer,
    created_at timestamptz not null,
    updated_at timestamptz not null
  )`,
  'create unique index webhooks_name_taken on webhooks (lower(name))',

  // attempts counts claims over all series and fences results; tries counts those of the running series.
  `create table webhook_deliveries (
    id uuid primary key,
    webhook_id uuid not null references webhooks (id) on delete cascade,
    event text not null,
    payload text not null,
    state text not null,
    created_at timestamptz not null,
    attempts integer not null default 0,
    tries integer not null default 0,
    next_attempt_at timestamptz,
    claimed_until timestamptz,
    finished_at timestamptz,
    status integer,
    message text not null default ''
  )`,
  'create index webhook_deliveries_newest on webhook_deliveries (webhook_id, created_at, id)',
  `create index webhook_deliveries_due on webhook_deliveries (webhook_id, next_attempt_at) where state = 'waiting'`,

  `create table webhook_attempts (
    delivery_id uuid not null references webhook_deliveries (id) on delete cascade,
    n integer not null,
    at timestamptz not null,
    duration_ms integer not null,
    status integer,
    code text,
    message text not null,
    request_headers jsonb not null,
    response_body text not null,
    primary key (delivery_id, n)
  )`,

  `create table daily_statistics (
    day date primary key,
    tags integer not null,
    postgres_tags integer not null,
    model_tags integer not null,
    images integer not null,
    repositories integer not null,
    platforms jsonb not null
  )`,

  // A row only for days on which the repository changed: ten thousand quiet repositories write none.
  `create table repository_statistics (
    repository_id uuid not null references repositories (id) on delete cascade,
    day date not null,
    tags integer not null,
    majors jsonb not null,
    platforms jsonb not null,
    primary key (repository_id, day)
  )`,
  'alter table repositories add column newest_image_at timestamptz',
  'alter table repositories add column counted_at timestamptz',
  'alter table repositories add column counted boolean not null default false',
  'create index repositories_uncounted on repositories (id) where not counted',
  'create index repositories_freshness on repositories (newest_image_at, id)',

  `create table registry_statistics (
    registry_id uuid not null references registries (id) on delete cascade,
    hour timestamptz not null,
    scans integer not null,
    failed integer not null,
    requests bigint not null,
    seconds double precision not null,
    longest_seconds double precision not null,
    primary key (registry_id, hour)
  )`,
];

/** Runs in the migration's transaction. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
