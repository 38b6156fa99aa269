/** People and robots. Passwords and one-time links are stored as hashes only. */
import type { User, UserGrant } from '@pharos/contract';
import { type RawBuilder, sql } from 'kysely';
import { noteAudit } from './audit-context.ts';
import { after, cut, type Order, orderBy } from './cursor.ts';
import { allOf, containing, countUpTo, type Db, first, iso } from './database.ts';
import { externalUser } from './external-user.ts';
import { keepingAnAdministrator, replaceGrants } from './grants.ts';
import type { Users } from './user-port.ts';

interface UserRow {
  id: string;
  name: string;
  display_name: string;
  kind: User['kind'];
  origin: User['origin'];
  has_password: boolean;
  disabled_at: Date | null;
  grants: UserGrant[];
  teams: { id: string; name: string }[];
  created_at: Date;
  last_sign_in_at: Date | null;
}

const COLUMNS: RawBuilder<UserRow> = sql`
  u.id, u.name, u.display_name, u.kind, u.origin, u.password_hash is not null as has_password, u.disabled_at,
  u.created_at, u.last_sign_in_at,
  coalesce((select jsonb_agg(jsonb_build_object('role', g.role, 'scope', g.scope) order by g.scope, g.role)
    from grants g where g.user_id = u.id), '[]') as grants,
  coalesce((select jsonb_agg(jsonb_build_object('id', t.id, 'name', t.name) order by t.name)
    from team_members m join teams t on t.id = m.team_id where m.user_id = u.id), '[]') as teams`;

const BY_NAME: Order<UserRow> = {
  name: 'users',
  descending: false,
  keys: [
    { column: sql`u.name`, type: 'text', read: (row) => row.name },
    { column: sql`u.id`, type: 'id', read: (row) => row.id },
  ],
};

export function usersOf(db: Db): Users {
  const get = async (id: string, on: Db = db) => {
    const row = await first(sql<UserRow>`select ${COLUMNS} from users u where u.id = ${id}`, on);
    return row && userOf(row);
  };
  return {
    count: async () =>
      (await first(sql<{ n: number }>`select count(*) as n from users where kind = 'person'`, db))?.n ?? 0,

    list: async ({ limit, cursor, q, kind }) => {
      const filters: RawBuilder<unknown>[] = [];
      if (q) filters.push(sql`(u.name ilike ${containing(q)} or u.display_name ilike ${containing(q)})`);
      if (kind !== undefined) filters.push(sql`u.kind = ${kind}`);
      const where = allOf(cursor === undefined ? filters : [...filters, after(BY_NAME, cursor)]);
      const found = await sql<UserRow>`select ${COLUMNS} from users u
        where ${where} order by ${orderBy(BY_NAME)} limit ${limit + 1}`.execute(db);
      const { rows, next } = cut(BY_NAME, found.rows, limit);
      return { items: rows.map(userOf), next, ...(await countUpTo(db, sql`from users u where ${allOf(filters)}`)) };
    },

    get: (id) => get(id),

    create: ({ id, name, displayName = '', kind = 'person', passwordHash, grants }, now) =>
      db.transaction().execute(async (trx) => {
        noteAudit({ subject: id });
        await sql`insert into users (id, name, display_name, kind, password_hash, created_at)
          values (${id}, ${name}, ${displayName}, ${kind}, ${passwordHash}, ${iso(now)})`.execute(trx);
        await replaceGrants(trx, { userId: id }, grants);
        return (await get(id, trx))!;
      }),

    update: (id, { displayName, disabled, grants }, now) =>
      keepingAnAdministrator(db, async (trx) => {
        if ((await get(id, trx)) === null) return null;
        if (displayName !== undefined) {
          await sql`update users set display_name = ${displayName} where id = ${id}`.execute(trx);
        }
        if (disabled !== undefined) {
          await sql`update users set disabled_at = ${disabled ? iso(now) : null} where id = ${id}`.execute(trx);
        }
        if (disabled) {
          await sql`delete from sessions where user_id = ${id}`.execute(trx);
          await sql`delete from password_links where user_id = ${id}`.execute(trx);
        }
        if (grants !== undefined) await replaceGrants(trx, { userId: id }, grants);
        return get(id, trx);
      }),

    remove: (id) =>
      keepingAnAdministrator(
        db,
        async (trx) => (await sql`delete from users where id = ${id} returning id`.execute(trx)).rows.length > 0,
      ),

    byName: async (name) => {
      const row = await first(
        sql<{ id: string; name: string; password_hash: string }>`
          select id, name, password_hash from users
          where lower(name) = lower(${name}) and password_hash is not null and disabled_at is null`,
        db,
      );
      return row && { id: row.id, name: row.name, passwordHash: row.password_hash };
    },

    passwordHash: async (id) =>
      (await first(sql<{ hash: string | null }>`select password_hash as hash from users where id = ${id}`, db))?.hash ??
      null,

    setPassword: (id, passwordHash, keepSession = '') =>
      db.transaction().execute(async (trx) => {
        await sql`update users set password_hash = ${passwordHash} where id = ${id}`.execute(trx);
        await sql`delete from password_links where user_id = ${id}`.execute(trx);
        await sql`delete from sessions where user_id = ${id} and sha256 <> ${keepSession}`.execute(trx);
      }),

    offerLink: async (userId, sha256, expiresAt) => {
      await sql`insert into password_links (user_id, sha256, expires_at)
        values (${userId}, ${sha256}, ${iso(expiresAt)})
        on conflict (user_id) do update set sha256 = excluded.sha256, expires_at = excluded.expires_at`.execute(db);
    },

    takeLink: (sha256, now) =>
      db.transaction().execute(async (trx) => {
        const row = await first(
          sql<{ user_id: string; name: string; is_valid: boolean }>`
            delete from password_links l using users u
            where l.sha256 = ${sha256} and u.id = l.user_id and u.origin = 'local' and u.disabled_at is null
            returning l.user_id, u.name, l.expires_at > ${iso(now)} as is_valid`,
          trx,
        );
        if (row === null) return null;
        noteAudit({ actor: row.name, actorKind: 'session', subjectKind: 'user', subject: row.user_id });
        return row.is_valid ? row.user_id : null;
      }),

    signedIn: async (id, now) => {
      await sql`update users set last_sign_in_at = ${iso(now)} where id = ${id}`.execute(db);
    },

    external: (identity, now) => externalUser(db, identity, now),
  };
}

function userOf(row: UserRow): User {
  const isInvited = row.kind === 'person' && row.origin === 'local' && !row.has_password;
  return {
    id: row.id,
    name: row.name,
    displayName: row.display_name,
    kind: row.kind,
    origin: row.origin,
    state: row.disabled_at !== null ? 'disabled' : isInvited ? 'invited' : 'active',
    grants: row.grants,
    teams: row.teams,
    createdAt: iso(row.created_at),
    lastSignInAt: iso(row.last_sign_in_at),
  };
}
