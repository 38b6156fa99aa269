/** Images where they stand, with the state that counts now: what clusters and catalogs are made of. */
import type { Engine, Version } from '@pharos/contract';
import { operatingSystemOfBase, type PlacedImage } from '@pharos/library';
import { type RawBuilder, sql } from 'kysely';
import type { PlacedImages } from './cluster-port.ts';
import { allOf, type Db, iso } from './database.ts';
import { stateSql } from './decisions.ts';

interface PlacedRow {
  digest: string;
  repository_id: string;
  repository: string;
  host: string;
  location_id: string;
  name: string;
  kind: PlacedImage['kind'];
  engine: Engine | null;
  version: Version | null;
  platforms: string[];
  extension_names: string[];
  state: PlacedImage['state'];
  effective_at: Date;
  base_os: string | null;
  base_name: string | null;
}

const MOST = 5_000;

/** Annotations come before labels, as everywhere. */
const stated = (key: string) =>
  sql`coalesce(i.observation -> 'annotations' ->> ${key}, i.observation -> 'labels' ->> ${key})`;

const columns = (state: RawBuilder<unknown>) => sql`t.digest, t.repository_id, r.name as repository, g.url as host,
  g.location_id, t.name, t.kind, t.engine, t.version, t.platforms, t.extension_names, t.effective_at, ${state} as state,
  ${stated('io.cloudnativepg.image.base.os')} as base_os,
  coalesce(${stated('io.cloudnativepg.image.base.name')}, ${stated('org.opencontainers.image.base.name')}) as base_name`;

const PLACES = sql`join repositories r on r.id = t.repository_id join registries g on g.id = r.registry_id
  left join images i on i.digest = t.digest`;

export function placedImagesOf(db: Db): PlacedImages {
  return {
    approved: async ({ location, kind, engine, major }, now) => {
      const where = [
        sql`s.state = 'approved' and (s.expires_at is null or s.expires_at > ${iso(now)}::timestamptz)`,
        sql`t.presence <> 'retired' and t.kind = ${kind}`,
        ...(location === null ? [] : [sql`g.location_id = ${location}`]),
        ...(engine === undefined ? [] : [sql`t.engine = ${engine}`]),
        ...(major === undefined ? [] : [sql`t.major = ${major}`]),
      ];
      const found = await sql<PlacedRow>`select ${columns(sql`s.state`)}
        from image_states s join tags t on t.digest = s.digest ${PLACES}
        where ${allOf(where)} order by t.sort_key desc, t.repository_id, t.name limit ${MOST}`.execute(db);
      return found.rows.map(placedOf);
    },

    newest: async ({ location, engine, major, limit }, now) => {
      const found = await sql<PlacedRow>`select ${columns(stateSql(sql`t.digest`, now))} from tags t ${PLACES}
        where t.engine = ${engine} and t.kind = 'postgres' and t.presence <> 'retired' and g.location_id = ${location}
          and ${major === null ? sql`true` : sql`t.major = ${major}`}
        order by t.sort_key desc, t.repository_id, t.name limit ${limit}`.execute(db);
      return found.rows.map(placedOf);
    },

    ofDigests: async (location, digests, now) => {
      const found = await sql<PlacedRow>`select ${columns(stateSql(sql`t.digest`, now))} from tags t ${PLACES}
        where t.digest = any(${[...digests]}::text[]) and t.presence <> 'retired' and g.location_id = ${location}
        order by t.presence desc, t.floating, t.sort_key desc, t.repository_id, t.name limit ${MOST}`.execute(db);
      return found.rows.map(placedOf);
    },
  };
}

function placedOf(row: PlacedRow): PlacedImage {
  const base = row.base_name === null ? null : operatingSystemOfBase(row.base_name);
  return {
    digest: row.digest,
    repositoryId: row.repository_id,
    repository: row.repository,
    host: row.host,
    location: row.location_id,
    tag: row.name,
    kind: row.kind,
    engine: row.engine,
    version: row.version,
    os: row.base_os?.toLowerCase() ?? base ?? row.version?.os ?? null,
    platforms: row.platforms,
    extensions: row.extension_names,
    state: row.state,
    at: iso(row.effective_at),
  };
}
