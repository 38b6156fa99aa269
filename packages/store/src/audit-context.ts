/**
 * Who changes something now, carried along with the calls that do it. The database's driver writes the entry of the audit
 * log from it when a transaction that has written something commits, so that no noun and no handler has to, and none can
 * forget it.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { NewAuditEvent } from './audit.ts';

/** What can be added to an entry until it is written. */
export interface AuditNote {
  readonly actor?: string;
  readonly actorKind?: NewAuditEvent['actorKind'];
  readonly subjectKind?: string;
  readonly subject?: string;
  readonly locationId?: string | null;
  readonly reason?: string;
  /** Never a secret. Keys of an earlier note stay unless they are said again. */
  readonly detail?: Readonly<Record<string, unknown>>;
}

/**
 * One thing that somebody does. Its first transaction that writes bears the entry; what it changes after that is under the
 * same entry. An entry is never written by what goes on after `end`.
 */
export class AuditRun {
  readonly now: () => Date;
  #event: NewAuditEvent;
  #state: 'open' | 'written' | 'ended' = 'open';

  constructor(event: NewAuditEvent, now: () => Date) {
    this.#event = event;
    this.now = now;
  }

  /** The entry as it stands. */
  get event(): NewAuditEvent {
    return this.#event;
  }

  /** Whether a change is still without its entry. */
  get isOpen(): boolean {
    return this.#state === 'open';
  }

  get isWritten(): boolean {
    return this.#state === 'written';
  }

  note({ detail, ...fields }: AuditNote): void {
    const merged = detail === undefined ? this.#event.detail : { ...this.#event.detail, ...detail };
    this.#event = { ...this.#event, ...fields, ...(merged === undefined ? {} : { detail: merged }) };
  }

  /** Its entry is in the database. */
  written(): void {
    if (this.#state === 'open') this.#state = 'written';
  }

  /** What still goes on in the background is not part of it any more. */
  end(): void {
    if (this.#state === 'open') this.#state = 'ended';
  }

  /** Runs what belongs to it. */
  within<T>(run: () => T): T {
    return current.run(this, run);
  }
}

const current = new AsyncLocalStorage<AuditRun | null>();

/** What is being done now; null: nobody's doing. */
export function auditRun(): AuditRun | null {
  return current.getStore() ?? null;
}

/** Runs a change under an entry of its own, e.g. one that Pharos decides on itself. Without a change there is no entry. */
export async function audited<T>(event: NewAuditEvent, now: () => Date, run: () => Promise<T>): Promise<T> {
  const doing = new AuditRun(event, now);
  try {
    return await doing.within(run);
  } finally {
    doing.end();
  }
}

/** Runs what is nobody's doing, although somebody's call began it. */
export function unaudited<T>(run: () => T): T {
  return current.run(null, run);
}

const MOST_CHANGES = 100;

/** Adds one change of several to the entry: the first 100, and how many there were. */
export function noteChanged(subject: string, before: unknown, after: unknown): void {
  const doing = auditRun();
  if (!doing?.isOpen) return;
  const { changes = [], changed = 0 } = (doing.event.detail ?? {}) as { changes?: unknown[]; changed?: number };
  const kept = changes.length < MOST_CHANGES ? [...changes, { subject, before, after }] : changes;
  doing.note({ detail: { changes: kept, changed: changed + 1 } });
}

/** What is being done changed nothing that is worth an entry, although it wrote. */
export function withoutAudit(): void {
  auditRun()?.end();
}

/** Adds to the entry of what is being done now; without one, nothing. Say it before the transaction commits. */
export function noteAudit(note: AuditNote): void {
  const doing = auditRun();
  if (doing?.isOpen) doing.note(note);
}
