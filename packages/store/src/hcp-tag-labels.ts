/** HCP tags in lists of repositories and tags: what a row shows, and what a list is narrowed by. */
import { type RawBuilder, sql } from 'kysely';
import { type Db, storableText } from './database.ts';

const LABEL = sql`jsonb_build_object('id', h.id, 'name', h.name, 'color', h.color) order by lower(h.name), h.id`;

/** Select expression over `repositories r`: its labels. One index lookup for each row of a page, no query for each row. */
export const REPOSITORY_LABELS: RawBuilder<unknown> = sql`(
  select coalesce(jsonb_agg(${LABEL}), '[]') from hcp_tag_repositories x join hcp_tags h on h.id = x.hcp_tag_id
  where x.repository_id = r.id)`;

/** The same over `tags t`: labels of the image that the tag points to. */
export const IMAGE_LABELS: RawBuilder<unknown> = sql`(
  select coalesce(jsonb_agg(${LABEL}), '[]') from hcp_tag_images x join hcp_tags h on h.id = x.hcp_tag_id
  where x.digest = t.digest)`;

/** Conditions on `repositories r`: it carries all of these HCP tags. */
export async function repositoriesWith(db: Db, names: readonly string[] = []): Promise<RawBuilder<unknown>[]> {
  const ids = await idsOf(db, names);
  if (ids === null) return [sql`false`];
  return ids.map((id) => sql`r.id in (select x.repository_id from hcp_tag_repositories x where x.hcp_tag_id = ${id})`);
}

/** Conditions on `tags t`: its image carries all of these HCP tags. */
export async function imagesWith(db: Db, names: readonly string[] = []): Promise<RawBuilder<unknown>[]> {
  const ids = await idsOf(db, names);
  if (ids === null) return [sql`false`];
  return ids.map((id) => sql`t.digest in (select x.digest from hcp_tag_images x where x.hcp_tag_id = ${id})`);
}

/**
 * Names are looked up first, so that the planner sees which HCP tag it is about: one is on three images, another on half
 * of the library. null: one of them does not exist, so nothing carries all of them.
 */
async function idsOf(db: Db, names: readonly string[]): Promise<string[] | null> {
  if (names.length === 0) return [];
  const wanted = [...new Set(names.map((name) => storableText(name).toLowerCase()))];
  const found = await sql<{ id: string }>`select h.id from hcp_tags h
    where lower(h.name) in (select lower(n) from unnest(${wanted}::text[]) n)`.execute(db);
  return found.rows.length < wanted.length ? null : found.rows.map(({ id }) => id);
}
