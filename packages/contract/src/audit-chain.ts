/** The hash chain of the audit log: an entry that is edited, missing, moved or cut off no longer fits its neighbours. */

/** What is hashed of an entry, in this order. `detail` is the JSON text as stored; times are RFC 3339 with milliseconds. */
export interface AuditContent {
  readonly seq: number;
  readonly at: string;
  readonly actor: string;
  readonly actorKind: string;
  readonly action: string;
  readonly outcome: string;
  readonly subjectKind: string;
  readonly subject: string;
  readonly locationId: string | null;
  readonly reason: string;
  readonly requestId: string | null;
  readonly detail: string;
}

/** The text whose SHA-256, in hexadecimal, is the hash of an entry: the hash before it (empty for the first), then the entry. */
export function auditText(previousHash: string, entry: AuditContent): string {
  const { seq, at, actor, actorKind, action, outcome, subjectKind, subject } = entry;
  const { locationId, reason, requestId, detail } = entry;
  const about = [subjectKind, subject, locationId, reason, requestId, detail];
  return JSON.stringify([previousHash, seq, at, actor, actorKind, action, outcome, ...about]);
}
