/** Places where workloads run. A location appears when a registry or an agent first names it. */
import type { Location } from '@pharos/contract';
import { sql } from 'kysely';
import { CONNECTED_SECONDS } from './agents.ts';
import { after, cut, type Order, orderBy } from './cursor.ts';
import { allOf, countUpTo, type Db, first, iso } from './database.ts';
import type { Locations } from './location-port.ts';

interface LocationRow {
  id: string;
  name: string;
  created_at: Date;
  agents: number;
  heard_at: Date | null;
  repositories: number;
  tags: number;
}

const BY_ID: Order<LocationRow> = {
  name: 'locations',
  descending: false,
  keys: [{ column: sql`l.id`, type: 'text', read: (row) => row.id }],
};

export function locationsOf(db: Db): Locations {
  return {
    list: async ({ limit, cursor }, now) => {
      const where = allOf(cursor === undefined ? [] : [after(BY_ID, cursor)]);
      const found = await sql<LocationRow>`
        select l.id, l.name, l.created_at,
          (select count(*) from agents a where a.location_id = l.id) as agents,
          (select max(a.last_seen_at) from agents a where a.location_id = l.id) as heard_at,
          coalesce(held.repositories, 0) as repositories, coalesce(held.tags, 0) as tags
        from locations l left join (
          select g.location_id, count(*) as repositories, sum(r.tag_count)::bigint as tags
          from repositories r join registries g on g.id = r.registry_id
          where not r.released group by g.location_id
        ) held on held.location_id = l.id
        where ${where} order by ${orderBy(BY_ID)} limit ${limit + 1}`.execute(db);
      const { rows, next } = cut(BY_ID, found.rows, limit);
      return { items: rows.map((row) => locationOf(row, now)), next, ...(await countUpTo(db, sql`from locations`)) };
    },
    has: async (id) => (await first(sql`select 1 from locations where id = ${id}`, db)) !== null,
    ensure: (id, now) => ensureLocation(db, id, now),
  };
}

/** Inside a transaction pass it as `db`. */
export async function ensureLocation(db: Db, id: string, now: Date): Promise<void> {
  await sql`insert into locations (id, name, created_at) values (${id}, ${id}, ${iso(now)})
    on conflict do nothing`.execute(db);
}

function locationOf(row: LocationRow, now: Date): Location {
  return {
    id: row.id,
    name: row.name,
    createdAt: iso(row.created_at),
    agentCount: row.agents,
    connected: row.heard_at !== null && now.getTime() - row.heard_at.getTime() <= CONNECTED_SECONDS * 1000,
    repositoryCount: row.repositories,
    tagCount: row.tags,
  };
}
