/** One registry as the scans of this agent share it: fair between repositories, patient with limits, counted. */
import {
  type BlobDescriptor,
  createRegistry,
  DEFAULT_LIMITS,
  FairQueue,
  type Limits,
  type ManifestContent,
  type ManifestHead,
  type ProbeResult,
  parseRegistryUrl,
  probe,
  type Registry,
  RegistryError,
} from '@pharos/oci';
import { fullJitter, pause } from './backoff.ts';
import type { AgentRegistry } from './config-registries.ts';
import type { AgentMetrics } from './metrics.ts';

export interface ReaderOptions {
  metrics: AgentMetrics;
  version: string;
  limits?: Partial<Limits> | undefined;
}

/** How often the same request is tried again for faults that pass by themselves. */
const RETRIES = 2;
const RETRY_BASE_MS = 250;
const MAX_PAUSE_MS = 60_000;
const MAX_LIMITED_MS = 120_000;

/** Faults that concern the whole registry: going on would only cost time and, with a wrong password, lock the account. */
const REGISTRY_WIDE: ReadonlySet<string> = new Set([
  'address-refused',
  'connection-refused',
  'credential-helper-failed',
  'dns-failed',
  'identity-failed',
  'identity-host-refused',
  'identity-missing',
  'not-a-registry',
  'plain-http-expected-tls',
  'rate-limited',
  'registry-failed',
  'registry-unreachable',
  'sdk-missing',
  'timeout',
  'tls-expected-plain-http',
  'tls-expired',
  'tls-failed',
  'tls-name-mismatch',
  'tls-untrusted',
  'token-failed',
  'token-realm-refused',
  'unauthorized',
]);

/** Whether the error says something about the registry and not about one tag. */
export function isRegistryWide(error: unknown): boolean {
  return error instanceof RegistryError && REGISTRY_WIDE.has(error.code);
}

/** Scheme, host and port that a registry of this description is dialled at. @throws RegistryError `registry-url-invalid` */
export function originOf(registry: Pick<AgentRegistry, 'url' | 'tls'>): string {
  return parseRegistryUrl(registry.url, { plainHttp: registry.tls.plainHttp }).origin;
}

export class RegistryReader {
  readonly registry: Registry;
  readonly concurrency: number;
  readonly #queue: FairQueue;
  #pausedUntil = 0;

  /** @throws RegistryError for a description that cannot work, e.g. `ca-certs-invalid` */
  constructor(description: AgentRegistry, options: ReaderOptions) {
    this.concurrency = options.limits?.concurrency ?? DEFAULT_LIMITS.concurrency;
    this.#queue = new FairQueue(this.concurrency);
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
        limits: options.limits,
      },
      {
        userAgent: `pharos-agent/${options.version}`,
        onRequest: () => {
          options.metrics.requests += 1;
        },
      },
    );
  }

  /** All requests so far, with those for tokens and redirects. */
  get requests(): number {
    return this.registry.requests;
  }

  /** Reads for one repository (or for the registry itself, with ''), taking turns with the others. */
  lane(repository: string, signal: AbortSignal): RepositoryReader {
    return new RepositoryReader(this, repository, signal);
  }

  probe(repository: string | undefined, signal: AbortSignal): Promise<ProbeResult> {
    return probe(this.registry, { repository, signal });
  }

  close(): Promise<void> {
    return this.registry.close();
  }

  /** Runs one request in its lane: waits while the registry asks for rest, and tries passing faults again. */
  async run<T>(lane: string, signal: AbortSignal, request: () => Promise<T>): Promise<T> {
    let limitedMs = 0;
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.#queue.run(
          lane,
          async () => {
            if (this.#pausedUntil > 0) await this.#rest(signal);
            return await request();
          },
          signal,
        );
      } catch (error) {
        if (!(error instanceof RegistryError) || signal.aborted) throw error;
        if (error.code === 'rate-limited') {
          const wait = this.restFor(error, attempt);
          limitedMs += wait;
          if (wait > MAX_PAUSE_MS || limitedMs > MAX_LIMITED_MS) throw error;
          continue;
        }
        if (!error.transient || attempt >= RETRIES || error.code === 'aborted') throw error;
        await pause(fullJitter(attempt, RETRY_BASE_MS, 5_000), signal);
      }
    }
  }

  /** Everybody rests, not only who was told: otherwise each of the others is refused once more. */
  restFor(error: RegistryError, attempt: number): number {
    const wait = error.retryAfterMs ?? 1_000 + fullJitter(attempt, 1_000, 30_000);
    if (wait <= MAX_PAUSE_MS) this.#pausedUntil = Math.max(this.#pausedUntil, performance.now() + wait);
    return Math.max(wait, 1);
  }

  async #rest(signal: AbortSignal): Promise<void> {
    for (let left = this.#pausedUntil - performance.now(); left > 0; left = this.#pausedUntil - performance.now()) {
      // A little more than asked for, and not all at the same moment.
      if (!(await pause(left + 20 + Math.random() * 80, signal))) return;
    }
  }
}

/** The requests of one scan. `requests` counts manifests, configs and list pages asked for; tokens and retries are not in it. */
export class RepositoryReader {
  readonly repository: string;
  readonly #reader: RegistryReader;
  readonly #signal: AbortSignal;
  requests = 0;

  constructor(reader: RegistryReader, repository: string, signal: AbortSignal) {
    this.#reader = reader;
    this.repository = repository;
    this.#signal = signal;
  }

  head(reference: string): Promise<ManifestHead> {
    return this.#run(() => this.#reader.registry.headManifest(this.repository, reference, this.#signal));
  }

  manifest(reference: string): Promise<ManifestContent> {
    return this.#run(() => this.#reader.registry.getManifest(this.repository, reference, this.#signal));
  }

  config(descriptor: BlobDescriptor): Promise<{ json: unknown }> {
    return this.#run(() => this.#reader.registry.getConfig(this.repository, descriptor, this.#signal));
  }

  /** All tags. An incomplete list comes back with the error that ended it; a list of nothing but an error throws. */
  tags(maxNames: number): Promise<NameList> {
    return this.#list(() => this.#reader.registry.listTags(this.repository, { signal: this.#signal }), maxNames);
  }

  /** The catalog, in the same way. */
  repositories(maxNames: number): Promise<NameList> {
    return this.#list(() => this.#reader.registry.listRepositories({ signal: this.#signal }), maxNames);
  }

  #run<T>(request: () => Promise<T>): Promise<T> {
    return this.#reader.run(this.repository, this.#signal, () => {
      this.requests += 1;
      return request();
    });
  }

  async #list(open: () => AsyncIterable<string[]>, maxNames: number): Promise<NameList> {
    let best: NameList = { names: [], error: null };
    let limitedMs = 0;
    for (let attempt = 0; !this.#signal.aborted; ) {
      const list = await this.#listOnce(open, maxNames);
      if (list.error === null) return list;
      if (list.names.length >= best.names.length) best = list;
      if (list.error.code === 'rate-limited') {
        const wait = this.#reader.restFor(list.error, attempt);
        limitedMs += wait;
        if (wait > MAX_PAUSE_MS || limitedMs > MAX_LIMITED_MS) break;
        continue;
      }
      if (!list.error.transient || attempt >= RETRIES) break;
      await pause(fullJitter(attempt, RETRY_BASE_MS, 5_000), this.#signal);
      attempt += 1;
    }
    if (best.error === null) throw new RegistryError({ code: 'aborted', message: 'The agent stops.' });
    if (best.names.length === 0) throw best.error;
    return best;
  }

  async #listOnce(open: () => AsyncIterable<string[]>, maxNames: number): Promise<NameList> {
    const names: string[] = [];
    let hasPages = false;
    const pages = open()[Symbol.asyncIterator]();
    try {
      for (;;) {
        this.requests += 1;
        // Without retries inside: a generator that threw is over, so the list begins anew as a whole.
        const page = await this.#reader.run(this.repository, this.#signal, () => once(pages));
        if ('error' in page) throw page.error;
        if (page.done) {
          // The end after a page was told by that page; only an empty list has an end of its own.
          if (hasPages) this.requests -= 1;
          return { names, error: null };
        }
        hasPages = true;
        for (const name of page.value) if (names.length < maxNames) names.push(name);
        if (names.length >= maxNames) return { names, error: tooMany(maxNames) };
      }
    } catch (error) {
      if (!(error instanceof RegistryError)) throw error;
      return { names, error };
    } finally {
      await pages.return?.().catch(() => {});
    }
  }
}

/** Names with what is missing: null for a complete list. */
export interface NameList {
  names: string[];
  error: RegistryError | null;
}

async function once(pages: AsyncIterator<string[]>): Promise<IteratorResult<string[]> | { error: unknown }> {
  try {
    return await pages.next();
  } catch (error) {
    return { error };
  }
}

function tooMany(maxNames: number): RegistryError {
  return new RegistryError({
    code: 'too-many-names',
    message: `There are more than ${maxNames} names; the rest was not read.`,
  });
}
