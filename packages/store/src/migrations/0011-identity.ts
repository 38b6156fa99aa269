/**
 * People, robots, teams and their roles. A role is given to a person or a team, for everything, a location or repositories.
 * What a reader with such a role sees is drawn by the views of `seen.ts`, not by the queries of the lists.
 */
import { type Kysely, sql } from 'kysely';

const STATEMENTS: readonly string[] = [
  `alter table users add column kind text not null default 'person'`,
  `alter table users add column display_name text not null default ''`,
  `alter table users add column origin text not null default 'local'`,
  // Who somebody is at the identity provider: issuer and subject, never the name or the address.
  'alter table users add column issuer text',
  'alter table users add column subject text',
  'alter table users add column disabled_at timestamptz',
  'alter table users add column last_sign_in_at timestamptz',
  'alter table users alter column password_hash drop not null',
  'create unique index users_subject on users (issuer, subject)',
  'create index users_by_name on users (name, id)',

  `create table teams (
    id uuid primary key,
    name text collate "C" not null,
    description text not null default '',
    groups text[] not null default '{}',
    created_at timestamptz not null
  )`,
  'create unique index teams_name_taken on teams (lower(name))',
  'create index teams_by_name on teams (name, id)',

  `create table team_members (
    team_id uuid not null references teams (id) on delete cascade,
    user_id uuid not null references users (id) on delete cascade,
    primary key (team_id, user_id)
  )`,
  'create index team_members_user on team_members (user_id)',

  `create table grants (
    user_id uuid references users (id) on delete cascade,
    team_id uuid references teams (id) on delete cascade,
    role text not null,
    scope text not null,
    check ((user_id is null) <> (team_id is null))
  )`,
  'create unique index grants_user on grants (user_id, role, scope) where user_id is not null',
  'create unique index grants_team on grants (team_id, role, scope) where team_id is not null',
  `insert into grants (user_id, role, scope) select id, role, 'everywhere' from users`,
  'alter table users drop column role',

  `create table password_links (
    user_id uuid primary key references users (id) on delete cascade,
    sha256 text not null unique,
    expires_at timestamptz not null
  )`,

  'alter table sessions add column id uuid not null default gen_random_uuid()',
  'alter table sessions add column address text',
  'alter table sessions add column user_agent text',
  'alter table sessions add column last_used_at timestamptz',
  'update sessions set last_used_at = created_at',
  'alter table sessions alter column last_used_at set not null',
  'create unique index sessions_id on sessions (id)',
  'create index sessions_user on sessions (user_id, last_used_at, id)',
  'create index sessions_used on sessions (last_used_at, id)',

  // The owner's rights bound the token's; an agent's token has none, for it must outlive whoever made it.
  'alter table tokens add column owner_id uuid references users (id) on delete cascade',
  'alter table tokens alter column role drop not null',
  'alter table tokens add column old_sha256 text unique',
  'alter table tokens add column old_until timestamptz',
  'create index tokens_owner on tokens (owner_id)',
];

/** Runs in the migration's transaction. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
