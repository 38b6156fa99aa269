/** People of an identity provider: known by issuer and subject, their roles and teams replaced at each sign-in. */
import { createHash, randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { type Db, first, iso } from './database.ts';
import { replaceGrants } from './grants.ts';
import type { ExternalIdentity } from './user-port.ts';

/**
 * The user of an identity, made at the first sign-in. What the groups give replaces roles and teams, so that who left a
 * group has lost its role. Answers null for a disabled user: disabling here outlasts a sign-in there.
 */
export function externalUser(db: Db, identity: ExternalIdentity, now: Date): Promise<string | null> {
  const { issuer, subject, displayName, grants, groups } = identity;
  return db.transaction().execute(async (trx) => {
    await sql`select pg_advisory_xact_lock(hashtext(${`${issuer} ${subject}`}))`.execute(trx);
    const known = await first(
      sql<{ id: string; disabled: boolean }>`select id, disabled_at is not null as disabled from users
        where issuer = ${issuer} and subject = ${subject}`,
      trx,
    );
    if (known?.disabled) return null;
    const id = known?.id ?? randomUUID();
    if (known === null) {
      const name = await freeName(trx, identity);
      await sql`insert into users (id, name, display_name, origin, issuer, subject, created_at)
        values (${id}, ${name}, ${displayName}, 'oidc', ${issuer}, ${subject}, ${iso(now)})`.execute(trx);
    } else {
      await sql`update users set display_name = ${displayName} where id = ${id}`.execute(trx);
    }
    await replaceGrants(trx, { userId: id }, grants);
    await sql`delete from team_members where user_id = ${id}`.execute(trx);
    await sql`insert into team_members (team_id, user_id)
      select id, ${id}::uuid from teams where groups && ${[...groups]}::text[]`.execute(trx);
    return id;
  });
}

/** The name that the provider tells, unless somebody has it: a name never leads into the account of another. */
async function freeName(trx: Db, { issuer, subject, name }: ExternalIdentity): Promise<string> {
  const plain = name.replace(/[^\w.@-]+/g, '-').slice(0, 60);
  const tail = createHash('sha256').update(`${issuer} ${subject}`).digest('hex').slice(0, 8);
  const taken = await first(sql`select 1 as n from users where lower(name) = lower(${plain})`, trx);
  return plain === '' || taken !== null ? `${plain || 'user'}-${tail}` : plain;
}
