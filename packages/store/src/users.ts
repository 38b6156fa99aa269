/** People, their sessions, and tokens for programs. Passwords, session keys and tokens are stored as hashes only. */
import type { Role, Token } from '@pharos/contract';
import { sql } from 'kysely';
import { after, cut, type Order, orderBy } from './cursor.ts';
import { allOf, countUpTo, type Db, first, iso, json } from './database.ts';
import type { Users } from './store.ts';

interface TokenRow {
  id: string;
  name: string;
  role: Role;
  scopes: string[];
  prefix: string;
  created_by: string;
  created_at: Date;
  expires_at: Date | null;
  last_used_at: Date | null;
}

interface UserRow {
  id: string;
  name: string;
  password_hash: string;
  role: Role;
}

const NEWEST: Order<TokenRow> = {
  name: 'tokens',
  descending: true,
  keys: [
    { column: sql`created_at`, type: 'time', read: (row) => iso(row.created_at) },
    { column: sql`id`, type: 'id', read: (row) => row.id },
  ],
};

export function usersOf(db: Db): Users {
  return {
    count: async () => (await first(sql<{ n: number }>`select count(*) as n from users`, db))?.n ?? 0,

    create: async ({ id, name, passwordHash, role }, now) => {
      await sql`insert into users (id, name, password_hash, role, created_at)
        values (${id}, ${name}, ${passwordHash}, ${role}, ${iso(now)})`.execute(db);
    },

    byName: async (name) => {
      const row = await first(
        sql<UserRow>`select id, name, password_hash, role from users where lower(name) = lower(${name})`,
        db,
      );
      return row && { id: row.id, name: row.name, passwordHash: row.password_hash, role: row.role };
    },

    createSession: async ({ sha256, userId, expiresAt }, now) => {
      await sql`delete from sessions where expires_at <= ${iso(now)}`.execute(db);
      await sql`insert into sessions (sha256, user_id, created_at, expires_at)
        values (${sha256}, ${userId}, ${iso(now)}, ${iso(expiresAt)})`.execute(db);
    },

    session: async (sha256, now) => {
      const row = await first(
        sql<{ id: string; name: string; role: Role; expires_at: Date }>`
          select u.id, u.name, u.role, s.expires_at from sessions s join users u on u.id = s.user_id
          where s.sha256 = ${sha256} and s.expires_at > ${iso(now)}`,
        db,
      );
      return row && { userId: row.id, name: row.name, role: row.role, expiresAt: iso(row.expires_at) };
    },

    removeSession: async (sha256) => {
      await sql`delete from sessions where sha256 = ${sha256}`.execute(db);
    },

    listTokens: async ({ limit, cursor }) => {
      const where = allOf(cursor === undefined ? [] : [after(NEWEST, cursor)]);
      const found = await sql<TokenRow>`
        select id, name, role, scopes, prefix, created_by, created_at, expires_at, last_used_at
        from tokens where ${where} order by ${orderBy(NEWEST)} limit ${limit + 1}`.execute(db);
      const { rows, next } = cut(NEWEST, found.rows, limit);
      return { items: rows.map(tokenOf), next, ...(await countUpTo(db, sql`from tokens`)) };
    },

    createToken: async (token, now) => {
      await sql`insert into tokens (id, name, role, scopes, prefix, sha256, created_by, created_at, expires_at)
        values (${token.id}, ${token.name}, ${token.role}, ${json(token.scopes)}, ${token.prefix}, ${token.sha256},
          ${token.createdBy}, ${iso(now)}, ${iso(token.expiresAt)})`.execute(db);
    },

    tokenBySha256: async (sha256, now) => {
      const row = await first(
        sql<{ id: string; name: string; role: Role; stale: boolean }>`
          select id, name, role,
            (last_used_at is null or last_used_at <= ${iso(now)}::timestamptz - interval '1 minute') as stale
          from tokens where sha256 = ${sha256} and (expires_at is null or expires_at > ${iso(now)})`,
        db,
      );
      if (row === null) return null;
      if (row.stale) await sql`update tokens set last_used_at = ${iso(now)} where id = ${row.id}`.execute(db);
      return { id: row.id, name: row.name, role: row.role };
    },

    removeToken: async (id) =>
      (await sql`delete from tokens where id = ${id} returning id`.execute(db)).rows.length > 0,
  };
}

function tokenOf(row: TokenRow): Token {
  return {
    id: row.id,
    name: row.name,
    role: row.role,
    scopes: row.scopes,
    prefix: row.prefix,
    createdAt: iso(row.created_at),
    createdBy: row.created_by,
    expiresAt: iso(row.expires_at),
    lastUsedAt: iso(row.last_used_at),
  };
}
