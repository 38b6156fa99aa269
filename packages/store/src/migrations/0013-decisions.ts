/**
 * What people and policies decided about images, by digest. `image_states` holds what counts now; a digest without a row is
 * pending, and an approval that has expired counts as pending too (`image-states.ts`).
 */
import { type Kysely, sql } from 'kysely';

const STATEMENTS: readonly string[] = [
  `create table decisions (
    id bigint generated always as identity primary key,
    digest text collate "C" not null,
    state text not null,
    previous_state text not null,
    reason text not null,
    actor text not null,
    actor_kind text not null,
    policy_id uuid,
    successor text,
    expires_at timestamptz,
    at timestamptz not null,
    detail jsonb not null default '{}'
  )`,
  'create index decisions_digest on decisions (digest, id)',
  `create table image_states (
    digest text collate "C" primary key,
    state text not null check (state in ('pending', 'approved', 'rejected', 'deprecated', 'revoked')),
    decision_id bigint not null references decisions (id),
    successor text,
    expires_at timestamptz,
    decided_at timestamptz not null
  )`,
  'create index image_states_state on image_states (state, digest)',
  'create index image_states_expiry on image_states (expires_at) where expires_at is not null',
];

/** Runs in the migration's transaction. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
