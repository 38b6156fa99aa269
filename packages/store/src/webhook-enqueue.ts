/** Deliveries that begin: one for each webhook that wants an entry of the activity feed. */
import { randomUUID } from 'node:crypto';
import type { ActivityEntry, AuditEvent } from '@pharos/contract';
import { entryFor, PatternError, webhookPayload } from '@pharos/library';
import { sql } from 'kysely';
import { type Db, iso, storableText } from './database.ts';

/**
 * Writes a delivery for every enabled webhook that wants this entry. Runs inside the caller's transaction; the lock only
 * keeps a webhook from being deleted before that ends.
 */
export async function enqueue(trx: Db, entry: ActivityEntry, now: Date): Promise<void> {
  const wanting = await sql<{ id: string; repositories: string | null }>`select id, repositories from webhooks
    where enabled and ${entry.type} = any(events) order by id for key share`.execute(trx);
  for (const { id, repositories } of wanting.rows) {
    const told = entryForSafely(repositories, entry);
    if (told !== null)
      await insertDelivery(trx, { webhookId: id, event: entry.type, payload: webhookPayload(told) }, now);
  }
}

/**
 * Writes a delivery of an entry of the audit log for every enabled webhook that wants them. Runs inside its transaction, in
 * which the head of the log is locked: nobody is waited for, and a webhook that is just being deleted needs none.
 */
export async function enqueueAudit(trx: Db, event: AuditEvent, now: Date): Promise<void> {
  const wanting = await sql<{ id: string }>`select id from webhooks
    where enabled and 'audit' = any(events) order by id for key share skip locked`.execute(trx);
  if (wanting.rows.length === 0) return;
  const payload = JSON.stringify({ type: 'audit', timestamp: event.at, data: event });
  for (const { id } of wanting.rows) await insertDelivery(trx, { webhookId: id, event: 'audit', payload }, now);
}

/** A pattern is checked when it is saved; one that a later version cannot run must not stop a scan. */
function entryForSafely(pattern: string | null, entry: ActivityEntry): ActivityEntry | null {
  try {
    return entryFor(pattern, entry);
  } catch (error) {
    if (error instanceof PatternError) return null;
    throw error;
  }
}

/** A delivery that is due at once; with `claimedUntil` it is the caller's already. */
export async function insertDelivery(
  db: Db,
  { webhookId, event, payload }: { webhookId: string; event: string; payload: string },
  now: Date,
  claimedUntil: Date | null = null,
): Promise<string> {
  const id = randomUUID();
  await sql`insert into webhook_deliveries (id, webhook_id, event, payload, state, created_at, next_attempt_at, attempts,
      claimed_until)
    values (${id}, ${webhookId}, ${event}, ${storableText(payload)}, 'waiting', ${iso(now)}, ${iso(now)},
      ${claimedUntil === null ? 0 : 1}, ${iso(claimedUntil)})`.execute(db);
  return id;
}
