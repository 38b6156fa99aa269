import type { IncomingMessage } from 'node:http';
import { Content } from './content.ts';
import { DIALECTS, type DialectName, isDialectName } from './dialects.ts';
import { type FaultSetting, FaultSwitch } from './fault-switch.ts';
import type { FaultName } from './faults.ts';
import { startForeign } from './foreign.ts';
import type { LoggedRequest } from './request-log.ts';
import type { SeedRepository } from './seed-repository.ts';
import { startServer } from './server.ts';
import { type AuthMode, type Credential, DEFAULT_CREDENTIAL, SignIn } from './sign-in.ts';
import { type Plane, StandIn } from './stand-in.ts';
import { TestbedError } from './testbed-error.ts';

/** How the stand-in starts; everything but port and log can be changed later. */
export type MisbehavingOptions = {
  /** 0 (the default) takes a free port. */
  port?: number;
  repositories?: Iterable<SeedRepository>;
  /** The product that it stands in for; default `oci`, the distribution-spec alone. */
  dialect?: DialectName;
  /** The product's own API refuses this account, and /v2 works. */
  apiClosed?: boolean;
  /** Whether it has the referrers API; default: as the product. */
  referrers?: boolean;
  fault?: FaultSetting | readonly FaultSetting[];
  auth?: AuthMode;
  credential?: Credential;
  /** What the product's own API wants where that is not the credential: an OAuth token, an API key, a cloud's token. */
  apiToken?: string;
  /** Default 60. */
  tokenTtlSeconds?: number;
  /** The most a page holds, with or without `n`; default 1000. */
  pageSize?: number;
  /** Manifest GETs that Docker Hub allows before it answers 429; default 100. */
  pullLimit?: number;
  /** Before each answer. */
  latencyMs?: number;
  /** More calls in a second than this are answered 429 with `Retry-After: 1`. */
  requestsPerSecond?: number;
  /** Requests kept in the log; later ones are only counted. Default 100,000. */
  logLimit?: number;
};

/** A running stand-in: content, faults and sign-in can be changed between two requests. */
export type MisbehavingRegistry = {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  readonly port: number;
  readonly dialect: DialectName;
  /** Where the product's own API stands when it is not at `url`; its requests are in the same log. */
  readonly apiUrl: string | undefined;
  apiClosed: boolean;
  /** Manifest GETs so far: what Docker Hub counts. */
  readonly pulls: number;
  /** The other origin that some faults point to. It serves the same blobs, a list with the tag `stolen`, and tokens. */
  readonly foreignUrl: string;
  readonly content: Content;
  readonly signIn: SignIn;
  /** Set to change the faults while it runs; undefined is a good registry. Reads as names. */
  get fault(): readonly FaultName[];
  set fault(settings: FaultSetting | readonly FaultSetting[] | undefined);
  latencyMs: number;
  requestsPerSecond: number;
  /** How often a fault has struck since it was set. */
  struck(name: FaultName): number;
  readonly log: readonly LoggedRequest[];
  readonly foreignLog: readonly LoggedRequest[];
  /** All requests since the start or `clearLog`, also those past the log's limit. */
  readonly requestCount: number;
  clearLog(): void;
  stop(): Promise<void>;
};

/**
 * An in-process registry over real HTTP on loopback, good by default, with a switch for each fault (see FAULTS),
 * and for each product that it stands in for (see DIALECTS).
 */
export async function startMisbehaving(options: MisbehavingOptions = {}): Promise<MisbehavingRegistry> {
  const { dialect: name = 'oci', pageSize = 1000, logLimit = 100_000 } = options;
  if (!isDialectName(name)) {
    throw new TestbedError('unknown-dialect', `There is no dialect "${name}".`, 'List them with --list.');
  }
  const dialect = DIALECTS[name];
  const content = new Content();
  content.seed(options.repositories ?? []);
  const signIn = new SignIn({
    mode: options.auth ?? 'open',
    credential: options.credential ?? {
      ...DEFAULT_CREDENTIAL,
      username: dialect.username ?? DEFAULT_CREDENTIAL.username,
    },
    tokenTtlSeconds: options.tokenTtlSeconds ?? 60,
    ...(options.apiToken === undefined ? {} : { apiToken: options.apiToken }),
    ...(dialect.realm === undefined ? {} : { realm: dialect.realm }),
  });
  const switches = new FaultSwitch();
  switches.set(options.fault);
  const meter = { pulls: 0, limit: options.pullLimit ?? 100 };
  const standIn = new StandIn({
    dialect,
    content,
    signIn,
    switches,
    meter,
    pageSize,
    hasReferrers: options.referrers ?? dialect.hasReferrers ?? false,
    isApiClosed: options.apiClosed ?? false,
  });
  const log: LoggedRequest[] = [];
  const foreignLog: LoggedRequest[] = [];
  const limiter = rateLimiter();
  const settings = {
    latencyMs: options.latencyMs ?? 0,
    requestsPerSecond: options.requestsPerSecond ?? Number.POSITIVE_INFINITY,
  };
  let requestCount = 0;

  const record = (into: LoggedRequest[], request: IncomingMessage, body: string) => {
    if (into.length >= logLimit) return;
    into.push({ method: request.method ?? '', path: request.url ?? '', headers: request.headers, body });
  };

  const serve = (plane: Plane) => (request: IncomingMessage, body: string) => {
    requestCount += 1;
    record(log, request, body);
    const { method = '', url: target = '', headers } = request;
    const incoming = { method, target, headers, body };
    if (limiter(settings.requestsPerSecond)) return standIn.refuseRate(plane, incoming);
    const answer = standIn.answer(plane, incoming);
    return settings.latencyMs > 0 ? { ...answer, delayMs: (answer.delayMs ?? 0) + settings.latencyMs } : answer;
  };

  const servers: Awaited<ReturnType<typeof startServer>>[] = [];
  const stop = async () => {
    await Promise.all(servers.map((server) => server.stop()));
  };
  const start = async (starting: ReturnType<typeof startServer>) => {
    const server = await starting.catch(async (cause) => {
      await stop();
      throw cause;
    });
    servers.push(server);
    return `http://127.0.0.1:${server.port}`;
  };
  standIn.foreignOrigin = await start(
    startForeign(content, signIn, (request, body) => record(foreignLog, request, body)),
  );
  const apiUrl = dialect.hasApiOrigin ? await start(startServer(0, serve('api'))) : undefined;
  const origin = await start(startServer(options.port ?? 0, serve('registry')));
  signIn.origins = { registry: origin, api: apiUrl ?? origin };

  return {
    url: origin,
    port: Number(new URL(origin).port),
    dialect: name,
    apiUrl,
    get apiClosed() {
      return standIn.isApiClosed;
    },
    set apiClosed(isClosed) {
      standIn.isApiClosed = isClosed;
    },
    get pulls() {
      return meter.pulls;
    },
    foreignUrl: standIn.foreignOrigin,
    content,
    signIn,
    get fault(): readonly FaultName[] {
      return switches.names();
    },
    set fault(faults: FaultSetting | readonly FaultSetting[] | undefined) {
      switches.set(faults);
    },
    get latencyMs() {
      return settings.latencyMs;
    },
    set latencyMs(ms) {
      settings.latencyMs = ms;
    },
    get requestsPerSecond() {
      return settings.requestsPerSecond;
    },
    set requestsPerSecond(rate) {
      settings.requestsPerSecond = rate;
    },
    struck: (name) => switches.struck(name),
    log,
    foreignLog,
    get requestCount() {
      return requestCount;
    },
    clearLog: () => {
      log.length = 0;
      foreignLog.length = 0;
      requestCount = 0;
    },
    stop,
  };
}

/** Counts calls in windows of a second; true when this one is over the rate. */
function rateLimiter(): (rate: number) => boolean {
  let window = 0;
  let count = 0;
  return (rate) => {
    const now = Math.floor(Date.now() / 1000);
    if (now !== window) [window, count] = [now, 0];
    count += 1;
    return count > rate;
  };
}
