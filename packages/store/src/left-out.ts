/** Tags that were read and left out, and what is known of tags beyond their names: what previews and explanations rest on. */
import type { LeftOutTag } from '@pharos/contract';
import { sql } from 'kysely';
import { batches, type Db, iso, jsonText } from './database.ts';
import type { KnownTagFacts } from './listing-port.ts';

const BATCH = 2_000;

/** Makes the left-out tags of a repository what the scan said. Runs inside the caller's transaction. */
export async function writeLeftOut(trx: Db, repositoryId: string, tags: readonly LeftOutTag[]): Promise<void> {
  await sql`delete from left_out_tags where repository_id = ${repositoryId}`.execute(trx);
  for (const batch of batches(tags, BATCH)) {
    await sql`insert into left_out_tags (repository_id, name, digest, created_at, pushed_at, first_seen_at)
      select ${repositoryId}::uuid, n.name, n.digest, n."createdAt", n."pushedAt", n."firstSeenAt"
      from jsonb_to_recordset(${jsonText(batch)}::jsonb) as n(name text, digest text, "createdAt" timestamptz,
        "pushedAt" timestamptz, "firstSeenAt" timestamptz)
      on conflict do nothing`.execute(trx);
  }
}

interface FactsRow {
  name: string;
  media_type: string | null;
  artifact_type: string | null;
  config_media_type: string | null;
  platforms: string[] | null;
  annotations: Record<string, string | null> | null;
  created_at: Date | null;
  pushed_at: Date | null;
  first_seen_at: Date;
}

/**
 * What is known of the tags of one repository: those of the library and those that were left out. `keys` are the
 * annotations that are wanted; everything else of an observation stays in the database.
 */
export async function tagFactsOf(
  db: Db,
  registryId: string,
  repository: string,
  keys: readonly string[],
): Promise<KnownTagFacts[]> {
  const texts = sql`(select jsonb_object_agg(k, coalesce(i.observation->'annotations'->>k, i.observation->'labels'->>k))
    from unnest(${[...keys]}::text[]) k)`;
  const image = sql`i.media_type, i.observation->>'artifactType' as artifact_type,
    i.observation->>'configMediaType' as config_media_type, ${texts} as annotations`;
  const found = await sql<FactsRow>`
    select t.name, ${image}, t.platforms, t.created_at, t.pushed_at, t.first_seen_at
    from repositories r join tags t on t.repository_id = r.id join images i on i.digest = t.digest
    where r.registry_id = ${registryId} and r.name = ${repository} and t.presence <> 'retired'
    union all
    select o.name, ${image},
      (select array_agg(concat_ws('/', p->>'os', p->>'architecture', p->>'variant'))
        from jsonb_array_elements(i.observation->'platforms') p),
      o.created_at, o.pushed_at, o.first_seen_at
    from repositories r join left_out_tags o on o.repository_id = r.id left join images i on i.digest = o.digest
    where r.registry_id = ${registryId} and r.name = ${repository}
      and (o.digest is null or i.digest is not null)`.execute(db);
  return found.rows.map((row) => ({
    tag: row.name,
    facts: row.media_type === null ? 'unreadable' : factsOf(row, row.media_type),
  }));
}

function factsOf(row: FactsRow, mediaType: string): Exclude<KnownTagFacts['facts'], 'unreadable'> {
  const stated = Object.entries(row.annotations ?? {}).filter((entry): entry is [string, string] => entry[1] !== null);
  return {
    mediaType,
    artifactType: row.artifact_type,
    configMediaType: row.config_media_type,
    platforms: (row.platforms ?? []).map(platformOf),
    annotations: Object.fromEntries(stated),
    createdAt: iso(row.created_at),
    pushedAt: iso(row.pushed_at),
    firstSeenAt: iso(row.first_seen_at),
  };
}

function platformOf(name: string): { os: string; architecture: string; variant: string | null } {
  const [os = '', architecture = '', variant = null] = name.split('/');
  return { os, architecture, variant };
}
