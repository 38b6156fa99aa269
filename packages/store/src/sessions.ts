/** Sessions of browsers. Only the hash of a session's key is stored. */
import type { SignedIn } from '@pharos/contract';
import type { Grant } from '@pharos/library';
import { type RawBuilder, sql } from 'kysely';
import { after, cut, type Order, orderBy } from './cursor.ts';
import { allOf, countUpTo, type Db, first, iso, storableText } from './database.ts';
import { ALL_GRANTS } from './grants.ts';
import type { Sessions } from './session-port.ts';

interface SessionRow {
  id: string;
  sha256: string;
  user_id: string;
  user: string;
  address: string | null;
  user_agent: string | null;
  created_at: Date;
  last_used_at: Date;
  expires_at: Date;
}

/** A session that is not used for this long is over. */
const IDLE = sql`interval '12 hours'`;
const MOST_TEXT = 400;

const LAST_USED: Order<SessionRow> = {
  name: 'sessions',
  descending: true,
  keys: [
    { column: sql`s.last_used_at`, type: 'time', read: (row) => iso(row.last_used_at) },
    { column: sql`s.id`, type: 'id', read: (row) => row.id },
  ],
};

export function sessionsOf(db: Db): Sessions {
  return {
    create: async ({ sha256, userId, expiresAt, address, userAgent }, now) => {
      await sql`delete from sessions where ${isOver(now)}`.execute(db);
      await sql`insert into sessions (sha256, user_id, created_at, expires_at, last_used_at, address, user_agent)
        values (${sha256}, ${userId}, ${iso(now)}, ${iso(expiresAt)}, ${iso(now)}, ${bounded(address)},
          ${bounded(userAgent)})`.execute(db);
    },

    use: async (sha256, now) => {
      const row = await first(
        sql<{
          user_id: string;
          name: string;
          has_password: boolean;
          grants: Grant[];
          expires_at: Date;
          stale: boolean;
        }>`select s.user_id, u.name, u.password_hash is not null as has_password, ${ALL_GRANTS} as grants, s.expires_at,
            s.last_used_at <= ${iso(now)}::timestamptz - interval '1 minute' as stale
          from sessions s join users u on u.id = s.user_id
          where s.sha256 = ${sha256} and not (${isOver(now)}) and u.disabled_at is null`,
        db,
      );
      if (row === null) return null;
      if (row.stale) await sql`update sessions set last_used_at = ${iso(now)} where sha256 = ${sha256}`.execute(db);
      return {
        userId: row.user_id,
        name: row.name,
        hasPassword: row.has_password,
        grants: row.grants,
        expiresAt: iso(row.expires_at),
      };
    },

    list: async ({ limit, cursor, userId }, currentSha256, now) => {
      const filters: RawBuilder<unknown>[] = [sql`not (${isOver(now)})`];
      if (userId !== undefined) filters.push(sql`s.user_id = ${userId}`);
      const where = allOf(cursor === undefined ? filters : [...filters, after(LAST_USED, cursor)]);
      const found = await sql<SessionRow>`
        select s.id, s.sha256, s.user_id, u.name as user, s.address, s.user_agent, s.created_at, s.last_used_at,
          s.expires_at
        from sessions s join users u on u.id = s.user_id
        where ${where} order by ${orderBy(LAST_USED)} limit ${limit + 1}`.execute(db);
      const { rows, next } = cut(LAST_USED, found.rows, limit);
      const total = await countUpTo(db, sql`from sessions s where ${allOf(filters)}`);
      return { items: rows.map((row) => signedInOf(row, currentSha256)), next, ...total };
    },

    remove: async (sha256) => {
      await sql`delete from sessions where sha256 = ${sha256}`.execute(db);
    },

    end: async (id, userId) => {
      const whose = userId === undefined ? sql`true` : sql`user_id = ${userId}`;
      const ended = await sql`delete from sessions where id = ${id} and ${whose} returning id`.execute(db);
      return ended.rows.length > 0;
    },

    endOthers: async (userId, keptSha256) => {
      await sql`delete from sessions where user_id = ${userId} and sha256 <> ${keptSha256}`.execute(db);
    },
  };
}

function isOver(now: Date): RawBuilder<boolean> {
  return sql`(expires_at <= ${iso(now)} or last_used_at <= ${iso(now)}::timestamptz - ${IDLE})`;
}

function bounded(text: string | null): string | null {
  return text === null ? null : storableText(text.slice(0, MOST_TEXT));
}

function signedInOf(row: SessionRow, currentSha256: string | null): SignedIn {
  return {
    id: row.id,
    userId: row.user_id,
    user: row.user,
    address: row.address,
    userAgent: row.user_agent,
    createdAt: iso(row.created_at),
    lastUsedAt: iso(row.last_used_at),
    expiresAt: iso(row.expires_at),
    isCurrent: row.sha256 === currentSha256,
  };
}
