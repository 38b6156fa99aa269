/** API tokens of programs, robots and agents. Only hashes are stored. */
import type { Role, Token } from '@pharos/contract';
import type { Grant } from '@pharos/library';
import { sql } from 'kysely';
import { noteAudit } from './audit-context.ts';
import { after, cut, type Order, orderBy } from './cursor.ts';
import { allOf, countUpTo, type Db, first, iso, json } from './database.ts';
import { ALL_GRANTS } from './grants.ts';
import type { Tokens } from './token-port.ts';

interface TokenRow {
  id: string;
  name: string;
  role: Role | null;
  scopes: string[];
  owner_id: string | null;
  owner: string | null;
  owner_kind: 'person' | 'robot' | null;
  prefix: string;
  created_by: string;
  created_at: Date;
  expires_at: Date | null;
  last_used_at: Date | null;
  old_until: Date | null;
}

const NEWEST: Order<TokenRow> = {
  name: 'tokens',
  descending: true,
  keys: [
    { column: sql`t.created_at`, type: 'time', read: (row) => iso(row.created_at) },
    { column: sql`t.id`, type: 'id', read: (row) => row.id },
  ],
};

/** Who the identity provider has not confirmed for this long may have left: the tokens wait for the next sign-in. */
const UNSEEN = sql`interval '30 days'`;

const SELECT = sql`select t.id, t.name, t.role, t.scopes, t.owner_id, u.name as owner, u.kind as owner_kind, t.prefix,
  t.created_by, t.created_at, t.expires_at, t.last_used_at, t.old_until
  from tokens t left join users u on u.id = t.owner_id`;

export function tokensOf(db: Db): Tokens {
  return {
    list: async ({ limit, cursor, ownerId }, now) => {
      const filters = ownerId === undefined ? [] : [sql`t.owner_id = ${ownerId}`];
      const where = allOf(cursor === undefined ? filters : [...filters, after(NEWEST, cursor)]);
      const found = await sql<TokenRow>`${SELECT}
        where ${where} order by ${orderBy(NEWEST)} limit ${limit + 1}`.execute(db);
      const { rows, next } = cut(NEWEST, found.rows, limit);
      const total = await countUpTo(db, sql`from tokens t where ${allOf(filters)}`);
      return { items: rows.map((row) => tokenOf(row, now)), next, ...total };
    },

    get: async (id, now) => {
      const row = await first(sql<TokenRow>`${SELECT} where t.id = ${id}`, db);
      return row && tokenOf(row, now);
    },

    create: async (token, now) => {
      noteAudit({ subject: token.id });
      await sql`insert into tokens (id, name, role, scopes, owner_id, prefix, sha256, created_by, created_at, expires_at)
        values (${token.id}, ${token.name}, ${token.role}, ${json(token.scopes)}, ${token.ownerId}, ${token.prefix},
          ${token.sha256}, ${token.createdBy}, ${iso(now)}, ${iso(token.expiresAt)})`.execute(db);
    },

    rotate: async (id, { sha256, prefix, expiresAt, oldUntil }) => {
      const rotated = await sql`update tokens set old_sha256 = sha256, old_until = ${iso(oldUntil)}, sha256 = ${sha256},
        prefix = ${prefix}, expires_at = ${iso(expiresAt)} where id = ${id} returning id`.execute(db);
      return rotated.rows.length > 0;
    },

    use: async (sha256, now) => {
      const row = await first(
        sql<{
          id: string;
          name: string;
          role: Role | null;
          scopes: string[];
          stale: boolean;
          owner_id: string | null;
          owner: string | null;
          owner_kind: 'person' | 'robot' | null;
          grants: Grant[];
        }>`select t.id, t.name, t.role, t.scopes, t.owner_id, u.name as owner, u.kind as owner_kind,
            ${ALL_GRANTS} as grants,
            (t.last_used_at is null or t.last_used_at <= ${iso(now)}::timestamptz - interval '1 minute') as stale
          from tokens t left join users u on u.id = t.owner_id
          where (t.sha256 = ${sha256} or (t.old_sha256 = ${sha256} and t.old_until > ${iso(now)}))
            and (t.expires_at is null or t.expires_at > ${iso(now)}) and u.disabled_at is null
            and (u.id is null or u.origin = 'local' or u.last_sign_in_at > ${iso(now)}::timestamptz - ${UNSEEN})`,
        db,
      );
      if (row === null) return null;
      if (row.stale) await sql`update tokens set last_used_at = ${iso(now)} where id = ${row.id}`.execute(db);
      const { id, name, role, scopes } = row;
      const owner =
        row.owner_id === null
          ? null
          : { id: row.owner_id, name: row.owner!, kind: row.owner_kind!, grants: row.grants };
      return { id, name, role, scopes, owner };
    },

    remove: async (id) => (await sql`delete from tokens where id = ${id} returning id`.execute(db)).rows.length > 0,
  };
}

function tokenOf(row: TokenRow, now: Date): Token {
  return {
    id: row.id,
    name: row.name,
    role: row.role,
    scopes: row.scopes,
    owner: row.owner_id === null ? null : { id: row.owner_id, name: row.owner!, kind: row.owner_kind! },
    prefix: row.prefix,
    createdAt: iso(row.created_at),
    createdBy: row.created_by,
    expiresAt: iso(row.expires_at),
    lastUsedAt: iso(row.last_used_at),
    oldValidUntil: row.old_until !== null && row.old_until > now ? iso(row.old_until) : null,
  };
}
