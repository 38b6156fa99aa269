/** What a scan's commit writes, cheaper: new images are put before the policies a statement at a time, not a row at a time. */
import { type Kysely, sql } from 'kysely';

const STATEMENTS: readonly string[] = [
  'drop trigger images_policy_check on images',
  `create function pharos_policy_checks() returns trigger language plpgsql as $$ begin
    insert into policy_checks (digest, version) select digest, 0 from added
      on conflict (digest) do update set version = 0 where policy_checks.version <> 0;
    return null;
  end $$`,
  `create trigger images_policy_check after insert on images referencing new table as added
    for each statement execute function pharos_policy_checks()`,
];

/** Runs in the migration's transaction. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
