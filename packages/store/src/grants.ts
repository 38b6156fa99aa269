/** The roles of people and teams, and the one rule over all of them: somebody stays administrator. */
import type { UserGrant } from '@pharos/contract';
import type { Grant } from '@pharos/library';
import { type RawBuilder, sql } from 'kysely';
import { type Db, first } from './database.ts';
import { StoreError } from './errors.ts';

/** What a user of the table `u` may: the own roles and those of the teams, as JSON. */
export const ALL_GRANTS: RawBuilder<Grant[]> = sql`coalesce((
  select jsonb_agg(distinct jsonb_build_object('role', g.role, 'scope', g.scope)) from grants g
  where g.user_id = u.id or g.team_id in (select m.team_id from team_members m where m.user_id = u.id)), '[]')`;

/** Replaces the roles of a user or a team: nothing is ever added to what was there. */
export async function replaceGrants(
  trx: Db,
  holder: { userId: string } | { teamId: string },
  grants: readonly UserGrant[],
): Promise<void> {
  const [column, id] = 'userId' in holder ? [sql`user_id`, holder.userId] : [sql`team_id`, holder.teamId];
  await sql`delete from grants where ${column} = ${id}`.execute(trx);
  for (const { role, scope } of grants) {
    await sql`insert into grants (${column}, role, scope) values (${id}, ${role}, ${scope}) on conflict do nothing`.execute(
      trx,
    );
  }
}

/**
 * Runs a change of who is who. Where there was an administrator of everything who can sign in here with a password, there
 * is one afterwards, or nothing changes. Such changes come one after the other: two administrators who remove each other
 * at once do not both succeed. Throws `last-administrator`.
 */
export function keepingAnAdministrator<T>(db: Db, change: (trx: Db) => Promise<T>): Promise<T> {
  return db.transaction().execute(async (trx) => {
    await sql`select pg_advisory_xact_lock(hashtext('pharos administrators'))`.execute(trx);
    const before = await hasAdministrator(trx);
    const result = await change(trx);
    if (before && !(await hasAdministrator(trx))) {
      throw new StoreError(
        'last-administrator',
        'Nobody would be left who can sign in as administrator of everything.',
        'Make another person with a password administrator of everything first.',
      );
    }
    return result;
  });
}

async function hasAdministrator(db: Db): Promise<boolean> {
  const row = await first(
    sql<{ found: boolean }>`select exists (
      select from users u
      where u.kind = 'person' and u.origin = 'local' and u.disabled_at is null and u.password_hash is not null
        and ${ALL_GRANTS} @> '[{"role": "admin", "scope": "everywhere"}]') as found`,
    db,
  );
  return row?.found ?? false;
}
