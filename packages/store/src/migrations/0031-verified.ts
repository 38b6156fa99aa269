/**
 * Which images a trusted key's signature was verified of, so that searches and counts can ask for it: a part of the profile of their tags.
 * Nothing is filled here: what was verified before is put in the queue, and marked in the background as what is verified later.
 */
import { type Kysely, sql } from 'kysely';

const STATEMENTS: readonly string[] = [
  'alter table tag_profiles add column verified boolean not null default false',
  // `valid_until`: when the last of the signatures expires; null: never.
  `create table verified_images (
    digest text collate "C" primary key,
    valid_until timestamptz
  )`,
  'create index verified_images_expiry on verified_images (valid_until) where valid_until is not null',
  // Images of which it is to be looked again whether a signature counts.
  'create table verified_due (digest text collate "C" primary key)',
  `insert into verified_due select distinct e.subject from verifications v join evidence e on e.id = v.evidence_id
    where v.outcome = 'verified' and v.what = 'signature'`,
  // Evidence goes with its repository; the same image may stand in others.
  `create function pharos_evidence_gone() returns trigger language plpgsql as $$ begin
    insert into verified_due select distinct g.subject from gone g join verified_images v on v.digest = g.subject order by 1
      on conflict (digest) do update set digest = excluded.digest;
    return null;
  end $$`,
  `create trigger evidence_gone after delete on evidence referencing old table as gone
    for each statement execute function pharos_evidence_gone()`,
];

/** Runs in the migration's transaction. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
