/** Models as rows and as the contract shows them, and the images that stand behind each. */
import type { Model, ModelFactSet, ModelFormat, ModelImage, Presence, Version } from '@pharos/contract';
import { stateAt } from '@pharos/library';
import { type RawBuilder, sql } from 'kysely';
import { type Db, iso } from './database.ts';

export interface ModelRow {
  id: string;
  key: string;
  name: string;
  facts: ModelFactSet;
  task_order: number;
  format: ModelFormat | null;
  size: number | null;
  image_count: number;
  tag_count: number;
  missing_count: number;
  newest_tag: string | null;
  updated_at: Date;
  registries: Model['registries'];
  locations: string[];
}

/** Select list over `models m`. Locations are those of the registries, whose file may move them. */
export const MODEL_COLUMNS: RawBuilder<ModelRow> = sql`
  m.id, m.key, m.name, m.facts, m.task_order, m.format, m.size, m.image_count, m.tag_count, m.missing_count,
  m.newest_tag, m.updated_at,
  (select coalesce(jsonb_agg(jsonb_build_object('id', g.id, 'name', g.name) order by g.name), '[]') from registries g
    where g.id = any(m.registry_ids)) as registries,
  (select coalesce(array_agg(distinct g.location_id), '{}') from registries g
    where g.id = any(m.registry_ids)) as locations`;

export function modelOf(row: ModelRow, images: ModelImage[]): Model {
  const { facts } = row;
  const count = facts.gpuCount.value;
  const memoryGiB = facts.gpuMemoryGiB.value;
  return {
    id: row.id,
    key: row.key,
    name: row.name,
    publisher: facts.publisher.value,
    task: facts.task.value,
    description: facts.description.value,
    parameters: facts.parameters.value,
    precision: facts.precision.value,
    licence: facts.licence.value,
    contextLength: facts.contextLength.value,
    gpu: count === null && memoryGiB === null ? null : { count, memoryGiB },
    format: row.format,
    size: row.size,
    imageCount: row.image_count,
    tagCount: row.tag_count,
    missingCount: row.missing_count,
    newestTag: row.newest_tag,
    registries: row.registries,
    locations: row.locations,
    images,
    updatedAt: iso(row.updated_at),
  };
}

interface PlacedTag {
  model_key: string;
  digest: string;
  name: string;
  version: Version | null;
  size: number | null;
  platforms: string[];
  created_at: Date | null;
  presence: Presence;
  repository_id: string;
  repository: string;
  registry_id: string;
  registry: string;
  host: string;
  location_id: string;
  decided: { state: ModelImage['state']; expiresAt: string | null } | null;
}

/** Of an index, once its platforms were read: it has no size of its own. */
const LARGEST_PLATFORM = sql`(select max((p ->> 'size')::bigint) from images i,
  jsonb_array_elements(i.observation -> 'platforms') p where i.digest = t.digest)`;

const PLACED: RawBuilder<PlacedTag> = sql`
  t.model_key, t.digest, t.name, t.version, coalesce(t.size, ${LARGEST_PLATFORM}) as size, t.platforms, t.created_at, t.presence, t.repository_id,
  r.name as repository, t.registry_id, g.name as registry, g.url as host, g.location_id,
  (select jsonb_build_object('state', s.state, 'expiresAt', s.expires_at) from image_states s
    where s.digest = t.digest) as decided`;
const JOINED = sql`join repositories r on r.id = t.repository_id join registries g on g.id = r.registry_id`;
const NEWEST_FIRST = sql`order by t.sort_key desc, t.name desc, t.repository_id desc`;

const MOST_PLACES = 100;

/** The first `images` images of each model, newest first, from its `tags` newest tags. */
export async function newestImages(
  db: Db,
  keys: readonly string[],
  { images, tags }: { images: number; tags: number },
  now = new Date(),
): Promise<Map<string, ModelImage[]>> {
  const found = await sql<PlacedTag>`
    select t.* from unnest(${[...keys]}::text[]) as m(key)
    cross join lateral (
      select ${PLACED} from tags t ${JOINED}
      where t.model_key = m.key collate "C" and t.presence <> 'retired' ${NEWEST_FIRST} limit ${tags}) t`.execute(db);
  const byModel = Map.groupBy(found.rows, (row) => row.model_key);
  return new Map([...byModel].map(([key, rows]) => [key, grouped(rows, now).slice(0, images)]));
}

/** Images of a model by their digests, in that order. */
export async function imagesByDigest(
  db: Db,
  key: string,
  digests: readonly string[],
  now = new Date(),
): Promise<ModelImage[]> {
  const found = await sql<PlacedTag>`
    select ${PLACED} from tags t ${JOINED}
    where t.model_key = ${key} and t.digest = any(${[...digests]}::text[]) and t.presence <> 'retired'
    ${NEWEST_FIRST}`.execute(db);
  const images = new Map(grouped(found.rows, now).map((image) => [image.digest, image]));
  return digests.flatMap((digest) => images.get(digest) ?? []);
}

/** Tags that point to one digest are one image; it stands where its newest tag stands. */
function grouped(rows: readonly PlacedTag[], now: Date): ModelImage[] {
  return [...Map.groupBy(rows, (row) => row.digest).values()].map((tags) => {
    const [first] = tags as [PlacedTag];
    return {
      digest: first.digest,
      version: first.version,
      size: first.size,
      platforms: first.platforms,
      createdAt: iso(first.created_at),
      state: stateAt(first.decided, now),
      places: tags.slice(0, MOST_PLACES).map(placeOf),
    };
  });
}

function placeOf(row: PlacedTag): ModelImage['places'][number] {
  return {
    repositoryId: row.repository_id,
    repository: row.repository,
    registryId: row.registry_id,
    registry: row.registry,
    host: row.host,
    locationId: row.location_id,
    name: row.name,
    presence: row.presence,
  };
}
