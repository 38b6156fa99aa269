/**
 * Search that stays instant at a million tags. What very many tags have in common stands once, as a profile; lists and
 * counts are decided by some thousand profiles instead of by the tags. Each order has an index within a profile, so that
 * the first page of any combination of filters is merged out of the beginnings of these.
 */
import { type Kysely, sql } from 'kysely';

const STATEMENTS: readonly string[] = [
  // `varies` names the columns in which the tags of a profile differ; they say nothing here.
  `create table tag_profiles (
    id integer generated always as identity primary key,
    hash text not null unique,
    registry_id uuid not null references registries (id) on delete cascade,
    kind text not null,
    engine text,
    major integer,
    flavour text,
    floating boolean not null,
    signed boolean not null,
    platforms text[] not null,
    extension_names text[] not null,
    varies text[] not null default '{}'
  )`,
  'create index tag_profiles_registry on tag_profiles (registry_id)',

  // Tags of a repository that are not retired, by profile. Each commit writes those of its own repository only, so that
  // commits do not wait for each other.
  `create table repository_profiles (
    repository_id uuid not null references repositories (id) on delete cascade,
    profile_id integer not null,
    tags integer not null,
    primary key (repository_id, profile_id)
  )`,

  'alter table tags add column signed boolean not null default false, add column profile_id integer',

  `update tags t set signed = true where t.digest in (
    select subject from referrers where artifact_type ~ '^application/vnd\\.(dev\\.cosign\\.(simplesigning|artifact\\.sig)\\.|cncf\\.notary\\.signature$)')`,

  // The same as tag-profiles.ts computes from now on; a profile that came out differently would only stand twice.
  `create temporary table profile_of on commit drop as
    select t.repository_id, t.name, t.registry_id, t.kind, t.engine, m.major, f.flavour, t.floating, t.signed,
      array(select p from unnest(t.platforms) p order by p collate "C") as platforms,
      array(select x from unnest(t.extension_names) x order by x collate "C") as extension_names,
      array_remove(array[case when m.major is distinct from t.major then 'major' end,
        case when f.flavour is distinct from t.flavour then 'flavour' end], null) as varies,
      null::text as hash
    from tags t
      cross join lateral (select case when t.major < 1000 then t.major end as major) m
      cross join lateral (select case when t.flavour ~ '^[a-z]{1,20}(-[a-z]{1,20}){0,3}$' then t.flavour end as flavour) f`,
  `update profile_of set hash = md5(concat_ws(E'\\x1f', registry_id, kind, coalesce(engine, ''), coalesce(major::text, ''),
    coalesce(flavour, ''), floating, signed, array_to_string(platforms, ','),
    array_to_string(extension_names, ','), array_to_string(varies, ',')))`,
  `insert into tag_profiles (hash, registry_id, kind, engine, major, flavour, floating, signed, platforms,
      extension_names, varies)
    select distinct on (hash) hash, registry_id, kind, engine, major, flavour, floating, signed, platforms,
      extension_names, varies from profile_of order by hash`,
  `update tags t set profile_id = p.id from profile_of o join tag_profiles p on p.hash = o.hash
    where t.repository_id = o.repository_id and t.name = o.name collate "C"`,
  `insert into repository_profiles (repository_id, profile_id, tags)
    select repository_id, profile_id, count(*) from tags where presence <> 'retired' group by 1, 2`,

  `create index tags_profile_version on tags (profile_id, sort_key, repository_id, name) where presence <> 'retired'`,
  `create index tags_profile_created on tags (profile_id, effective_at, repository_id, name) where presence <> 'retired'`,
  `create index tags_profile_pushed on tags (profile_id, coalesce(pushed_at, timestamptz '1970-01-01 00:00:00+00'), repository_id, name)
    where presence <> 'retired'`,
  `create index tags_profile_name on tags (profile_id, name, repository_id) where presence <> 'retired'`,
  `create index tags_profile_seen on tags (profile_id, first_seen_at, repository_id, name) where presence <> 'retired'`,
  `create index tags_repository_profile on tags (repository_id, profile_id) where presence <> 'retired'`,
  'create index tags_size on tags (size) where size is not null',
  'create index tags_findings on tags (first_seen_at) where findings > 0',
  // The profiles answer these now.
  'drop index tags_engine',
  'drop index tags_platforms',
  'drop index tags_extensions',

  `create index images_labels on images using gin ((observation -> 'labels'))`,
  `create index images_annotations on images using gin ((observation -> 'annotations'))`,
];

/** Runs in the migration's transaction. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
