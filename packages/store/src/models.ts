/** The Model Library: one row for each model, its images from the tags that name it, and what people wrote about it. */
import { isDeepStrictEqual } from 'node:util';
import {
  MODEL_FIELD_NAMES,
  type ModelDetail,
  type ModelEdit,
  type ModelImage,
  type ModelPatch,
  type Page,
  type PageQuery,
} from '@pharos/contract';
import { pullCommands } from '@pharos/library';
import { sql } from 'kysely';
import { after, cut, type Order, orderBy } from './cursor.ts';
import { allOf, type Db, first, iso, json } from './database.ts';
import { listModels, modelFacets } from './model-list.ts';
import type { Models } from './model-port.ts';
import { imagesByDigest, MODEL_COLUMNS, type ModelRow, modelOf } from './model-row.ts';
import { summariseModels } from './model-summary.ts';

const SHOWN_IMAGES = 50;
const SHOWN_EDITS = 100;

interface ImageRow {
  digest: string;
  sort_key: string;
  name: string;
  repository_id: string;
}

/** By the newest tag of each digest; the index tags_model is walked backwards. */
const NEWEST_FIRST: Order<ImageRow> = {
  name: 'model-images',
  descending: true,
  keys: [
    { column: sql`t.sort_key`, type: 'text', read: (row) => row.sort_key },
    { column: sql`t.name`, type: 'text', read: (row) => row.name },
    { column: sql`t.repository_id`, type: 'id', read: (row) => row.repository_id },
  ],
};

export function modelsOf(db: Db): Models {
  return {
    list: (query) => listModels(db, query),
    facets: (filter) => modelFacets(db, filter),
    get: async (id) => {
      const row = await rowOf(db, id);
      return row && detailOf(db, row);
    },
    images: async (id, query) => {
      const row = await rowOf(db, id);
      return row && imagesOf(db, row, query);
    },
    update: (id, patch, by, now) =>
      db.transaction().execute(async (trx) => {
        const row = await first(sql<{ key: string }>`select key from models where id = ${id} for update`, trx);
        if (row === null) return null;
        await keepEdits(trx, row.key, patch, { by, now });
        await summariseModels(trx, [row.key]);
        return detailOf(trx, (await rowOf(trx, id))!);
      }),
  };
}

function rowOf(db: Db, id: string): Promise<ModelRow | null> {
  return first(sql<ModelRow>`select ${MODEL_COLUMNS} from models m where m.id = ${id}`, db);
}

async function detailOf(db: Db, row: ModelRow): Promise<ModelDetail> {
  const { items } = await imagesOf(db, row, { limit: SHOWN_IMAGES });
  const edits = await sql<Omit<ModelEdit, 'at'> & { at: Date }>`
    select field, value, edited_by as by, edited_at as at from model_edits where model_key = ${row.key}
    order by id desc limit ${SHOWN_EDITS}`.execute(db);
  return {
    ...modelOf(row, items),
    facts: row.facts,
    edits: edits.rows.map((edit) => ({ ...edit, at: iso(edit.at) })),
    pull: pullOf(items),
  };
}

/** Of the newest image that something can pull: files answer to no pull. */
function pullOf(images: readonly ModelImage[]): ModelDetail['pull'] {
  for (const { digest, places } of images.slice(0, 1)) {
    for (const { host, repository, name } of places) {
      const commands = pullCommands({ host, repository, tag: name, digest });
      if (commands.length > 0) return commands;
    }
  }
  return [];
}

/** Tags that point to one digest are one version; it stands where the newest of them stands. */
async function imagesOf(db: Db, row: ModelRow, { limit, cursor }: PageQuery): Promise<Page<ModelImage>> {
  const position = cursor === undefined ? [] : [after(NEWEST_FIRST, cursor)];
  const found = await sql<ImageRow>`
    select t.digest, t.sort_key, t.name, t.repository_id from tags t
    where ${allOf([sql`t.model_key = ${row.key}`, sql`t.presence <> 'retired'`, ...position])}
      and not exists (select from tags o where o.digest = t.digest and o.model_key = t.model_key
        and o.presence <> 'retired'
        and (o.sort_key, o.name, o.repository_id) > (t.sort_key, t.name, t.repository_id))
    order by ${orderBy(NEWEST_FIRST)} limit ${limit + 1}`.execute(db);
  const { rows, next } = cut(NEWEST_FIRST, found.rows, limit);
  const digests = rows.map(({ digest }) => digest);
  return { items: await imagesByDigest(db, row.key, digests), next, total: row.image_count };
}

/** A field that is written with what it was edited to already, or reset without an edit, leaves no trace. */
async function keepEdits(
  trx: Db,
  key: string,
  patch: ModelPatch,
  { by, now }: { by: string; now: Date },
): Promise<void> {
  for (const field of MODEL_FIELD_NAMES) {
    const value = patch[field];
    if (value === undefined) continue;
    const before = await first(
      sql<{ value: unknown }>`select value from model_edits where model_key = ${key} and field = ${field}
        order by id desc limit 1`,
      trx,
    );
    if (isDeepStrictEqual(before?.value ?? null, value)) continue;
    await sql`insert into model_edits (model_key, field, value, edited_by, edited_at)
      values (${key}, ${field}, ${value === null ? sql`null` : json(value)}, ${by}, ${iso(now)})`.execute(trx);
  }
}
