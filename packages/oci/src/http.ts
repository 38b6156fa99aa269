import type { IncomingHttpHeaders } from 'node:http';
import type { SecureContext } from 'node:tls';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { type Dispatcher, Pool } from 'undici';
import { type AbortWatcher, unwatchAbort, watchAbort } from './abort-watch.ts';
import type { Limits, OnRequest, RequestKind, TlsOptions } from './connection.ts';
import { type AddressClass, guardedLookup, literalClass, type Reach } from './egress.ts';
import { RegistryError } from './errors.ts';
import { transportError } from './transport-error.ts';
import { trustAlso } from './trust.ts';

const unpack = promisify(gunzip);
const MAX_POOLS = 32;

/** One request through the door. Its headers are sent as they are: whoever writes an Authorization has checked the origin. */
export interface DoorRequest {
  kind: RequestKind;
  method: 'GET' | 'HEAD' | 'POST';
  origin: string;
  path: string;
  reach: Reach;
  headers: Record<string, string>;
  /** The most that is read of a good answer; more is `body-too-large`. */
  maxBytes: number;
  body?: string | undefined;
  signal?: AbortSignal | undefined;
}

/** A whole answer. The body of an error or redirect may be cut off at `errorBytes`. */
export interface Answer {
  origin: string;
  path: string;
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

export interface DoorOptions {
  /** The registry's own origin. */
  home: string;
  tls: TlsOptions;
  limits: Limits;
  onRequest?: OnRequest | undefined;
  /** Told the classes of the addresses that the registry's own name has. */
  onHomeAddress?: ((classes: readonly AddressClass[]) => void) | undefined;
}

/**
 * The only way out of this package. Every connection goes through a guarded lookup, every body has a bound, every
 * phase a time-out; redirects are answers like any other, for the caller to judge.
 */
export class Door {
  /** Requests sent so far. */
  requests = 0;
  /** Whether any answer ever came, so that a broken connection may be one that the registry closed while it idled. */
  answered = false;
  readonly #options: DoorOptions;
  readonly #homePool: Pool;
  readonly #pools = new Map<string, Pool>();
  readonly #secureContext: SecureContext | undefined;
  #closed = false;

  constructor(options: DoorOptions) {
    this.#options = options;
    this.#secureContext = options.tls.caCerts ? trustAlso(options.tls.caCerts) : undefined;
    this.#homePool = this.#open(options.home, 'any', options.onHomeAddress);
  }

  /**
   * Sends the request and reads the answer, whatever its status.
   * @throws RegistryError for everything but an answer: DNS, TCP, TLS, time-outs, a body over its bound, an abort
   */
  send(request: DoorRequest): Promise<Answer> {
    if (request.signal?.aborted) return Promise.reject(aborted());
    return new Promise((resolve, reject) => {
      const exchange = new Exchange(this, request, this.#options.limits, this.#options.onRequest, resolve, reject);
      exchange.start(
        request.origin === this.#options.home ? this.#homePool : this.#foreign(request.origin, request.reach),
      );
    });
  }

  /** Ends all connections; requests under way fail with `aborted`. */
  async close(): Promise<void> {
    this.#closed = true;
    const pools = [this.#homePool, ...this.#pools.values()];
    this.#pools.clear();
    await Promise.all(pools.map((pool) => pool.destroy()));
  }

  #foreign(origin: string, reach: Reach): Pool {
    if (this.#closed) throw aborted();
    // A literal address never reaches the lookup.
    const literal = literalClass(new URL(origin).hostname);
    if (literal === 'forbidden')
      throw transportError({ code: 'PHAROS_ADDRESS_REFUSED' }, { origin, path: '/', answered: false });
    const key = `${reach} ${origin}`;
    const known = this.#pools.get(key);
    if (known !== undefined) return known;
    if (this.#pools.size >= MAX_POOLS) {
      const [oldest, pool] = this.#pools.entries().next().value!;
      this.#pools.delete(oldest);
      void pool.close().catch(() => {});
    }
    const pool = this.#open(origin, reach);
    this.#pools.set(key, pool);
    return pool;
  }

  #open(origin: string, reach: Reach, seen?: (classes: readonly AddressClass[]) => void): Pool {
    const { limits, tls, home } = this.#options;
    const own = new URL(origin).hostname === new URL(home).hostname;
    return new Pool(origin, {
      connections: limits.concurrency,
      pipelining: 1,
      allowH2: false,
      headersTimeout: limits.headersMs,
      bodyTimeout: limits.bodyMs,
      keepAliveTimeout: 20_000,
      connect: {
        timeout: limits.connectMs,
        lookup: guardedLookup(reach, seen),
        ...(this.#secureContext === undefined ? {} : { secureContext: this.#secureContext }),
        ...(tls.skipVerify && own ? { rejectUnauthorized: false } : {}),
      },
    });
  }
}

/** One request and its answer, collected straight from the parser: no stream, no copy of a body that came in one piece. */
class Exchange implements Dispatcher.DispatchHandler, AbortWatcher {
  readonly #door: Door;
  readonly #request: DoorRequest;
  readonly #limits: Limits;
  readonly #onRequest: OnRequest | undefined;
  readonly #resolve: (answer: Answer) => void;
  readonly #reject: (error: RegistryError) => void;
  #pool: Pool | null = null;
  #controller: Dispatcher.DispatchController | null = null;
  #status = 0;
  #headers: IncomingHttpHeaders = {};
  #first: Buffer | null = null;
  #more: Buffer[] | null = null;
  #size = 0;
  #maxBytes = 0;
  #deadline = 0;
  #settled = false;
  #repeated = false;

  constructor(
    door: Door,
    request: DoorRequest,
    limits: Limits,
    onRequest: OnRequest | undefined,
    resolve: (answer: Answer) => void,
    reject: (error: RegistryError) => void,
  ) {
    this.#door = door;
    this.#request = request;
    this.#limits = limits;
    this.#onRequest = onRequest;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  /** The caller's signal aborted. */
  onAbort(): void {
    this.#fail(aborted());
  }

  start(pool: Pool): void {
    const { path, method, headers, body, signal } = this.#request;
    this.#pool = pool;
    this.#door.requests += 1;
    if (signal && !this.#repeated) watchAbort(signal, this);
    // reset: false, because undici otherwise closes the connection after every HEAD.
    pool.dispatch({ path, method, headers, body: body ?? null, reset: false }, this);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#settled) controller.abort(new Error('cancelled'));
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    if (status < 200) return;
    this.#status = status;
    this.#headers = headers;
    this.#door.answered = true;
    this.#deadline = performance.now() + this.#limits.bodyMs;
    this.#maxBytes = status < 300 ? this.#request.maxBytes : this.#limits.errorBytes;
    if (status < 300 && this.#request.method !== 'HEAD' && Number(headers['content-length']) > this.#maxBytes)
      this.#fail(this.#tooLarge());
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#settled) return;
    this.#size += chunk.length;
    if (this.#size > this.#maxBytes) {
      // Of an error only the beginning matters.
      if (this.#status < 300) this.#fail(this.#tooLarge());
      else this.#cutOff(chunk);
      return;
    }
    if (this.#first === null) this.#first = chunk;
    else if (this.#more === null) this.#more = [this.#first, chunk];
    else this.#more.push(chunk);
    // The parser's own timer watches pauses only; this ends a body that drips.
    if (performance.now() > this.#deadline) this.#fail(this.#explain({ code: 'UND_ERR_BODY_TIMEOUT' }));
  }

  onResponseEnd(): void {
    if (this.#settled) return;
    const encoding = this.#headers['content-encoding'];
    if (encoding !== undefined && encoding !== 'identity' && encoding !== '' && this.#size > 0)
      void this.#decode(encoding);
    else this.#succeed(this.#body());
  }

  onResponseError(_: Dispatcher.DispatchController | null, error: Error): void {
    if (this.#settled) return;
    if (this.#mayRepeat(error)) {
      this.#repeated = true;
      this.#onRequest?.({ kind: this.#request.kind, status: 0 });
      this.start(this.#pool!);
      return;
    }
    this.#fail(this.#explain(error));
  }

  /** A kept-alive connection may be closed by the registry at the very moment it is used again: that deserves one more try. */
  #mayRepeat(error: Error): boolean {
    const code = (error as { code?: unknown }).code;
    const closed = code === 'UND_ERR_SOCKET' || code === 'ECONNRESET' || code === 'EPIPE';
    return closed && !this.#repeated && this.#status === 0 && this.#door.answered && this.#request.method !== 'POST';
  }

  /** Registries must not compress here (identity is asked for), but proxies do: one layer of gzip is accepted within the same bound. */
  async #decode(encoding: string): Promise<void> {
    try {
      if (encoding !== 'gzip' && encoding !== 'x-gzip') throw new Error('unknown encoding');
      this.#succeed(await unpack(this.#body(), { maxOutputLength: this.#maxBytes }));
    } catch (error) {
      if ((error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE') return this.#fail(this.#tooLarge());
      this.#fail(
        new RegistryError({
          code: 'response-invalid',
          message: `${this.#host()} compressed its answer in a way that cannot be read.`,
          url: this.#request.origin + this.#request.path,
        }),
      );
    }
  }

  #cutOff(chunk: Buffer): void {
    const kept = chunk.subarray(0, chunk.length - (this.#size - this.#maxBytes));
    this.#succeed(this.#first === null ? kept : Buffer.concat([...(this.#more ?? [this.#first]), kept]));
    this.#controller?.abort(new Error('enough'));
  }

  #body(): Buffer {
    if (this.#more !== null) return Buffer.concat(this.#more, this.#size);
    return this.#first ?? Buffer.alloc(0);
  }

  #succeed(body: Buffer): void {
    if (this.#settled) return;
    this.#settle();
    const { origin, path } = this.#request;
    this.#resolve({ origin, path, status: this.#status, headers: this.#headers, body });
  }

  #fail(error: RegistryError): void {
    if (this.#settled) return;
    this.#settle();
    this.#reject(error);
    this.#controller?.abort(error);
  }

  #settle(): void {
    this.#settled = true;
    if (this.#request.signal) unwatchAbort(this.#request.signal, this);
    this.#onRequest?.({ kind: this.#request.kind, status: this.#status });
  }

  #explain(error: unknown): RegistryError {
    return transportError(error, {
      origin: this.#request.origin,
      path: this.#request.path,
      answered: this.#status !== 0,
    });
  }

  #tooLarge(): RegistryError {
    return new RegistryError({
      code: 'body-too-large',
      message: `${this.#host()} answers with more than the ${this.#maxBytes} bytes that are accepted here; the rest was not read.`,
      status: this.#status,
      url: this.#request.origin + this.#request.path,
    });
  }

  #host(): string {
    return new URL(this.#request.origin).host;
  }
}

function aborted(): RegistryError {
  return new RegistryError({ code: 'aborted', message: 'The work was cancelled.' });
}
