/**
 * What the approval queue needs to be quick beside many images. `decided_tags` holds the tags that point to a decided image, by line
 * of builds (repository, major, flavour): the newest approved build of a line, and how many tags of a repository have which state, are
 * read from an index. Triggers keep it, whoever writes tags or states; an approval that has ended stays in it until that is written down.
 * And what an approval was made by, so that it can be held against a rule for two people that comes to hold later.
 */
import { type Kysely, sql } from 'kysely';

/** `-1` and the empty text stand for none, so that one index answers for lines with and without. */
const COLUMNS = 'repository_id, name, digest, state, floating, major, flavour, sort_key';
const valuesOf = (tag: string) => `${tag}.repository_id, ${tag}.name, ${tag}.digest, s.state, ${tag}.floating,
  coalesce(${tag}.major, -1), coalesce(${tag}.flavour, ''), ${tag}.sort_key`;
const TAKE = `on conflict (repository_id, name, digest) do update set state = excluded.state, floating = excluded.floating,
  major = excluded.major, flavour = excluded.flavour, sort_key = excluded.sort_key`;

const STATEMENTS: readonly string[] = [
  // `people`: the strictest approval rule that the approval would have passed. `approver`: the person behind it, null for programs.
  'alter table image_states add column people integer not null default 0, add column approver text',
  // What was approved before was held against the rules of its time; two people are known by the request that it answered.
  `update image_states s set people = case when exists (
      select from approval_requests q join decisions d on d.id = s.decision_id
      where q.digest = s.digest and q.state = 'decided' and q.closed_at = s.decided_at and q.person is not null
        and q.requested_by <> d.actor and d.actor_kind in ('session', 'token')) then 2 else 1 end
    where s.state = 'approved'`,

  `create table decided_tags (
    repository_id uuid not null,
    name text collate "C" not null,
    digest text collate "C" not null,
    state text collate "C" not null,
    floating boolean not null,
    major integer not null,
    flavour text collate "C" not null,
    sort_key text collate "C" not null,
    primary key (repository_id, name, digest),
    foreign key (repository_id, name) references tags on delete cascade
  )`,
  `insert into decided_tags (${COLUMNS}) select ${valuesOf('t')} from tags t join image_states s on s.digest = t.digest
    where t.presence <> 'retired' and s.state <> 'pending'`,
  `create index decided_tags_line on decided_tags (repository_id, major, flavour, sort_key, name)
    where state = 'approved' and not floating`,
  'create index decided_tags_state on decided_tags (state, repository_id)',
  'create index decided_tags_digest on decided_tags (digest)',
  'create index image_states_decided on image_states (decided_at)',
  // The newest build of a line, whatever its state.
  `create index tags_line on tags (repository_id, coalesce(major, -1), coalesce(flavour, '') collate "C", sort_key, name)
    where presence <> 'retired' and not floating`,

  // A batch of new tags is looked up at once; a tag that changes is rare.
  `create function pharos_tags_added() returns trigger language plpgsql as $$ begin
    insert into decided_tags (${COLUMNS}) select ${valuesOf('t')} from added t join image_states s on s.digest = t.digest
      where t.presence <> 'retired' and s.state <> 'pending' ${TAKE};
    return null;
  end $$`,
  `create trigger tags_added after insert on tags referencing new table as added
    for each statement execute function pharos_tags_added()`,
  `create function pharos_tag_changed() returns trigger language plpgsql as $$ begin
    delete from decided_tags where repository_id = new.repository_id and name = new.name
      and (digest <> new.digest or new.presence = 'retired');
    insert into decided_tags (${COLUMNS}) select ${valuesOf('new')} from image_states s
      where s.digest = new.digest and s.state <> 'pending' and new.presence <> 'retired' ${TAKE};
    return null;
  end $$`,
  `create trigger tags_changed after update on tags for each row
    when (old.digest is distinct from new.digest or (old.presence = 'retired') <> (new.presence = 'retired')
      or (old.floating, old.major, old.flavour, old.sort_key) is distinct from (new.floating, new.major, new.flavour, new.sort_key))
    execute function pharos_tag_changed()`,
  `create function pharos_image_decided() returns trigger language plpgsql as $$ begin
    if new.state = 'pending' then
      delete from decided_tags where digest = new.digest;
    else
      insert into decided_tags (${COLUMNS}) select ${valuesOf('t')} from tags t join image_states s on s.digest = t.digest
        where t.digest = new.digest and t.presence <> 'retired' ${TAKE};
    end if;
    return null;
  end $$`,
  'create trigger image_states_added after insert on image_states for each row execute function pharos_image_decided()',
  `create trigger image_states_changed after update on image_states for each row
    when (old.state is distinct from new.state) execute function pharos_image_decided()`,
];

/** Runs in the migration's transaction. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
