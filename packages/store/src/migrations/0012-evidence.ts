/**
 * Signatures as agents fetched them, what is trusted, and what was verified. `trust_state` counts every change of what is trusted;
 * evidence that was checked at a lower count is verified again. A result counts only with the revision of its entry.
 */
import { type Kysely, sql } from 'kysely';

const STATEMENTS: readonly string[] = [
  `create table evidence (
    id bigint generated always as identity primary key,
    subject text collate "C" not null,
    repository_id uuid not null references repositories (id) on delete cascade,
    digest text collate "C" not null,
    position integer not null,
    form text not null,
    media_type text not null,
    annotations jsonb not null,
    payload_digest text not null,
    payload bytea,
    subject_manifest bytea,
    problem text,
    fetched_at timestamptz not null,
    checked_at_version bigint not null default 0,
    unique (subject, repository_id, digest, position)
  )`,
  'create index evidence_repository on evidence (repository_id)',
  'create index evidence_due on evidence (checked_at_version, id)',

  `create table trust_entries (
    id uuid primary key,
    name text not null unique,
    kind text not null,
    scope text not null,
    enabled boolean not null,
    key text,
    roots text,
    trusted_root text,
    identities jsonb not null,
    require_reference boolean not null,
    keys jsonb not null,
    revision integer not null default 1,
    created_at timestamptz not null,
    created_by text not null,
    updated_at timestamptz not null,
    updated_by text not null
  )`,

  // Entries go, their history stays: no reference to the entry.
  `create table trust_changes (
    id bigint generated always as identity primary key,
    at timestamptz not null,
    actor text not null,
    action text not null,
    trust_id uuid not null,
    name text not null,
    detail text not null
  )`,
  'create index trust_changes_entry on trust_changes (trust_id, id)',

  'create table trust_state (id integer primary key check (id = 1), version bigint not null)',
  'insert into trust_state values (1, 1)',

  `create table verifications (
    evidence_id bigint not null references evidence (id) on delete cascade,
    trust_id uuid not null references trust_entries (id) on delete cascade,
    trust_revision integer not null,
    outcome text not null,
    reason text not null,
    what text not null,
    predicate_type text,
    signer text,
    signed_at timestamptz,
    valid_until timestamptz,
    verified_at timestamptz not null,
    primary key (evidence_id, trust_id)
  )`,
  'create index verifications_trust on verifications (trust_id, outcome)',
];

/** Runs in the migration's transaction. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
