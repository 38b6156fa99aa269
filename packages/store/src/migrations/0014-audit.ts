/**
 * The audit log, a hash chain: each entry's hash is over the entry and the hash before it (`contract/src/audit-chain.ts`), and
 * `audit_head` holds the newest, so that a log cut short is noticed. `detail` is text: what was hashed is what is stored.
 * `audit_signed_heads` keeps what the server signed now and then.
 */
import { type Kysely, sql } from 'kysely';

const STATEMENTS: readonly string[] = [
  `create table audit_events (
    seq bigint primary key,
    at timestamptz not null,
    actor text not null,
    actor_kind text not null,
    action text not null,
    outcome text not null,
    subject_kind text not null,
    subject text not null,
    location_id text,
    reason text not null,
    request_id text,
    detail text not null,
    previous_hash text not null,
    hash text not null
  )`,
  'create index audit_events_actor on audit_events (actor, seq)',
  'create index audit_events_action on audit_events (action, seq)',
  'create index audit_events_subject on audit_events (subject_kind, subject, seq)',
  'create index audit_events_outcome on audit_events (outcome, seq)',
  'create index audit_events_location on audit_events (location_id, seq) where location_id is not null',
  'create index audit_events_at on audit_events (at, seq)',
  'create table audit_head (id integer primary key check (id = 1), seq bigint not null, hash text not null)',
  "insert into audit_head values (1, 0, '')",
  // Nobody changes an entry by mistake. Whoever owns the database can still do it on purpose: then the chain shows it.
  `create function refuse_audit_change() returns trigger language plpgsql as $$
    begin raise exception 'entries of the audit log are never changed'; end $$`,
  `create trigger audit_events_stay before update or delete on audit_events
    for each row execute function refuse_audit_change()`,
  `create table audit_signed_heads (
    seq bigint not null,
    hash text not null,
    at timestamptz not null,
    signature text not null,
    public_key text not null,
    primary key (seq, public_key)
  )`,
];

/** Runs in the migration's transaction. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
