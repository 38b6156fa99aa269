/**
 * The Model Library. A tag of a model image names its model (`publisher/name`); one row for each model holds what lists
 * filter and sort by, so that a million tags cost a list of models nothing. What people wrote is a log of edits that is
 * never shortened: the newest of a field counts.
 */
import { type Kysely, sql } from 'kysely';

/** What the library's modelIdentity says, for tags that are here already: path, label, last two components. */
const KEY = `left(lower(coalesce(
  substring(r.name from '(?:^|/)nim/([^/]+/[^/]+)$'),
  substring(i.observation -> 'labels' ->> 'com.nvidia.nim.name' from '^[A-Za-z0-9][A-Za-z0-9._-]*/[A-Za-z0-9][A-Za-z0-9._-]*$'),
  substring(r.name from '([^/]+/[^/]+)$'),
  r.name)), 400)`;

/** Repositories whose tags are written in one statement. */
const REPOSITORIES = 100;

const STATEMENTS: readonly string[] = [
  'alter table tags add column model_key text collate "C"',
  'create index tags_model on tags (model_key, sort_key, name, repository_id) where model_key is not null',
  'create index tags_model_repository on tags (repository_id, model_key) where model_key is not null',

  `create table models (
    key text collate "C" primary key,
    id uuid not null unique,
    name text collate "C" not null,
    publisher text,
    description text,
    task text,
    task_order integer not null default 99,
    licence text,
    precision text[],
    gpu_count integer,
    gpu_memory_gib double precision,
    profiles jsonb,
    image_facts jsonb not null default '{}',
    facts jsonb not null default '{}',
    format text,
    tag_count integer not null default 0,
    image_count integer not null default 0,
    missing_count integer not null default 0,
    newest_tag text collate "C",
    newest_digest text collate "C",
    newest_repository_id uuid,
    size bigint,
    registry_ids uuid[] not null default '{}',
    repository_ids uuid[] not null default '{}',
    updated_at timestamptz not null
  )`,
  'create index models_by_name on models (name, id) where tag_count > 0',
  'create index models_by_task on models (task_order, name, id) where tag_count > 0',
  'create index models_by_updated on models (updated_at, name, id) where tag_count > 0',
  'create index models_by_size on models (coalesce(size, 0), name, id) where tag_count > 0',
  'create index models_repositories on models using gin (repository_ids)',

  `create table model_edits (
    id bigint generated always as identity primary key,
    model_key text collate "C" not null references models (key) on delete cascade,
    field text not null,
    value jsonb,
    edited_by text not null,
    edited_at timestamptz not null
  )`,
  'create index model_edits_field on model_edits (model_key, field, id)',
];

/** Runs in the migration's transaction. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  // In parts: one statement over all of a million tags would take longer than the database is given to answer.
  const found = await sql<{ id: string }>`select distinct repository_id as id from tags where kind = 'model'`.execute(
    db,
  );
  for (let at = 0; at < found.rows.length; at += REPOSITORIES) {
    const ids = found.rows.slice(at, at + REPOSITORIES).map(({ id }) => id);
    await sql`update tags t set model_key = ${sql.raw(KEY)}
      from tags o join repositories r on r.id = o.repository_id left join images i on i.digest = o.digest
      where o.kind = 'model' and o.repository_id = any(${ids}::uuid[])
        and t.repository_id = o.repository_id and t.name = o.name`.execute(db);
  }
}
