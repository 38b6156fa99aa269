/** Lists of models by keyset, and how many models each choice of a filter has. Only the models' own rows are read. */
import type { Model, ModelFacets, ModelFilter, ModelQuery, Page } from '@pharos/contract';
import { type RawBuilder, sql } from 'kysely';
import { after, cut, type Order, orderBy, type SortKey } from './cursor.ts';
import { allOf, containing, countUpTo, type Db, iso, storableText } from './database.ts';
import { MODEL_COLUMNS, type ModelRow, modelOf, newestImages } from './model-row.ts';

const SORTS: Record<string, readonly SortKey<ModelRow>[]> = {
  name: [],
  task: [{ column: sql`m.task_order`, type: 'number', read: (row) => row.task_order }],
  updated: [{ column: sql`m.updated_at`, type: 'time', read: (row) => iso(row.updated_at) }],
  size: [{ column: sql`coalesce(m.size, 0)`, type: 'number', read: (row) => row.size ?? 0 }],
};

const IDENTITY: readonly SortKey<ModelRow>[] = [
  { column: sql`m.name`, type: 'text', read: (row) => row.name },
  { column: sql`m.id`, type: 'id', read: (row) => row.id },
];

function orderOf(sort: ModelQuery['sort']): Order<ModelRow> {
  const isDescending = sort.startsWith('-');
  const keys = SORTS[isDescending ? sort.slice(1) : sort]!;
  return { name: `models:${sort}`, descending: isDescending, keys: [...keys, ...IDENTITY] };
}

/** What a list shows of each model's images; the model's own page has them all. */
const SHOWN = { images: 3, tags: 12 } as const;

export async function listModels(db: Db, query: ModelQuery): Promise<Page<Model>> {
  const order = orderOf(query.sort);
  const filters = Object.values(filtersOf(query));
  const where = allOf(query.cursor === undefined ? filters : [...filters, after(order, query.cursor)]);
  const found = await sql<ModelRow>`select ${MODEL_COLUMNS} from models m
    where ${where} order by ${orderBy(order)} limit ${query.limit + 1}`.execute(db);
  const { rows, next } = cut(order, found.rows, query.limit);
  const images = await newestImages(
    db,
    rows.map((row) => row.key),
    SHOWN,
  );
  const total = await countUpTo(db, sql`from models m where ${allOf(filters)}`);
  return { items: rows.map((row) => modelOf(row, images.get(row.key) ?? [])), next, ...total };
}

type Filters = Record<string, RawBuilder<unknown>>;

/** Conditions by the filter that makes them. A model whose last tag is gone is not listed. */
function filtersOf(query: ModelFilter): Filters {
  const filters: Filters = { tags: sql`m.tag_count > 0` };
  if (query.q) {
    const part = containing(query.q);
    filters.q = sql`(m.key ilike ${part} or m.publisher ilike ${part} or m.description ilike ${part})`;
  }
  if (query.task !== undefined) filters.task = sql`m.task = ${query.task}`;
  if (query.publisher !== undefined) filters.publisher = sql`m.publisher = ${storableText(query.publisher)}`;
  if (query.licence !== undefined) filters.licence = sql`m.licence = ${storableText(query.licence)}`;
  if (query.precision !== undefined) filters.precision = sql`${storableText(query.precision)} = any(m.precision)`;
  if (query.registryId !== undefined) filters.registryId = sql`${query.registryId}::uuid = any(m.registry_ids)`;
  if (query.locationId !== undefined) {
    filters.locationId = sql`m.registry_ids && (select array_agg(id) from registries
      where location_id = ${query.locationId})`;
  }
  const gpu = gpuFilter(query);
  if (gpu !== null) filters.gpu = gpu;
  return filters;
}

/** Fits when the stated need or any tested profile does; what is not known does not fit. */
function gpuFilter({ gpuCount, gpuMemoryGiB }: ModelFilter): RawBuilder<unknown> | null {
  if (gpuCount === undefined && gpuMemoryGiB === undefined) return null;
  const need: RawBuilder<unknown>[] = [];
  const profile: RawBuilder<unknown>[] = [];
  if (gpuCount !== undefined) {
    need.push(sql`m.gpu_count <= ${gpuCount}`);
    profile.push(sql`(p ->> 'count')::float8 <= ${gpuCount}`);
  }
  if (gpuMemoryGiB !== undefined) {
    need.push(sql`m.gpu_memory_gib <= ${gpuMemoryGiB}`);
    profile.push(sql`(p ->> 'memoryGiB')::float8 <= ${gpuMemoryGiB}`);
  }
  return sql`((${allOf(need)}) or exists (select from jsonb_array_elements(
    case when jsonb_typeof(m.profiles) = 'array' then m.profiles else '[]' end) p where ${allOf(profile)}))`;
}

const MOST_CHOICES = 200;

/** The choices of each facet, most models first, under the filters of the others. */
export async function modelFacets(db: Db, filter: ModelFilter): Promise<ModelFacets> {
  const filters = filtersOf(filter);
  const counted = async (own: string, source: RawBuilder<unknown>, value: RawBuilder<unknown>) => {
    const others = Object.entries(filters).flatMap(([name, condition]) => (name === own ? [] : [condition]));
    const found = await sql<{ value: string; label: string; count: number }>`
      select ${value}::text as value, ${own === 'registryId' ? sql`g.name` : sql`${value}::text`} as label,
        count(distinct m.key) as count
      from models m ${source} where ${allOf(others)} and ${value} is not null
      group by 1, 2 order by 3 desc, 2 limit ${MOST_CHOICES}`.execute(db);
    return found.rows;
  };
  const inRegistry = sql`join registries g on g.id = any(m.registry_ids)`;
  const none = sql``;
  return {
    task: await counted('task', none, sql`m.task`),
    publisher: await counted('publisher', none, sql`m.publisher`),
    licence: await counted('licence', none, sql`m.licence`),
    precision: await counted('precision', sql`cross join lateral unnest(m.precision) as p(value)`, sql`p.value`),
    registryId: await counted('registryId', inRegistry, sql`g.id`),
    locationId: await counted('locationId', inRegistry, sql`g.location_id`),
  };
}
