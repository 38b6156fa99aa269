import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { Store } from '@pharos/store';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { AdmissionSnapshots } from './admission.ts';
import { createAgentConfigs } from './agent-config.ts';
import { buildApp } from './app.ts';
import { createDenials } from './audit/denials.ts';
import { createAuditSyslog } from './audit/syslog.ts';
import { createAuditWatch } from './audit/watch.ts';
import { startBackground } from './background.ts';
import type { Context } from './context.ts';
import { ServerError } from './errors.ts';
import { createEventHub } from './events.ts';
import { createIdentity } from './identity/identity.ts';
import { createLdap, type LdapSettings } from './identity/ldap.ts';
import { createOidc, type OidcSettings } from './identity/oidc.ts';
import { createOriginPolicy } from './identity/origin.ts';
import { KEY_BYTES } from './key.ts';
import { type Keyring, keyringOf } from './keyring.ts';
import type { FindLocalEngine } from './local-runs/engine.ts';
import { LocalRunBoard } from './local-runs/local-runs.ts';
import { createServerLog } from './log.ts';
import { createMetrics } from './metrics.ts';
import { PreviewPool } from './preview/preview-pool.ts';
import { createReaderStore } from './reader.ts';
import { Running } from './running.ts';
import { Verifications } from './verification/verifications.ts';
import { createMailer, type MailOptions } from './webhooks/mail.ts';
import { createWebhookSender } from './webhooks/sender.ts';
import { createWorkQueue } from './work.ts';

const GRACE_MS = 10_000;

/** What a server is started with. */
export interface ServerOptions {
  /** Open and migrated; the caller closes it after `stop`. */
  readonly store: Store;
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** Folder of the built web UI. */
  readonly webDir?: string | undefined;
  readonly log: Logger;
  /** Seals stored secrets (`openKeyring`); 32 bytes are a ring of one key. */
  readonly key: Keyring | Buffer;
  /** Value of PHAROS_ADMIN_TOKEN: an administrator's API token. */
  readonly adminToken?: string | undefined;
  /** Address that people open when it is not the one listened on, e.g. https://pharos.example.com. */
  readonly publicUrl?: string | undefined;
  readonly version: string;
  readonly now?: (() => Date) | undefined;
  /** An identity provider to sign in with. */
  readonly oidc?: OidcSettings | undefined;
  /** A syslog server that takes the audit log. */
  readonly auditSyslog?: { readonly url: string; readonly ca: string | null } | undefined;
  /** A mail server, for webhooks whose address is mailto:. */
  readonly mail?: MailOptions | undefined;
  /** A directory to sign in with. */
  readonly ldap?: LdapSettings | undefined;
  /** The container engine of this machine; without it nothing is started here. */
  readonly localRuns?: FindLocalEngine | undefined;
  /** Further origins of its own UI. */
  readonly trustedOrigins?: readonly string[] | undefined;
}

/** A server that listens. */
export interface RunningServer {
  /** http://host:port that programs on this machine reach. */
  readonly url: string;
  readonly port: number;
  readonly app: FastifyInstance;
  /** The one-time link that makes the first administrator, valid for an hour; null once there is one. */
  readonly setupLink: string | null;
  /** Token for the agent in this process: never stored, another one at each start. */
  embeddedToken(): string;
  /** Stops taking requests, lets those that run finish (10 s), ends event streams. Safe to call twice. */
  stop(): Promise<void>;
}

/**
 * Starts the control plane.
 * @throws ServerError `port-in-use`, `port-forbidden`, `address-unavailable`, `key-unusable`, `address-invalid`, `identity-provider-invalid`,
 *   `mail-settings-invalid`, `syslog-invalid`
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const publicUrl = options.publicUrl === undefined ? undefined : readPublicUrl(options.publicUrl);
  if (Buffer.isBuffer(options.key) && options.key.length !== KEY_BYTES) {
    throw new ServerError('key-unusable', 'The key does not have 32 bytes.', 'Open it with openKeyring.');
  }
  const https = publicUrl?.startsWith('https:') ?? false;
  const stopping = new AbortController();
  const { context, identity } = createContext(options, https, stopping.signal);
  const { host } = options;
  const origin = createOriginPolicy({ host, publicUrl, trustedOrigins: options.trustedOrigins ?? [] });
  const app = await buildApp({ context, origin, https, webDir: options.webDir });
  try {
    await app.listen({ host, port: options.port });
  } catch (error) {
    context.events.close();
    await app.close();
    throw listenError(error, options);
  }
  const { port } = app.server.address() as AddressInfo;
  const url = `http://${reachable(host)}:${port}`;
  await identity.offerSetup(publicUrl ?? url);
  const stopBackground = startBackground(context);

  let stopped: Promise<void> | null = null;
  const stop = async () => {
    // First the signal: readiness goes, long polls and waits answer at once, new requests are refused.
    stopping.abort();
    context.work.stop();
    context.events.close();
    await stopBackground();
    await context.previews.close();
    await Promise.race([context.webhooks.stop(), wait(GRACE_MS, undefined, { ref: false })]);
    await closeWithin(app, GRACE_MS);
    await Promise.race([context.running.ended(), wait(GRACE_MS, undefined, { ref: false })]);
    await context.denials
      .flush(true)
      .catch((error: unknown) => context.log.warn({ err: error }, 'refusals were not counted'));
  };
  return {
    url,
    port,
    app,
    get setupLink() {
      return identity.setupLink();
    },
    embeddedToken: () => identity.embeddedToken(),
    stop() {
      stopped ??= stop();
      return stopped;
    },
  };
}

function createContext(options: ServerOptions, https: boolean, stopping: AbortSignal) {
  const { version, adminToken } = options;
  const key = Buffer.isBuffer(options.key) ? keyringOf(options.key) : options.key;
  const now = options.now ?? (() => new Date());
  const reader = createReaderStore(options.store);
  const { store } = reader;
  const log = createServerLog(options.log);
  const work = createWorkQueue(now);
  const events = createEventHub(now);
  const metrics = createMetrics({ workDepth: work.depth, eventClients: events.clients });
  const mailer = options.mail ? createMailer(options.mail, options.publicUrl) : null;
  if (mailer) stopping.addEventListener('abort', () => mailer.close(), { once: true });
  const ldap = options.ldap ? createLdap(options.ldap, { log }) : null;
  const oidc = options.oidc ? createOidc(options.oidc, { key, now, log }) : null;
  // Who asks is found out before there is a reader.
  const identity = createIdentity({ store: options.store, now, adminToken, https, oidc, ldap });
  const configs = createAgentConfigs({
    store,
    key,
    now,
    unreadable: ({ id, name }) => {
      log.error({ code: 'credential-unreadable', registryId: id }, `the credential of ${name} cannot be opened`);
      void markUnreadable(store, id, now()).then(
        () => events.emit({ type: 'registry', id }),
        (error: unknown) => log.warn({ err: error }, 'the status of a registry was not stored'),
      );
    },
  });
  const running = new Running();
  // Work in the background is nobody's: it may have been begun by a reader of a part.
  const verifications = new Verifications({
    store: options.store,
    now,
    stopping,
    track: async (turn) => running.track(turn),
    onError: (error) => log.warn({ err: error }, 'verifying signatures failed; it is tried again within a minute'),
    onUnusable: (trustId, error) => log.error({ err: error, trustId }, 'a trust entry cannot be used'),
    onVerified: (subjects) => {
      // A change of what is trusted can concern every image; pages look again by themselves.
      for (const digest of subjects.slice(0, 50)) events.emit({ type: 'image', digest });
    },
  });
  const context: Context = {
    store,
    reader,
    log,
    now,
    key,
    version,
    identity,
    work,
    events,
    metrics,
    configs,
    previews: new PreviewPool(),
    webhooks: createWebhookSender({ store: options.store, key, now, version, events, metrics, log, mailer }),
    running,
    verifications,
    audit: createAuditWatch({ store: options.store, key, now, log }),
    auditSyslog: options.auditSyslog ? createAuditSyslog({ ...options.auditSyslog, store: options.store, log }) : null,
    denials: createDenials({ store: options.store, now, running, log }),
    // What an agent is told does not depend on who asked first.
    admission: new AdmissionSnapshots({ store: options.store, key, now }),
    localRuns: new LocalRunBoard(options.localRuns ?? null, now),
    stopping,
  };
  return { context, identity };
}

async function markUnreadable(store: Store, id: string, now: Date): Promise<void> {
  const message = 'The stored credential cannot be opened with this key: restore the key file, or enter it again.';
  await store.registries.setStatus(id, { state: 'error', code: 'credential-unreadable', message }, now);
}

async function closeWithin(app: FastifyInstance, ms: number): Promise<void> {
  const timer = setTimeout(() => app.server.closeAllConnections(), ms);
  // A connection that was busy when the server closed stays open for its keep-alive time unless it is closed when idle.
  const idle = setInterval(() => app.server.closeIdleConnections(), 50);
  try {
    await app.close();
  } finally {
    clearTimeout(timer);
    clearInterval(idle);
  }
}

function readPublicUrl(text: string): string {
  const url = URL.parse(text);
  if (url && /^https?:$/.test(url.protocol) && url.pathname === '/' && !url.username) return url.origin;
  throw new ServerError(
    'address-invalid',
    'The public URL is not an http or https address without a path.',
    'Write it as https://pharos.example.com.',
  );
}

/** An address that listens everywhere is reached by loopback from here. */
function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}

function listenError(error: unknown, { host, port }: ServerOptions): unknown {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'EADDRINUSE':
      return new ServerError(
        'port-in-use',
        `Port ${port} on ${host} is taken by another process.`,
        `Choose another one with --port, or find it with: ss -ltnp 'sport = :${port}'`,
        { cause: error },
      );
    case 'EACCES':
      return new ServerError(
        'port-forbidden',
        `This user may not listen on port ${port}.`,
        'Choose a port from 1024 up with --port.',
        { cause: error },
      );
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new ServerError(
        'address-unavailable',
        `${host} is not an address of this machine.`,
        'Choose one of its addresses with --host, or 0.0.0.0 for all.',
        { cause: error },
      );
    default:
      return error;
  }
}
