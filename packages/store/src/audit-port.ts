/** The port of the audit log: read, verified, exported; appended to by the driver (`audit-context.ts`). */
import type {
  AuditEvent,
  AuditFacets,
  AuditFilter,
  AuditQuery,
  ChainPosition,
  Page,
  SignedAuditHead,
} from '@pharos/contract';
import type { NewAuditEvent } from './audit.ts';

export interface AuditLog {
  list(query: AuditQuery): Promise<Page<AuditEvent>>;
  get(seq: number): Promise<AuditEvent | null>;
  facets(filter: AuditFilter): Promise<AuditFacets>;
  /** Entries behind a number, in their order. */
  after(seq: number, limit: number): Promise<AuditEvent[]>;
  /** The newest entry; `seq` 0 for an empty log. */
  head(): Promise<ChainPosition>;
  /** Appends an entry of its own, for what changes nothing in the database. Answers its number. */
  append(event: NewAuditEvent, now: Date): Promise<number>;
  /** Keeps a signed head; one of the same entry and key is kept once. */
  keepHead(head: SignedAuditHead): Promise<void>;
  /** Signed heads by this key, newest first: at most 10,000. */
  heads(publicKey: string): Promise<SignedAuditHead[]>;
}
