/** The way between an index and the manifests of its single platforms. */
import { sql } from 'kysely';
import type { Db } from './database.ts';

/** A manifest of one platform of an index. */
export interface PlatformOfImage {
  readonly digest: string;
  readonly os: string;
  readonly architecture: string;
  readonly variant: string | null;
}

/** These digests and those of the indexes that hold one of them, sorted. */
export async function withIndexes(db: Db, digests: readonly string[]): Promise<string[]> {
  const found = await sql<{ digest: string }>`
    select distinct i.digest from unnest(${[...digests]}::text[]) s(digest)
    join images i on jsonb_path_query_array(i.observation, '$.platforms[*].digest') ? s.digest`.execute(db);
  return [...new Set([...digests, ...found.rows.map(({ digest }) => digest)])].toSorted();
}
