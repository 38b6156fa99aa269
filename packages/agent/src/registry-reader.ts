/** One registry as the scans of this agent share it: fair between repositories, patient with limits, counted. */
import type { RegistryReading } from '@pharos/contract';
import {
  createRegistry,
  DEFAULT_LIMITS,
  FairQueue,
  isLayoutUrl,
  type Limits,
  type ProbeResult,
  parseLayoutUrl,
  parseRegistryUrl,
  probe,
  type Registry,
  RegistryError,
} from '@pharos/oci';
import { Allowance } from './allowance.ts';
import { fullJitter, pause, RETRIES, RETRY_BASE_MS } from './backoff.ts';
import { Breaker } from './breaker.ts';
import type { AgentRegistry } from './config-registries.ts';
import type { AgentMetrics } from './metrics.ts';
import { isNotAsked, NOT_ASKED } from './not-asked.ts';
import { MAX_LIMITED_MS, MAX_REST_MS, Pace } from './pace.ts';
import { RepositoryReader } from './repository-reader.ts';

export interface ReaderOptions {
  metrics: AgentMetrics;
  version: string;
  limits?: Partial<Limits> | undefined;
  /** Where the count of requests is kept; absent: in memory only. */
  spendPath?: string | undefined;
}

const MAX_DIGESTS = 500_000;
/** How long it is believed that nothing of a quota is left; then one request finds out. */
const QUOTA_BELIEVED_MS = 60_000;

/**
 * Scheme, host and port that a registry of this description is dialled at; for files the whole address.
 * @throws RegistryError `registry-url-invalid`
 */
export function originOf(registry: Pick<AgentRegistry, 'url' | 'tls'>): string {
  if (isLayoutUrl(registry.url)) return parseLayoutUrl(registry.url).url;
  return parseRegistryUrl(registry.url, { plainHttp: registry.tls.plainHttp }).origin;
}

export class RegistryReader {
  readonly registry: Registry;
  readonly concurrency: number;
  /** Vulnerability reports are read, each for requests of their own. */
  readonly readsReports: boolean;
  readonly #queue: FairQueue;
  readonly #pace: Pace;
  readonly #breaker: Breaker;
  readonly #allowance: Allowance;
  /** Digests that this registry gave to this credential and that were read: bytes are read once in a lifetime. */
  readonly digests = new Set<string>();

  /** @throws RegistryError for a description that cannot work, e.g. `ca-certs-invalid` */
  constructor(description: AgentRegistry, options: ReaderOptions) {
    const most = description.budget.concurrency ?? options.limits?.concurrency ?? DEFAULT_LIMITS.concurrency;
    this.concurrency = most;
    this.readsReports = description.budget.vulnerabilityReports === true;
    this.#queue = new FairQueue(most);
    this.#pace = new Pace(this.#queue, most);
    this.#breaker = new Breaker(description.intervalSeconds * 1000);
    this.#allowance = new Allowance(description.budget.requestsPerDay, options.spendPath ?? null);
    this.registry = createRegistry(
      {
        name: description.name,
        url: description.url,
        provider: description.provider,
        apiUrl: description.apiUrl,
        authentication: description.authentication,
        fromOwnFile: description.fromOwnFile,
        tls: description.tls,
        tokenHosts: description.tokenHosts,
        limits: { ...options.limits, concurrency: most },
      },
      {
        userAgent: `pharos-agent/${options.version}`,
        onRequest: () => {
          options.metrics.requests += 1;
          this.#allowance.spend();
        },
      },
    );
  }

  /** Takes what was spent before this start. Once, before the first request. */
  load(): Promise<void> {
    return this.#allowance.load();
  }

  /** Bounded: a set that was dropped is filled again by what each scan knows. */
  remember(digest: string): void {
    if (this.digests.size >= MAX_DIGESTS) this.digests.clear();
    this.digests.add(digest);
  }

  /** All requests so far, with those for tokens and redirects. */
  get requests(): number {
    return this.registry.requests;
  }

  /** Reads for one repository (or for the registry itself, with ''). `turn` is who takes turns with the others: a rule. */
  lane(repository: string, signal: AbortSignal, turn = repository): RepositoryReader {
    return new RepositoryReader(this, repository, signal, turn);
  }

  /** Tries the registry step by step; not while it asked to wait, for that holds for a probe too. */
  async probe(repository: string | undefined, signal: AbortSignal): Promise<ProbeResult> {
    try {
      await this.#pace.rest(signal);
      this.#allowance.check();
    } catch (error) {
      if (!(error instanceof RegistryError)) throw error;
      return restingResult(error);
    }
    const result = await probe(this.registry, { repository, signal });
    const failure = result.checks.find((check) => check.state === 'error');
    if (failure === undefined) this.#breaker.answered();
    return result;
  }

  /** A person asks for it: one request goes out even if the registry was away a moment ago. */
  allowProbe(): void {
    this.#breaker.allowProbe();
  }

  /** How it is read now, without asking it. Null as long as it was not found out which product it is. */
  get reading(): RegistryReading | null {
    const { knownDialect: dialect, quota } = this.registry;
    if (dialect === null) return null;
    return {
      dialect: dialect.provider as RegistryReading['dialect'],
      product: dialect.product,
      detectedBy: dialect.detectedBy,
      bulk: dialect.isBulk,
      quota: quota && { limit: quota.limit, remaining: quota.remaining, windowSeconds: quota.windowSeconds },
      spentToday: this.#allowance.spent,
      pausedUntil: this.#pace.pausedUntil?.toISOString() ?? null,
      breaker: this.#breaker.state,
      concurrency: this.#pace.concurrency,
      at: new Date().toISOString(),
    };
  }

  async close(): Promise<void> {
    await this.registry.close();
    await this.#allowance.close();
  }

  /** Runs one request in its lane: waits while the registry asks for rest, and tries passing faults again. */
  async run<T>(lane: string, signal: AbortSignal, request: () => Promise<T>): Promise<T> {
    let limitedMs = 0;
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.#queue.run(lane, () => this.#once(signal, request), signal);
      } catch (error) {
        if (!(error instanceof RegistryError) || signal.aborted || isNotAsked(error)) throw error;
        if (error.code === 'rate-limited') {
          const wait = this.#pace.limited(error, attempt);
          limitedMs += wait;
          if (wait > MAX_REST_MS || limitedMs > MAX_LIMITED_MS) throw error;
          continue;
        }
        if (!error.transient || attempt >= RETRIES || error.code === 'aborted') throw error;
        await pause(fullJitter(attempt, RETRY_BASE_MS, 5_000), signal);
      }
    }
  }

  /** The same for a page of a list, which is not tried again here: a generator that threw is over. */
  runOnce<T>(lane: string, signal: AbortSignal, request: () => Promise<T>): Promise<T> {
    return this.#queue.run(lane, () => this.#once(signal, request), signal);
  }

  /** A list was refused; answers how long everybody rests now. */
  limited(error: RegistryError, attempt: number): number {
    return this.#pace.limited(error, attempt);
  }

  /** Whether a HEAD tells enough to save a GET that would be counted (Docker Hub). */
  get hasMeteredGets(): boolean {
    return this.registry.knownDialect?.hasMeteredGets ?? false;
  }

  /** Before a GET that counts. @throws RegistryError `rate-limited`, not asked, while the registry says that nothing is left */
  checkQuota(): void {
    const { quota } = this.registry;
    if (!this.hasMeteredGets || quota === null || quota.remaining > 0) return;
    if (performance.now() - quota.at > QUOTA_BELIEVED_MS) return;
    throw new RegistryError({
      code: 'rate-limited',
      message: `The registry says that its pull limit${quota.limit === null ? '' : ` of ${quota.limit}`} is used up.`,
      hint: 'Sign in for a higher limit, read through a mirror, or wait until its window ends.',
      transient: false,
      evidence: NOT_ASKED,
    });
  }

  async #once<T>(signal: AbortSignal, request: () => Promise<T>): Promise<T> {
    await this.#pace.rest(signal);
    this.#allowance.check();
    this.#breaker.enter();
    try {
      const answer = await request();
      this.#breaker.answered();
      this.#pace.succeeded();
      return answer;
    } catch (error) {
      this.#breaker.failed(error);
      if (error instanceof RegistryError) {
        this.#pace.failed(error);
        // Before this place in the queue passes on: the next one must find everybody resting.
        if (error.code === 'rate-limited') this.#pace.limited(error, 0);
      }
      throw error;
    }
  }
}

function restingResult(error: RegistryError): ProbeResult {
  const { message, hint, code } = error;
  const check = { id: 'quota' as const, state: 'warning' as const, message, cause: message, cure: hint, code };
  return { state: 'warning', message, checks: [check], requests: 0, durationMs: 0 };
}
