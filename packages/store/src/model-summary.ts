/**
 * The row that stands for a model: counts and the newest image from the tags that name it, facts resolved from the
 * image, the catalogue and what people wrote. Recomputed with the repositories whose tags changed, so that lists of
 * models never look at tags.
 */
import { createHash } from 'node:crypto';
import { type ModelFactSet, type ModelFormat, ModelTask, type Observation } from '@pharos/contract';
import {
  type FieldEdits,
  type ImageFacts,
  identityOfKey,
  modelCatalogText,
  modelFacts,
  modelFormat,
  modelImageFacts,
} from '@pharos/library';
import { sql } from 'kysely';
import { batches, type Db, iso, jsonText } from './database.ts';

/** Raised when facts are drawn in another way than before: the next start draws every model anew. */
const DRAWING = 1;
const BATCH = 100;
/** Models whose task nobody knows stand last. */
const UNKNOWN_TASK = 99;

/** Models that the tags of some repositories name now, or named when they were last summarised. */
export async function modelKeysOf(trx: Db, repositoryIds: readonly string[]): Promise<string[]> {
  const ids = sql`${[...repositoryIds]}::uuid[]`;
  const found = await sql<{ key: string }>`
    select distinct model_key as key from tags where repository_id = any(${ids}) and model_key is not null
    union select key from models where repository_ids && ${ids}`.execute(trx);
  return found.rows.map((row) => row.key);
}

/** Models with images in a registry. */
export async function modelKeysOfRegistry(trx: Db, registryId: string): Promise<string[]> {
  const found = await sql<{ key: string }>`
    select key from models where registry_ids @> array[${registryId}]::uuid[]`.execute(trx);
  return found.rows.map((row) => row.key);
}

interface Summary {
  key: string;
  tags: number;
  missing: number;
  images: number;
  updated_at: Date | null;
  registry_ids: string[] | null;
  repository_ids: string[] | null;
  newest_tag: string | null;
  newest_digest: string | null;
  newest_repository_id: string | null;
  repository: string | null;
  size: number | null;
  observation: Observation | null;
  image_facts: ImageFacts;
  format: ModelFormat | null;
}

/** Recomputes models inside the caller's transaction. One that lost its last tag keeps its row, and what people wrote. */
export async function summariseModels(trx: Db, keys: readonly string[]): Promise<void> {
  for (const batch of batches([...new Set(keys)].sort(), BATCH)) {
    await lock(trx, batch);
    const edits = await editsOf(trx, batch);
    const rows = (await summaries(trx, batch)).map((row) => drawn(row, edits.get(row.key) ?? {}));
    await sql`update models m set publisher = n.publisher, description = n.description, task = n.task,
        task_order = n.task_order, licence = n.licence, precision = n.precision, gpu_count = n.gpu_count,
        gpu_memory_gib = n.gpu_memory_gib, profiles = n.profiles, image_facts = n.image_facts, facts = n.facts, format = n.format,
        tag_count = n.tag_count, image_count = n.image_count, missing_count = n.missing_count,
        newest_tag = n.newest_tag, newest_digest = n.newest_digest, newest_repository_id = n.newest_repository_id,
        size = n.size, registry_ids = n.registry_ids, repository_ids = n.repository_ids,
        updated_at = coalesce(n.updated_at, m.updated_at)
      from jsonb_to_recordset(${jsonText(rows)}::jsonb) as n(key text, publisher text, description text,
        task text, task_order int, licence text, precision text[], gpu_count int, gpu_memory_gib float8, profiles jsonb, image_facts jsonb,
        facts jsonb, format text, tag_count int, image_count int, missing_count int, newest_tag text,
        newest_digest text, newest_repository_id uuid, size bigint, registry_ids uuid[], repository_ids uuid[],
        updated_at timestamptz)
      where m.key = n.key collate "C"`.execute(trx);
  }
}

/**
 * Two registries that hold one model may commit at the same time: whoever comes second waits here and then sees the
 * other's tags. Keys are sorted, so that nobody waits in a circle.
 */
async function lock(trx: Db, keys: readonly string[]): Promise<void> {
  const fresh = keys.map((key) => ({ key, id: modelId(key), name: identityOfKey(key).name }));
  await sql`insert into models (key, id, name, updated_at)
    select n.key, n.id, n.name, timestamptz '1970-01-01 00:00:00+00'
    from jsonb_to_recordset(${jsonText(fresh)}::jsonb) as n(key text, id uuid, name text)
    order by n.key collate "C" on conflict (key) do nothing`.execute(trx);
  await sql`select 1 from models where key = any(${[...keys]}::text[]) order by key for update`.execute(trx);
}

/** The same key has the same id in every database: links to a model outlive a re-import. */
function modelId(key: string): string {
  const hex = createHash('sha256').update(`pharos/model/${key}`).digest('hex');
  // RFC 9562 §5.8: version 8 for what an application makes itself, variant 10.
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** The newest tag is chosen as a repository's is: exact releases, then pre-releases, floating tags, text. */
async function summaries(trx: Db, keys: readonly string[]): Promise<Summary[]> {
  const mine = sql`t.model_key = m.key and t.presence <> 'retired'`;
  const newest = sql`select t.name, t.digest, t.repository_id, t.size from tags t where ${mine}`;
  const last = sql`order by t.sort_key desc, t.name desc, t.repository_id desc limit 1`;
  const found = await sql<Summary>`
    select m.key, m.image_facts, m.format, s.*, n.name as newest_tag, n.digest as newest_digest,
      n.repository_id as newest_repository_id, n.size, r.name as repository, i.observation
    from models m
    left join lateral (
      select count(*)::int as tags, (count(*) filter (where t.presence = 'missing'))::int as missing,
        count(distinct t.digest)::int as images, max(t.effective_at) as updated_at,
        array_agg(distinct t.registry_id) as registry_ids, array_agg(distinct t.repository_id) as repository_ids
      from tags t where ${mine}
    ) s on true
    left join lateral (
      (${newest} and t.sort_key >= '2' and t.version ->> 'prerelease' is null ${last})
      union all (${newest} ${last}) limit 1
    ) n on true
    left join repositories r on r.id = n.repository_id
    left join images i on i.digest = n.digest
    where m.key = any(${[...keys]}::text[])`.execute(trx);
  return found.rows;
}

interface EditRow {
  model_key: string;
  field: keyof ModelFactSet;
  value: unknown;
  edited_by: string;
  edited_at: Date;
}

async function editsOf(trx: Db, keys: readonly string[]): Promise<Map<string, FieldEdits>> {
  const found = await sql<EditRow>`
    select distinct on (model_key, field) model_key, field, value, edited_by, edited_at from model_edits
    where model_key = any(${[...keys]}::text[]) order by model_key, field, id desc`.execute(trx);
  const edits = new Map<string, Record<string, unknown>>();
  for (const row of found.rows) {
    if (row.value === null) continue;
    const edit = { value: row.value, by: row.edited_by, at: iso(row.edited_at) };
    edits.set(row.model_key, { ...edits.get(row.model_key), [row.field]: edit });
  }
  return edits as Map<string, FieldEdits>;
}

/** The row as it is written. Without an image that was read, what an earlier one said stays. */
function drawn(row: Summary, edits: FieldEdits) {
  const { observation, repository } = row;
  const isRead = observation !== null && repository !== null;
  const imageFacts = isRead ? modelImageFacts(observation) : row.image_facts;
  const facts = modelFacts(row.key, imageFacts, edits);
  return {
    key: row.key,
    publisher: facts.publisher.value,
    description: facts.description.value,
    task: facts.task.value,
    task_order: facts.task.value === null ? UNKNOWN_TASK : ModelTask.options.indexOf(facts.task.value),
    licence: facts.licence.value,
    precision: facts.precision.value,
    gpu_count: facts.gpuCount.value,
    gpu_memory_gib: facts.gpuMemoryGiB.value,
    profiles: facts.profiles.value,
    image_facts: imageFacts,
    facts,
    format: isRead ? modelFormat(observation, repository) : row.format,
    tag_count: row.tags,
    image_count: row.images,
    missing_count: row.missing,
    newest_tag: row.newest_tag,
    newest_digest: row.newest_digest,
    newest_repository_id: row.newest_repository_id,
    size: row.size ?? largestPlatform(observation),
    registry_ids: row.registry_ids ?? [],
    repository_ids: row.repository_ids ?? [],
    updated_at: iso(row.updated_at),
  };
}

/** An index has no size of its own; once its platforms were read, the largest says what a pull costs. */
function largestPlatform(observation: Observation | null): number | null {
  const sizes = (observation?.platforms ?? []).flatMap(({ size }) => size ?? []);
  return sizes.length === 0 ? null : Math.max(...sizes);
}

/** Draws every model anew when the catalogue or the way of drawing is another one than the database was drawn with. */
export async function redrawModels(db: Db): Promise<void> {
  const version = createHash('sha256').update(`${DRAWING} ${modelCatalogText()}`).digest('hex');
  const noted = await sql<{ value: string }>`select value from settings where key = 'models-drawn'`.execute(db);
  if (noted.rows[0]?.value === version) return;
  const found = await sql<{ key: string }>`
    select distinct model_key as key from tags where model_key is not null union select key from models`.execute(db);
  for (const batch of batches(found.rows, BATCH)) {
    await db.transaction().execute((trx) =>
      summariseModels(
        trx,
        batch.map(({ key }) => key),
      ),
    );
  }
  await sql`insert into settings values ('models-drawn', ${version})
    on conflict (key) do update set value = excluded.value`.execute(db);
}
