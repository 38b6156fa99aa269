/** A context without a server, for tests that mount routes themselves. Not exported. */
import type { Store } from '@pharos/store';
import { pino } from 'pino';
import { AdmissionSnapshots } from './admission.ts';
import { createAgentConfigs } from './agent-config.ts';
import { createDenials } from './audit/denials.ts';
import { createAuditWatch } from './audit/watch.ts';
import type { Context } from './context.ts';
import { createEventHub } from './events.ts';
import { createIdentity } from './identity/identity.ts';
import { keyringOf } from './keyring.ts';
import { LocalRunBoard } from './local-runs/local-runs.ts';
import { createServerLog } from './log.ts';
import { createMetrics } from './metrics.ts';
import { PreviewPool } from './preview/preview-pool.ts';
import { createReaderStore } from './reader.ts';
import { Running } from './running.ts';
import { KEY } from './testing.ts';
import { Verifications } from './verification/verifications.ts';
import { createWebhookSender } from './webhooks/sender.ts';
import { createWorkQueue } from './work.ts';

export function testContext(whole: Store): Context {
  const now = () => new Date();
  const key = keyringOf(KEY);
  const reader = createReaderStore(whole);
  const { store } = reader;
  const work = createWorkQueue(now);
  const events = createEventHub(now);
  const metrics = createMetrics({ workDepth: work.depth, eventClients: events.clients });
  const log = createServerLog(pino({ level: 'silent' }));
  const version = '0.0.0-test';
  const stopping = new AbortController().signal;
  const running = new Running();
  const identity = createIdentity({ store: whole, now, adminToken: undefined, https: false, oidc: null });
  return {
    store,
    reader,
    now,
    key,
    log,
    version,
    identity,
    work,
    events,
    metrics,
    configs: createAgentConfigs({ store, key, now, unreadable: () => {} }),
    previews: new PreviewPool(),
    running,
    webhooks: createWebhookSender({ store: whole, key, now, version, events, metrics, log }),
    verifications: new Verifications({
      store: whole,
      now,
      stopping,
      track: async (turn) => running.track(turn),
      onError: (error) => log.warn({ err: error }, 'verifying failed'),
    }),
    auditSyslog: null,
    audit: createAuditWatch({ store: whole, key, now, log }),
    denials: createDenials({ store: whole, now, running, log }),
    admission: new AdmissionSnapshots({ store: whole, key, now }),
    localRuns: new LocalRunBoard(null, now),
    stopping,
  };
}
