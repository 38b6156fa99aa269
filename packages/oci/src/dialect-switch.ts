/** Chooses the dialect of a registry once, and falls back to the spec where a product refuses its better way. */
import type { DialectInfo, ListOptions, ScannerAnswer, TagDetail } from './abilities.ts';
import { DIALECTS, GENERIC } from './dialects/all.ts';
import { detectByAsking, detectByHost } from './dialects/detect.ts';
import type { Dialect } from './dialects/dialect.ts';
import { belowPrefix, type OciReader } from './dialects/oci.ts';
import { RegistryError } from './errors.ts';
import type { Session } from './session.ts';

/** A refusal is believed for so long; then the product's better way is tried again, for rights may have been granted. */
const REFUSED_FOR_MS = 3_600_000;
const MAX_REFUSALS = 10_000;

export class DialectSwitch {
  readonly #session: Session;
  readonly #reader: OciReader;
  #known: { dialect: Dialect; detectedBy: string | null } | null = null;
  #finding: Promise<{ dialect: Dialect; detectedBy: string | null }> | null = null;
  readonly #refusals = new Refusals();

  /** @param wanted a provider, or `auto` */
  constructor(session: Session, reader: OciReader, wanted: string) {
    this.#session = session;
    this.#reader = reader;
    if (wanted !== 'auto') this.#settle(DIALECTS.get(wanted) ?? GENERIC, null);
  }

  /** @throws RegistryError when the registry must be asked and does not answer */
  async info(signal?: AbortSignal): Promise<DialectInfo> {
    return this.#describe(await this.#find(signal));
  }

  /** The same without asking anybody; null as long as it was not found out. */
  get known(): DialectInfo | null {
    return this.#known && this.#describe(this.#known);
  }

  #describe({ dialect, detectedBy }: { dialect: Dialect; detectedBy: string | null }): DialectInfo {
    const refusal = this.#refusals.ofAll();
    return {
      provider: dialect.provider,
      product: dialect.product,
      detectedBy,
      isBulk: dialect.describeTags !== undefined && refusal === null,
      bulkRefusal: refusal,
      hasScanner: dialect.scannerAnswer !== undefined,
      hasMeteredGets: dialect.hasMeteredGets ?? false,
    };
  }

  async *describeTags(repository: string, options: ListOptions = {}): AsyncGenerator<TagDetail[], void, undefined> {
    const { dialect } = await this.#find(options.signal);
    const partial = new Map<string, TagDetail>();
    if (dialect.describeTags !== undefined && !this.#refusals.holds(repository)) {
      let yielded = false;
      try {
        const place = this.#reader.repositoryOf(repository);
        for await (const page of uniquePages(dialect.describeTags(this.#session, place, options), this.#session)) {
          if (dialect.isPartial) for (const tag of page) partial.set(tag.name, tag);
          else {
            yielded = true;
            yield page;
          }
        }
        this.#refusals.worked(repository);
        if (!dialect.isPartial) return;
      } catch (error) {
        if (yielded || !isRefusal(error)) throw error;
        this.#refusals.add(repository, error);
      }
    }
    for await (const page of this.#reader.listTags(repository, options)) {
      yield page.map((name) => partial.get(name) ?? { name, digest: null, pushedAt: null, isLocked: null });
    }
  }

  async *listRepositories(options: ListOptions = {}): AsyncGenerator<string[], void, undefined> {
    const { dialect } = await this.#find(options.signal);
    if (dialect.listRepositories === undefined) return yield* this.#reader.listRepositories(options);
    let yielded = false;
    try {
      for await (const page of dialect.listRepositories(this.#session, options)) {
        const own = belowPrefix(this.#session.address.prefix, page);
        if (own.length > 0) {
          yielded = true;
          yield own;
        }
      }
    } catch (error) {
      if (yielded || !isRefusal(error)) throw error;
      yield* this.#reader.listRepositories(options);
    }
  }

  /** What the product's scanner says of an image; null where it has none. @throws RegistryError */
  async scannerAnswer(repository: string, digest: string, signal?: AbortSignal): Promise<ScannerAnswer | null> {
    const { dialect } = await this.#find(signal);
    if (dialect.scannerAnswer === undefined) return null;
    return dialect.scannerAnswer(this.#session, this.#reader.repositoryOf(repository), digest, signal);
  }

  /** The dialect when it is known already, else what the host alone shows, else the generic one. */
  get current(): Dialect {
    if (this.#known !== null) return this.#known.dialect;
    const byHost = detectByHost(new URL(this.#session.origin).hostname);
    return DIALECTS.get(byHost?.provider ?? 'oci') ?? GENERIC;
  }

  #find(signal: AbortSignal | undefined): Promise<{ dialect: Dialect; detectedBy: string | null }> {
    if (this.#known !== null) return Promise.resolve(this.#known);
    // One request for all who wait; a failure is not remembered, and whoever asks next tries again.
    this.#finding ??= this.#detect(signal).finally(() => {
      this.#finding = null;
    });
    return this.#finding;
  }

  async #detect(signal: AbortSignal | undefined) {
    const found = await detectByAsking(this.#session, signal);
    return this.#settle(DIALECTS.get(found?.provider ?? 'oci') ?? GENERIC, found?.by ?? 'no sign of a product');
  }

  #settle(dialect: Dialect, detectedBy: string | null) {
    this.#known = { dialect, detectedBy };
    this.#reader.habits = dialect;
    return this.#known;
  }
}

/**
 * Repositories for which the product's better way was refused. One that is private or gone says nothing of the others;
 * when two are refused and none ever worked, the way is closed to this account.
 */
class Refusals {
  readonly #byRepository = new Map<string, { error: RegistryError; until: number }>();
  #hasWorked = false;

  /** Whether to go the spec's way at once for this repository. */
  holds(repository: string): boolean {
    return (
      this.#live(repository) !== null || (!this.#hasWorked && this.#byRepository.size >= 2 && this.ofAll() !== null)
    );
  }

  /** Why the way is closed to this account; null as long as it may be open. */
  ofAll(): RegistryError | null {
    if (this.#hasWorked) return null;
    for (const repository of [...this.#byRepository.keys()]) {
      const error = this.#live(repository);
      if (error !== null) return error;
    }
    return null;
  }

  add(repository: string, error: RegistryError): void {
    if (this.#byRepository.size >= MAX_REFUSALS) this.#byRepository.clear();
    this.#byRepository.set(repository, { error, until: performance.now() + REFUSED_FOR_MS });
  }

  worked(repository: string): void {
    this.#hasWorked = true;
    this.#byRepository.delete(repository);
  }

  #live(repository: string): RegistryError | null {
    const known = this.#byRepository.get(repository);
    if (known === undefined) return null;
    if (performance.now() < known.until) return known.error;
    this.#byRepository.delete(repository);
    return null;
  }
}

/** What says that this way is closed to this account, or was never there: the spec's way is open all the same. */
function isRefusal(error: unknown): error is RegistryError {
  return (
    error instanceof RegistryError &&
    (error.code === 'api-unavailable' || (error.code === 'response-invalid' && !error.transient))
  );
}

/** Each name once, whatever the pages repeat, and no more of them than the limit. */
async function* uniquePages(
  pages: AsyncIterable<TagDetail[]>,
  session: Session,
): AsyncGenerator<TagDetail[], void, undefined> {
  const seen = new Set<string>();
  for await (const page of pages) {
    const fresh = page.filter(({ name }) => !seen.has(name) && seen.add(name));
    if (seen.size > session.limits.maxTags) {
      throw new RegistryError({
        code: 'too-many-names',
        message: `There are more than ${session.limits.maxTags} tags; the rest was not read.`,
      });
    }
    if (fresh.length > 0) yield fresh;
  }
}
