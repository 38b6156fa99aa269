/** Newer tags of the same repository, flavour and base, for a page of tags in one statement. */
import type { Tag } from '@pharos/contract';
import { type NewerTags, newerBounds } from '@pharos/library';
import { sql } from 'kysely';
import { type Db, jsonText } from './database.ts';

const NO_NEWER: NewerTags = { minor: null, build: null };

/** For each of the tags, in their order. Tags that name no exact PostgreSQL release have none. */
export async function newerTags(db: Db, tags: readonly Tag[]): Promise<NewerTags[]> {
  const asked = tags.flatMap((tag, i) => {
    const bounds = tag.engine === null || tag.version === null ? null : newerBounds(tag.version);
    if (bounds === null) return [];
    const { repositoryId, digest, version } = tag;
    const hasBuild = version!.buildTime !== null;
    return [
      { i, repository_id: repositoryId, digest, ...bounds, hasBuild, flavour: version!.flavour, os: version!.os },
    ];
  });
  if (asked.length === 0) return tags.map(() => NO_NEWER);
  // Written as the index tags_newer has it.
  const alike = sql`t.repository_id = n.repository_id and t.presence <> 'retired' and t.digest <> n.digest
    and coalesce(t.flavour, '') = coalesce(n.flavour, '') and coalesce(t.version ->> 'os', '') = coalesce(n.os, '')
    and t.version ->> 'prerelease' is null and t.sort_key >= '2'`;
  const newest = sql`order by t.sort_key desc, t.name desc limit 1`;
  const found = await sql<{ i: number; build: string | null; minor: string | null }>`
    select n.i, case when n."hasBuild" then (select t.name from tags t where ${alike}
        and t.sort_key > n."afterBuild" collate "C" and t.sort_key < n."minorEnd" collate "C" ${newest}) end as build,
      (select t.name from tags t where ${alike}
        and t.sort_key >= n."minorEnd" collate "C" and t.sort_key < n."majorEnd" collate "C" ${newest}) as minor
    from jsonb_to_recordset(${jsonText(asked)}::jsonb) as n(i int, repository_id uuid, digest text, "afterBuild" text,
      "minorEnd" text, "majorEnd" text, "hasBuild" boolean, flavour text, os text)`.execute(db);
  const byIndex = new Map(found.rows.map(({ i, build, minor }) => [i, { build, minor }]));
  return tags.map((_, i) => byIndex.get(i) ?? NO_NEWER);
}
