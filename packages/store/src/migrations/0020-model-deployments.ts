/**
 * Models that are served, and external services.
 */
import { type Kysely, sql } from 'kysely';

const STATEMENTS: readonly string[] = [
  `create table model_deployments (
    id uuid primary key,
    name text not null,
    namespace text not null,
    location_id text not null references locations (id) on delete cascade,
    target text not null check (target in ('kserve', 'nim-operator')),
    digest text not null,
    model_key text not null,
    spec jsonb not null,
    image jsonb not null,
    apply boolean not null,
    revision integer not null default 1,
    created_at timestamptz not null,
    created_by text not null,
    updated_at timestamptz not null,
    updated_by text not null,
    unique (location_id, namespace, name)
  )`,
  'create index model_deployments_name on model_deployments (name collate "C", id)',
  'create index model_deployments_digest on model_deployments (digest)',
  `create table model_services (
    id uuid primary key,
    name text not null unique,
    base_url text not null,
    origin text not null,
    model text not null,
    key_sealed text,
    allow_http boolean not null,
    allow_private boolean not null,
    deployment_id uuid references model_deployments (id) on delete set null,
    probe jsonb not null,
    created_at timestamptz not null,
    created_by text not null,
    updated_at timestamptz not null,
    updated_by text not null
  )`,
  'create index model_services_name on model_services (name collate "C", id)',
  'create index model_services_deployment on model_services (deployment_id)',
];

/** Runs in the migration's transaction. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
