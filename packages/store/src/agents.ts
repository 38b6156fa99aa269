/** Beacon Agents as they were last heard. */
import type { Agent, KubernetesStatus } from '@pharos/contract';
import { sql } from 'kysely';
import type { Agents } from './agent-port.ts';
import { after, cut, type Order, orderBy } from './cursor.ts';
import { allOf, countUpTo, type Db, first, iso, json } from './database.ts';
import { ensureLocation } from './locations.ts';

/** Agents call at least once a minute (a long poll is at most 60 s): connected within 90 s, lost after ten minutes. */
export const CONNECTED_SECONDS = 90;
export const LOST_SECONDS = 600;
/** Beyond this the agent's times are not to be trusted (reliability: skew is flagged, never corrected). */
const SKEW_SECONDS = 300;

/** As JSON has it. */
interface KeyRow {
  generation: number;
  joined_at: string;
  last_used_at: string | null;
  revoked_at: string | null;
  copied_at: string | null;
}

interface AgentRow {
  id: string;
  location_id: string;
  name: string;
  version: string;
  embedded: boolean;
  config_path: string | null;
  first_seen_at: Date;
  last_seen_at: Date;
  clock_skew_seconds: number;
  spool_depth: number;
  kubernetes: KubernetesStatus | null;
  key: KeyRow | null;
}

const BY_NAME: Order<AgentRow> = {
  name: 'agents',
  descending: false,
  keys: [
    { column: sql`name collate "C"`, type: 'text', read: (row) => row.name },
    { column: sql`id`, type: 'id', read: (row) => row.id },
  ],
};

export function agentsOf(db: Db): Agents {
  return {
    hello: (hello, now) =>
      db.transaction().execute(async (trx) => {
        await ensureLocation(trx, hello.locationId, now);
        const skew = (Date.parse(hello.clock) - now.getTime()) / 1000;
        const taken = await sql`
          insert into agents (id, location_id, name, version, embedded, public_key, config_path, epoch,
            first_seen_at, last_seen_at, clock_skew_seconds)
          values (${hello.agentId}, ${hello.locationId}, ${hello.name}, ${hello.version}, ${hello.embedded},
            ${hello.publicKey}, ${hello.configPath}, ${hello.epoch}, ${iso(now)}, ${iso(now)}, ${skew})
          on conflict (id) do update set location_id = excluded.location_id, name = excluded.name,
            version = excluded.version, embedded = excluded.embedded, public_key = excluded.public_key,
            config_path = excluded.config_path, epoch = excluded.epoch, last_seen_at = excluded.last_seen_at,
            clock_skew_seconds = excluded.clock_skew_seconds
          where agents.epoch <= excluded.epoch
          returning id`.execute(trx);
        return taken.rows.length > 0;
      }),

    touch: async (id, { spoolDepth }, now) => {
      const row = await first(
        sql<{ location_id: string }>`
          update agents set last_seen_at = greatest(last_seen_at, ${iso(now)}), spool_depth = ${spoolDepth}
          where id = ${id} returning location_id`,
        db,
      );
      return row && { locationId: row.location_id };
    },

    publicKey: async (id) => {
      const row = await first(
        sql<{ public_key: string; location_id: string }>`
          select public_key, location_id from agents where id = ${id}`,
        db,
      );
      return row && { publicKey: row.public_key, locationId: row.location_id };
    },

    connected: async (locationId, withinSeconds, now) => {
      const since = new Date(now.getTime() - withinSeconds * 1000);
      const found = await sql<{ id: string }>`
        select id from agents where location_id = ${locationId} and last_seen_at >= ${iso(since)}
        order by last_seen_at desc, id`.execute(db);
      return found.rows.map((row) => row.id);
    },

    list: async ({ limit, cursor }, now) => {
      const where = allOf(cursor === undefined ? [] : [after(BY_NAME, cursor)]);
      const found = await sql<AgentRow>`
        select id, location_id, name, version, embedded, config_path, first_seen_at, last_seen_at, clock_skew_seconds,
          spool_depth, (select to_jsonb(k) from agent_keys k where k.agent_id = agents.id) as key, kubernetes
        from agents where ${where} order by ${orderBy(BY_NAME)} limit ${limit + 1}`.execute(db);
      const { rows, next } = cut(BY_NAME, found.rows, limit);
      return { items: rows.map((row) => agentOf(row, now)), next, ...(await countUpTo(db, sql`from agents`)) };
    },

    setKubernetes: async (id, status) =>
      (await first(sql`update agents set kubernetes = ${json(status)} where id = ${id} returning 1`, db)) !== null,

    // Whoever is forgotten must not come back with the key it had.
    remove: async (id) => {
      const gone = await sql`with keys as (delete from agent_keys where agent_id = ${id})
        delete from agents where id = ${id} returning id`.execute(db);
      return gone.rows.length > 0;
    },
  };
}

function agentOf(row: AgentRow, now: Date): Agent {
  const silentSeconds = Math.max(0, (now.getTime() - row.last_seen_at.getTime()) / 1000);
  const state = silentSeconds <= CONNECTED_SECONDS ? 'connected' : silentSeconds <= LOST_SECONDS ? 'late' : 'lost';
  return {
    id: row.id,
    name: row.name,
    locationId: row.location_id,
    version: row.version,
    embedded: row.embedded,
    state,
    message: messageOf(state, row),
    firstSeenAt: iso(row.first_seen_at),
    lastSeenAt: iso(row.last_seen_at),
    clockSkewSeconds: row.clock_skew_seconds,
    spoolDepth: row.spool_depth,
    configPath: row.config_path,
    kubernetes: row.kubernetes,
    key: row.key && {
      generation: row.key.generation,
      joinedAt: iso(row.key.joined_at),
      lastUsedAt: iso(row.key.last_used_at),
      revokedAt: iso(row.key.revoked_at),
      copiedAt: iso(row.key.copied_at),
    },
  };
}

function messageOf(state: Agent['state'], { key, clock_skew_seconds: skew }: AgentRow): string {
  if (key?.revoked_at != null) return 'Its key was revoked; it must join again with a new join token.';
  if (key?.copied_at != null) {
    return 'Its former key was used although it has a newer one: somebody may have a copy of its state folder. Revoke its key and let it join again.';
  }
  if (state === 'lost') return 'It has not called for more than ten minutes; what it reads is growing old.';
  if (state === 'late') return 'Its last call is more than 90 seconds ago.';
  if (Math.abs(skew) <= SKEW_SECONDS) return '';
  return `Its clock is ${Math.round(Math.abs(skew) / 60)} minutes ${skew > 0 ? 'ahead' : 'behind'}; set the clock of its machine.`;
}
