/**
 * Which images a trusted key's signature was verified of, so that searches and counts can ask for it: a part of the profile of their tags.
 * Of that nothing is filled here: what was verified before is put in the queue, and marked in the background as what is verified later.
 *
 * And `decided_tags` (0024) knows the profile and the age of its tags, so that counts of what is approved never look at tags. Triggers
 * fill it for a tag that comes or moves; what is drawn anew is taken over where profiles are counted.
 */
import { type Kysely, sql } from 'kysely';

const COLUMNS = 'repository_id, name, digest, state, floating, major, flavour, sort_key, profile_id, effective_at';
const valuesOf = (tag: string) => `${tag}.repository_id, ${tag}.name, ${tag}.digest, s.state, ${tag}.floating,
  coalesce(${tag}.major, -1), coalesce(${tag}.flavour, ''), ${tag}.sort_key, ${tag}.profile_id, ${tag}.effective_at`;
const TAKE = `on conflict (repository_id, name, digest) do update set state = excluded.state, floating = excluded.floating,
  major = excluded.major, flavour = excluded.flavour, sort_key = excluded.sort_key, profile_id = excluded.profile_id,
  effective_at = excluded.effective_at`;

const STATEMENTS: readonly string[] = [
  'alter table tag_profiles add column verified boolean not null default false',
  // `valid_until`: when the last of the signatures expires; null: never.
  `create table verified_images (
    digest text collate "C" primary key,
    valid_until timestamptz
  )`,
  'create index verified_images_expiry on verified_images (valid_until) where valid_until is not null',
  // Images of which it is to be looked again whether a signature counts; `asked`: how often since it was looked last.
  'create table verified_due (digest text collate "C" primary key, asked bigint not null default 0)',
  `insert into verified_due (digest) select distinct e.subject from verifications v join evidence e on e.id = v.evidence_id
    where v.outcome = 'verified' and v.what = 'signature'`,
  // Evidence goes with its repository; the same image may stand in others.
  `create function pharos_evidence_gone() returns trigger language plpgsql as $$ begin
    insert into verified_due as w (digest) select distinct g.subject from gone g join verified_images v on v.digest = g.subject order by 1
      on conflict (digest) do update set asked = w.asked + 1;
    return null;
  end $$`,
  `create trigger evidence_gone after delete on evidence referencing old table as gone
    for each statement execute function pharos_evidence_gone()`,

  'alter table decided_tags add column profile_id integer, add column effective_at timestamptz',
  `update decided_tags d set profile_id = t.profile_id, effective_at = t.effective_at from tags t
    where t.repository_id = d.repository_id and t.name = d.name`,
  `create or replace function pharos_tags_added() returns trigger language plpgsql as $$ begin
    insert into decided_tags (${COLUMNS}) select ${valuesOf('t')} from added t join image_states s on s.digest = t.digest
      where t.presence <> 'retired' and s.state <> 'pending' ${TAKE};
    return null;
  end $$`,
  `create or replace function pharos_tag_changed() returns trigger language plpgsql as $$ begin
    delete from decided_tags where repository_id = new.repository_id and name = new.name
      and (digest <> new.digest or new.presence = 'retired');
    insert into decided_tags (${COLUMNS}) select ${valuesOf('new')} from image_states s
      where s.digest = new.digest and s.state <> 'pending' and new.presence <> 'retired' ${TAKE};
    return null;
  end $$`,
  `create or replace function pharos_image_decided() returns trigger language plpgsql as $$ begin
    if new.state = 'pending' then
      delete from decided_tags where digest = new.digest;
    else
      insert into decided_tags (${COLUMNS}) select ${valuesOf('t')} from tags t join image_states s on s.digest = t.digest
        where t.digest = new.digest and t.presence <> 'retired' ${TAKE};
    end if;
    return null;
  end $$`,
];

/** Runs in the migration's transaction. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
