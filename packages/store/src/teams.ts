/** Teams: roles that several people hold together. */
import type { Team, UserGrant } from '@pharos/contract';
import { type RawBuilder, sql } from 'kysely';
import { noteAudit } from './audit-context.ts';
import { after, cut, type Order, orderBy } from './cursor.ts';
import { allOf, containing, countUpTo, type Db, first, iso } from './database.ts';
import { keepingAnAdministrator, replaceGrants } from './grants.ts';
import type { Teams } from './user-port.ts';

interface TeamRow {
  id: string;
  name: string;
  description: string;
  groups: string[];
  grants: UserGrant[];
  members: { id: string; name: string }[];
  created_at: Date;
}

const COLUMNS: RawBuilder<TeamRow> = sql`
  t.id, t.name, t.description, t.groups, t.created_at,
  coalesce((select jsonb_agg(jsonb_build_object('role', g.role, 'scope', g.scope) order by g.scope, g.role)
    from grants g where g.team_id = t.id), '[]') as grants,
  coalesce((select jsonb_agg(jsonb_build_object('id', u.id, 'name', u.name) order by u.name)
    from team_members m join users u on u.id = m.user_id where m.team_id = t.id), '[]') as members`;

const BY_NAME: Order<TeamRow> = {
  name: 'teams',
  descending: false,
  keys: [
    { column: sql`t.name`, type: 'text', read: (row) => row.name },
    { column: sql`t.id`, type: 'id', read: (row) => row.id },
  ],
};

export function teamsOf(db: Db): Teams {
  const get = async (id: string, on: Db = db) => {
    const row = await first(sql<TeamRow>`select ${COLUMNS} from teams t where t.id = ${id}`, on);
    return row && teamOf(row);
  };
  return {
    list: async ({ limit, cursor, q }) => {
      const filters = q ? [sql`(t.name ilike ${containing(q)} or t.description ilike ${containing(q)})`] : [];
      const where = allOf(cursor === undefined ? filters : [...filters, after(BY_NAME, cursor)]);
      const found = await sql<TeamRow>`select ${COLUMNS} from teams t
        where ${where} order by ${orderBy(BY_NAME)} limit ${limit + 1}`.execute(db);
      const { rows, next } = cut(BY_NAME, found.rows, limit);
      return { items: rows.map(teamOf), next, ...(await countUpTo(db, sql`from teams t where ${allOf(filters)}`)) };
    },

    get: (id) => get(id),

    create: (id, { name, description, groups, grants, members }, now) =>
      db.transaction().execute(async (trx) => {
        noteAudit({ subject: id });
        await sql`insert into teams (id, name, description, groups, created_at)
          values (${id}, ${name}, ${description}, ${[...groups]}::text[], ${iso(now)})`.execute(trx);
        await replaceGrants(trx, { teamId: id }, grants);
        await replaceMembers(trx, id, members);
        return (await get(id, trx))!;
      }),

    update: (id, { name, description, groups, grants, members }) =>
      keepingAnAdministrator(db, async (trx) => {
        if ((await get(id, trx)) === null) return null;
        if (name !== undefined) await sql`update teams set name = ${name} where id = ${id}`.execute(trx);
        if (description !== undefined) {
          await sql`update teams set description = ${description} where id = ${id}`.execute(trx);
        }
        if (groups !== undefined) {
          await sql`update teams set groups = ${[...groups]}::text[] where id = ${id}`.execute(trx);
        }
        if (grants !== undefined) await replaceGrants(trx, { teamId: id }, grants);
        if (members !== undefined) await replaceMembers(trx, id, members);
        return get(id, trx);
      }),

    remove: (id) =>
      keepingAnAdministrator(
        db,
        async (trx) => (await sql`delete from teams where id = ${id} returning id`.execute(trx)).rows.length > 0,
      ),
  };
}

/** Members by hand are local ones: those of an identity provider come and go with its groups. Unknown ids are left out. */
async function replaceMembers(trx: Db, teamId: string, members: readonly string[]): Promise<void> {
  await sql`delete from team_members m using users u
    where m.team_id = ${teamId} and u.id = m.user_id and u.origin = 'local'`.execute(trx);
  await sql`insert into team_members (team_id, user_id)
    select ${teamId}::uuid, id from users where id = any(${[...members]}::uuid[]) and origin = 'local'
    on conflict do nothing`.execute(trx);
}

function teamOf({ created_at, ...row }: TeamRow): Team {
  return { ...row, createdAt: iso(created_at) };
}
