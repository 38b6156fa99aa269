/**
 * Indexes for what is asked most. Each profile knows which letters, pairs of letters, first numbers and labels its tags hold, so that a
 * word or a label looks at the profiles that can have it, and in each of them in the order that was asked for.
 */
import { type Kysely, sql } from 'kysely';

const STATEMENTS: readonly string[] = [
  `create table profile_terms (
    term text collate "C" not null,
    profile_id integer not null references tag_profiles (id) on delete cascade,
    primary key (term, profile_id)
  )`,
  'create index profile_terms_profile on profile_terms (profile_id)',

  // The same as profile-terms.ts keeps from now on. Names are cut into runs of letters first: they are few.
  `insert into profile_terms (term, profile_id)
    select distinct substr(run, at, length), profile_id from (
      select distinct t.profile_id, lower(w.word[1] collate "C") as run
      from tags t cross join lateral regexp_matches(t.name, '[A-Za-z]+', 'g') as w(word) where t.profile_id is not null
    ) runs cross join lateral generate_series(1, length(run)) as at cross join (values (1), (2)) as l(length)
    where at + length - 1 <= length(run)`,
  `insert into profile_terms (term, profile_id)
    select distinct '^' || substring(t.name from '^([0-9]{1,4})(?:[^0-9]|$)'), t.profile_id
    from tags t where t.profile_id is not null and t.name ~ '^[0-9]{1,4}([^0-9]|$)'`,
  `insert into profile_terms (term, profile_id)
    select distinct 'label ' || l.key || '=' || l.value, t.profile_id
    from tags t join images i on i.digest = t.digest
      cross join lateral jsonb_each_text(case when jsonb_typeof(i.observation -> 'labels') = 'object'
        then i.observation -> 'labels' else '{}' end) l
    where t.profile_id is not null and l.key ~ '^[ -~]{1,100}$' and l.value ~ '^[ -~]{0,40}$'
      and l.value !~* '[0-9]{3}|[0-9a-f]{7}'`,

  // What is new or has moved is counted by these alone.
  `create index tags_retired on tags (first_seen_at) where presence = 'retired'`,
  'drop index tags_moved',
  `create index tags_moved on tags (moved_at) where moved_at is not null and presence <> 'retired'`,

  // Lists of repositories by what their tags are.
  'create index repository_profiles_profile on repository_profiles (profile_id, repository_id)',

  // Newer tags are looked for among exact releases of the same flavour and base.
  `create index tags_newer on tags (repository_id, coalesce(flavour, ''), coalesce(version ->> 'os', ''), sort_key, name)
    where presence <> 'retired' and version ->> 'prerelease' is null and sort_key >= '2'`,
  // Kinds are told by profiles; what a repository's profiles are, its rows or the profiles' own indexes tell.
  'drop index tags_kind',
  'drop index tags_repository_profile',
];

/** Runs in the migration's transaction. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
