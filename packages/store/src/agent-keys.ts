/** Join tokens, used once, and the public keys of agents. */
import type { JoinToken } from '@pharos/contract';
import { sql } from 'kysely';
import type { AgentKey, AgentKeys } from './agent-key-port.ts';
import { noteAudit } from './audit-context.ts';
import { after, cut, type Order, orderBy } from './cursor.ts';
import { countUpTo, type Db, first, iso, storableText } from './database.ts';

interface TokenRow {
  id: string;
  name: string;
  location_id: string;
  created_by: string;
  created_at: Date;
  expires_at: Date;
  used_at: Date | null;
  agent_id: string | null;
}

interface KeyRow {
  agent_id: string;
  location_id: string;
  public_key: string;
  previous_public_key: string | null;
  generation: number;
  revoked_at: Date | null;
}

const NEWEST: Order<TokenRow> = {
  name: 'join-tokens',
  descending: true,
  keys: [
    { column: sql`created_at`, type: 'time', read: (row) => iso(row.created_at) },
    { column: sql`id`, type: 'id', read: (row) => row.id },
  ],
};

export function agentKeysOf(db: Db): AgentKeys {
  return {
    createToken: async ({ id, sha256, name, locationId, createdBy, expiresAt }, now) => {
      noteAudit({ subject: id, locationId });
      await sql`insert into join_tokens (id, sha256, name, location_id, created_by, created_at, expires_at)
        values (${id}, ${sha256}, ${storableText(name)}, ${locationId}, ${createdBy}, ${iso(now)}, ${iso(expiresAt)})`.execute(
        db,
      );
    },

    tokens: async ({ limit, cursor }, now) => {
      const where = cursor === undefined ? sql`true` : after(NEWEST, cursor);
      const found =
        await sql<TokenRow>`select id, name, location_id, created_by, created_at, expires_at, used_at, agent_id
        from join_tokens where ${where} order by ${orderBy(NEWEST)} limit ${limit + 1}`.execute(db);
      const { rows, next } = cut(NEWEST, found.rows, limit);
      return { items: rows.map((row) => tokenOf(row, now)), next, ...(await countUpTo(db, sql`from join_tokens`)) };
    },

    removeToken: async (id) => (await first(sql`delete from join_tokens where id = ${id} returning 1`, db)) !== null,

    join: ({ tokenSha256, agentId, publicKey }, now) =>
      db.transaction().execute(async (trx) => {
        const token = await first(
          sql<TokenRow>`select * from join_tokens where sha256 = ${tokenSha256} for update`,
          trx,
        );
        if (token === null) return null;
        if (token.used_at !== null) {
          // The answer may have been lost on its way: the same agent with the same key asks again.
          const key = token.agent_id === agentId ? await keyOf(trx, agentId) : null;
          return key?.publicKey === publicKey && !key.isRevoked ? key : null;
        }
        if (token.expires_at <= now) return null;
        await sql`update join_tokens set used_at = ${iso(now)}, agent_id = ${agentId} where id = ${token.id}`.execute(
          trx,
        );
        await sql`insert into agent_keys (agent_id, location_id, public_key, generation, joined_at)
          values (${agentId}, ${token.location_id}, ${publicKey}, 1, ${iso(now)})
          on conflict (agent_id) do update set location_id = excluded.location_id, public_key = excluded.public_key,
            previous_public_key = null, generation = 1, joined_at = excluded.joined_at, last_used_at = null,
            revoked_at = null, copied_at = null`.execute(trx);
        return keyOf(trx, agentId);
      }),

    get: (agentId) => keyOf(db, agentId),

    rotate: async ({ agentId, generation, publicKey }) => {
      await sql`update agent_keys set previous_public_key = public_key, public_key = ${publicKey}, generation = generation + 1
        where agent_id = ${agentId} and generation = ${generation} and revoked_at is null`.execute(db);
      const key = await keyOf(db, agentId);
      return key?.publicKey === publicKey && key.generation === generation + 1 && !key.isRevoked ? key : null;
    },

    used: async (agentId, now) => {
      await sql`update agent_keys set last_used_at = ${iso(now)} where agent_id = ${agentId}
        and (last_used_at is null or last_used_at < ${iso(new Date(now.getTime() - 60_000))})`.execute(db);
    },

    copied: async (agentId, now) => {
      await sql`update agent_keys set copied_at = ${iso(now)} where agent_id = ${agentId}`.execute(db);
    },

    revoke: async (agentId, now) => {
      const row = await first(
        sql`update agent_keys set revoked_at = coalesce(revoked_at, ${iso(now)}) where agent_id = ${agentId} returning 1`,
        db,
      );
      return row !== null;
    },
  };
}

async function keyOf(db: Db, agentId: string): Promise<AgentKey | null> {
  const row = await first(sql<KeyRow>`select * from agent_keys where agent_id = ${agentId}`, db);
  if (row === null) return null;
  return {
    agentId: row.agent_id,
    locationId: row.location_id,
    publicKey: row.public_key,
    previousPublicKey: row.previous_public_key,
    generation: row.generation,
    isRevoked: row.revoked_at !== null,
  };
}

function tokenOf(row: TokenRow, now: Date): JoinToken {
  return {
    id: row.id,
    name: row.name,
    locationId: row.location_id,
    state: row.used_at !== null ? 'used' : row.expires_at <= now ? 'expired' : 'waiting',
    createdBy: row.created_by,
    createdAt: iso(row.created_at),
    expiresAt: iso(row.expires_at),
    usedAt: iso(row.used_at),
    agentId: row.agent_id,
  };
}
