/** The audit log: appended to in the transaction of what it tells of. */
import { createHash } from 'node:crypto';
import { type AuditEvent, auditText } from '@pharos/contract';
import { sql } from 'kysely';
import { type Db, first, iso, jsonText, storableText } from './database.ts';
import { enqueueAudit } from './webhook-enqueue.ts';

export interface NewAuditEvent {
  readonly actor: string;
  readonly actorKind: 'session' | 'token' | 'agent' | 'policy' | 'system' | 'nobody';
  /** Name of the event in the route table, e.g. `rule.update`. */
  readonly action: string;
  readonly outcome: 'done' | 'denied' | 'failed';
  readonly subjectKind: string;
  readonly subject: string;
  readonly locationId?: string | null;
  readonly reason?: string;
  readonly requestId?: string | null;
  /** Never a secret. */
  readonly detail?: Readonly<Record<string, unknown>>;
}

/** Appends an entry. Whoever appends waits for the transaction of the entry before it: append last, and commit at once. */
export async function appendAudit(trx: Db, event: NewAuditEvent, now: Date): Promise<number> {
  const head = (await first(
    sql<{ seq: number; hash: string }>`select seq, hash from audit_head where id = 1 for update`,
    trx,
  ))!;
  const entry = {
    seq: head.seq + 1,
    at: iso(now),
    actor: storableText(event.actor),
    actorKind: event.actorKind,
    action: event.action,
    outcome: event.outcome,
    subjectKind: event.subjectKind,
    subject: storableText(event.subject),
    locationId: event.locationId ?? null,
    reason: storableText(event.reason ?? ''),
    requestId: event.requestId ?? null,
    detail: jsonText(event.detail ?? {}),
  };
  const hash = createHash('sha256').update(auditText(head.hash, entry)).digest('hex');
  await sql`insert into audit_events (seq, at, actor, actor_kind, action, outcome, subject_kind, subject, location_id, reason,
      request_id, detail, previous_hash, hash)
    values (${entry.seq}, ${entry.at}, ${entry.actor}, ${entry.actorKind}, ${entry.action}, ${entry.outcome},
      ${entry.subjectKind}, ${entry.subject}, ${entry.locationId}, ${entry.reason}, ${entry.requestId}, ${entry.detail},
      ${head.hash}, ${hash})`.execute(trx);
  await sql`update audit_head set seq = ${entry.seq}, hash = ${hash} where id = 1`.execute(trx);
  await enqueueAudit(trx, { ...entry, previousHash: head.hash, hash } satisfies AuditEvent, now);
  return entry.seq;
}
