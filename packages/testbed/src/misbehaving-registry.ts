import type { IncomingMessage } from 'node:http';
import { type Answer, json, NOT_FOUND, ociError } from './answer.ts';
import { type Call, readCall } from './call.ts';
import { Content } from './content.ts';
import { type FaultSetting, FaultSwitch } from './fault-switch.ts';
import type { FaultName } from './faults.ts';
import { goodAnswer } from './good-registry.ts';
import type { LoggedRequest } from './request-log.ts';
import type { SeedRepository } from './seed-repository.ts';
import { startServer } from './server.ts';
import { type AuthMode, type Credential, DEFAULT_CREDENTIAL, SignIn } from './sign-in.ts';

/** How the stand-in starts; everything but port and log can be changed later. */
export type MisbehavingOptions = {
  /** 0 (the default) takes a free port. */
  port?: number;
  repositories?: Iterable<SeedRepository>;
  fault?: FaultSetting | readonly FaultSetting[];
  auth?: AuthMode;
  credential?: Credential;
  /** Default 60. */
  tokenTtlSeconds?: number;
  /** The most a page holds, with or without `n`; default 1000. */
  pageSize?: number;
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

/** An in-process registry over real HTTP on loopback, good by default, with a switch for each fault (see FAULTS). */
export async function startMisbehaving(options: MisbehavingOptions = {}): Promise<MisbehavingRegistry> {
  const content = new Content();
  content.seed(options.repositories ?? []);
  const signIn = new SignIn(
    options.auth ?? 'open',
    options.credential ?? DEFAULT_CREDENTIAL,
    options.tokenTtlSeconds ?? 60,
  );
  const switches = new FaultSwitch();
  switches.set(options.fault);
  const { pageSize = 1000, logLimit = 100_000 } = options;
  const log: LoggedRequest[] = [];
  const foreignLog: LoggedRequest[] = [];
  const limiter = rateLimiter();
  const settings = {
    latencyMs: options.latencyMs ?? 0,
    requestsPerSecond: options.requestsPerSecond ?? Number.POSITIVE_INFINITY,
  };
  let requestCount = 0;
  let origin = '';

  const record = (into: LoggedRequest[], request: IncomingMessage, body: string) => {
    if (into.length >= logLimit) return;
    into.push({ method: request.method ?? '', path: request.url ?? '', headers: request.headers, body });
  };

  const foreign = await startServer(0, (request, body) => {
    record(foreignLog, request, body);
    return foreignAnswer(content, signIn, readCall(request.method ?? '', request.url ?? '', origin, request.headers));
  });
  const foreignOrigin = `http://127.0.0.1:${foreign.port}`;

  const answerCall = (call: Call): Answer => {
    const refusal = signIn.refuse(call, origin);
    let good = () => refusal ?? (call.kind === 'token' ? signIn.issue(call) : goodAnswer(content, call, pageSize));
    for (const { fault, options: faultOptions } of switches.take(call)) {
      if (refusal && !fault.beforeSignIn) continue;
      const context = { call, content, signIn, options: faultOptions, pageSize, origin, foreignOrigin, good };
      good = () => fault.apply(context);
    }
    return good();
  };

  const main = await startServer(options.port ?? 0, (request, body) => {
    requestCount += 1;
    record(log, request, body);
    if (limiter(settings.requestsPerSecond)) {
      return ociError(429, 'TOOMANYREQUESTS', 'too many requests', { 'Retry-After': '1' });
    }
    const call = readCall(request.method ?? '', request.url ?? '', origin, request.headers, body);
    const answer = answerCall(call);
    return settings.latencyMs > 0 ? { ...answer, delayMs: (answer.delayMs ?? 0) + settings.latencyMs } : answer;
  }).catch(async (cause) => {
    await foreign.stop();
    throw cause;
  });
  origin = `http://127.0.0.1:${main.port}`;

  return {
    url: origin,
    port: main.port,
    foreignUrl: foreignOrigin,
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
    stop: async () => {
      await Promise.all([main.stop(), foreign.stop()]);
    },
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

/** The other origin lets a careless client succeed, so that a test sees what it sent and what it believed. */
function foreignAnswer(content: Content, signIn: SignIn, call: Call): Answer {
  if (call.kind === 'token') return json(signIn.newToken(call.url.searchParams.getAll('scope')));
  if (call.kind === 'tags') return json({ name: call.repo, tags: ['stolen'] });
  if (call.kind === 'blob') return goodAnswer(content, call, 1);
  return NOT_FOUND;
}
