/**
 * Join tokens, and the key pairs that agents sign with.
 */
import { type Kysely, sql } from 'kysely';

const STATEMENTS: readonly string[] = [
  `create table join_tokens (
    id uuid primary key,
    sha256 text not null unique,
    name text not null,
    location_id text not null,
    created_by text not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    used_at timestamptz,
    agent_id uuid
  )`,
  // An agent joins before it says hello, so there is no row of it yet to refer to.
  `create table agent_keys (
    agent_id uuid primary key,
    location_id text not null,
    public_key text not null,
    previous_public_key text,
    generation integer not null,
    joined_at timestamptz not null,
    last_used_at timestamptz,
    revoked_at timestamptz,
    copied_at timestamptz
  )`,
];

/** Runs in the migration's transaction. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
