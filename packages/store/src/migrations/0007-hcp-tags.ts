/**
 * What people put on the library themselves: HCP tags, the words about a repository, favourites and saved views. Nothing
 * of it comes from a registry, and nothing of it goes to one.
 */
import { type Kysely, sql } from 'kysely';

const STATEMENTS: readonly string[] = [
  `create table hcp_tags (
    id uuid primary key,
    name text collate "C" not null,
    color text not null,
    description text not null default '',
    created_by text not null,
    created_at timestamptz not null,
    updated_by text not null,
    updated_at timestamptz not null
  )`,
  'create unique index hcp_tags_name_taken on hcp_tags (lower(name))',

  `create table hcp_tag_repositories (
    repository_id uuid not null references repositories (id) on delete cascade,
    hcp_tag_id uuid not null references hcp_tags (id) on delete cascade,
    created_by text not null,
    created_at timestamptz not null,
    primary key (repository_id, hcp_tag_id)
  )`,
  'create index hcp_tag_repositories_tag on hcp_tag_repositories (hcp_tag_id, repository_id)',

  // By digest, not by tag: a tag that moves does not take what was said of one image to another. No foreign key, for a tag
  // may point to an image that no agent has read yet.
  `create table hcp_tag_images (
    digest text collate "C" not null,
    hcp_tag_id uuid not null references hcp_tags (id) on delete cascade,
    created_by text not null,
    created_at timestamptz not null,
    primary key (digest, hcp_tag_id)
  )`,
  'create index hcp_tag_images_tag on hcp_tag_images (hcp_tag_id, digest)',

  // Who did what. It outlives the HCP tag it tells of, so it has its name and no foreign key.
  `create table hcp_tag_changes (
    id bigint generated always as identity primary key,
    at timestamptz not null,
    by text not null,
    action text not null,
    hcp_tag_id uuid not null,
    name text not null,
    detail text not null,
    repositories integer not null default 0,
    images integer not null default 0,
    subjects text[] not null default '{}'
  )`,
  'create index hcp_tag_changes_tag on hcp_tag_changes (hcp_tag_id, id)',

  // The words of a person win over the words of a rule, which are kept so that they can come back. The revisions count
  // what people wrote: who writes over a revision that is not the newest is told so.
  `alter table repositories
    add column rule_description text not null default '',
    add column own_description text,
    add column description_revision integer not null default 0,
    add column description_by text,
    add column description_at timestamptz,
    add column readme_revision integer not null default 0,
    add column readme_by text,
    add column readme_at timestamptz`,
  'update repositories set rule_description = description',

  // What an image says of itself and lists show. TDE is drawn with the other facts of a tag; those drawn before are drawn
  // here, by the same annotation and label.
  'alter table tags add column if not exists tde boolean',
  `update tags t set tde = f.features ~ '(^|[,\\s])tde([,\\s]|$)'
    from (
      select digest, coalesce(observation -> 'annotations' ->> 'org.enterprisedb.pg.features',
        observation -> 'labels' ->> 'org.enterprisedb.pg.features') as features from images
    ) f where f.digest = t.digest and f.features is not null and t.kind = 'postgres'`,

  // Signatures that only a tag tells of (sha256-<hex>.sig, by cosign): the digests that they are of, by listing.
  `create table signature_tags (
    digest text collate "C" not null,
    repository_id uuid not null references repositories (id) on delete cascade,
    primary key (digest, repository_id)
  )`,
  'create index signature_tags_repository on signature_tags (repository_id)',
  `insert into signature_tags (digest, repository_id)
    select distinct regexp_replace(n.name, '^(sha256|sha512)-([a-f0-9]+)\\.sig$', '\\1:\\2'), r.id
    from listings l join repositories r on r.registry_id = l.registry_id and r.name = l.repository
      cross join lateral unnest(string_to_array(l.names, E'\\n')) n(name)
    where l.names like '%.sig%' and n.name ~ '^(sha256-[a-f0-9]{64}|sha512-[a-f0-9]{128})\\.sig$'`,

  `create table favourite_repositories (
    user_id uuid not null references users (id) on delete cascade,
    repository_id uuid not null references repositories (id) on delete cascade,
    created_at timestamptz not null,
    primary key (user_id, repository_id)
  )`,
  'create index favourite_repositories_repository on favourite_repositories (repository_id)',

  `create table saved_views (
    id uuid primary key,
    user_id uuid not null references users (id) on delete cascade,
    page text not null,
    name text collate "C" not null,
    query text not null,
    is_default boolean not null default false,
    created_at timestamptz not null,
    updated_at timestamptz not null
  )`,
  'create unique index saved_views_name_taken on saved_views (user_id, page, lower(name))',
  'create unique index saved_views_default on saved_views (user_id, page) where is_default',
];

/** Runs in the migration's transaction. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
