/**
 * Requests for approval, with who asked, who is assigned and what was said. `images.undecided` is the state of the image as
 * the last decision left it, so that the queue finds what is pending without looking at what is decided.
 */
import { type Kysely, sql } from 'kysely';

const STATEMENTS: readonly string[] = [
  // `person` is who stands behind it; null for robots and for tokens without an owner.
  `create table approval_requests (
    id bigint generated always as identity primary key,
    digest text collate "C" not null,
    person text,
    requested_by text not null,
    reason text not null,
    state text not null default 'open' check (state in ('open', 'withdrawn', 'decided')),
    at timestamptz not null,
    closed_at timestamptz
  )`,
  'create index approval_requests_digest on approval_requests (digest, id)',
  "create index approval_requests_open on approval_requests (at, digest) where state = 'open'",
  `create table approval_comments (
    id bigint generated always as identity primary key,
    digest text collate "C" not null,
    author text not null,
    text text not null,
    at timestamptz not null
  )`,
  'create index approval_comments_digest on approval_comments (digest, id)',
  `create table approval_assignees (
    digest text collate "C" primary key,
    user_id uuid not null references users (id) on delete cascade,
    assigned_by text not null,
    at timestamptz not null
  )`,
  'create index approval_assignees_user on approval_assignees (user_id)',
  `create table approval_rules (
    id uuid primary key,
    pattern text collate "C" not null unique,
    people integer not null check (people in (1, 2)),
    created_at timestamptz not null,
    created_by text not null
  )`,
  'alter table images add column undecided boolean not null default true',
  `update images set undecided = false
    where digest in (select digest from image_states where state <> 'pending')`,
  'create index images_undecided on images (first_seen_at, digest) where undecided',
];

/** Runs in the migration's transaction. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
