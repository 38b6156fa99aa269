import type { Store } from '@pharos/store';
import type { FastifyBaseLogger } from 'fastify';
import type { AdmissionSnapshots } from './admission.ts';
import type { AgentConfigs } from './agent-config.ts';
import type { Denials } from './audit/denials.ts';
import type { AuditSyslog } from './audit/syslog.ts';
import type { AuditWatch } from './audit/watch.ts';
import type { EventHub } from './events.ts';
import type { Identity } from './identity/identity.ts';
import type { Keyring } from './keyring.ts';
import type { LocalRunBoard } from './local-runs/local-runs.ts';
import type { Metrics } from './metrics.ts';
import type { PreviewPool } from './preview/preview-pool.ts';
import type { ReaderStore } from './reader.ts';
import type { Running } from './running.ts';
import type { Verifications } from './verification/verifications.ts';
import type { WebhookSender } from './webhooks/sender.ts';
import type { WorkQueue } from './work.ts';

/** What handlers work with: one per server. */
export interface Context {
  /** Shows a reader of a part that part (`reader`), and everybody else everything. */
  readonly store: Store;
  readonly reader: ReaderStore;
  readonly log: FastifyBaseLogger;
  readonly now: () => Date;
  /** Seals stored credentials, 32 bytes. */
  readonly key: Keyring;
  readonly version: string;
  readonly identity: Identity;
  readonly work: WorkQueue;
  readonly events: EventHub;
  readonly metrics: Metrics;
  readonly configs: AgentConfigs;
  readonly previews: PreviewPool;
  readonly running: Running;
  readonly webhooks: WebhookSender;
  readonly verifications: Verifications;
  readonly audit: AuditWatch;
  /** null: no syslog server is configured. */
  readonly auditSyslog: AuditSyslog | null;
  readonly denials: Denials;
  readonly admission: AdmissionSnapshots;
  readonly localRuns: LocalRunBoard;
  /** Aborts when the server begins to stop: everything that waits answers then. */
  readonly stopping: AbortSignal;
}

/** An agent counts as there when it was heard within this time (contract, Location.connected). */
export const CONNECTED_SECONDS = 90;
/** Longest wait of a request for an agent's answer. */
export const AGENT_WAIT_MS = 30_000;
