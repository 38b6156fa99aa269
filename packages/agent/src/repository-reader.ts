import {
  type BlobDescriptor,
  type ManifestContent,
  type ManifestHead,
  type ReferrerDescriptor,
  RegistryError,
  type ScannerAnswer,
  type TagDetail,
} from '@pharos/oci';
import { fullJitter, pause, RETRIES, RETRY_BASE_MS } from './backoff.ts';
import { isNotAsked } from './not-asked.ts';
import { MAX_LIMITED_MS, MAX_REST_MS } from './pace.ts';
import { PackedTags } from './packed-tags.ts';
import type { RegistryReader } from './registry-reader.ts';

/** The requests of one scan. `requests` counts manifests, configs and list pages asked for; tokens and retries are not in it. */
export class RepositoryReader {
  readonly repository: string;
  readonly reader: RegistryReader;
  readonly #signal: AbortSignal;
  readonly #turn: string;
  requests = 0;

  constructor(reader: RegistryReader, repository: string, signal: AbortSignal, turn: string) {
    this.reader = reader;
    this.repository = repository;
    this.#signal = signal;
    this.#turn = turn;
  }

  head(reference: string): Promise<ManifestHead> {
    return this.#run(() => this.reader.registry.headManifest(this.repository, reference, this.#signal));
  }

  async manifest(reference: string): Promise<ManifestContent> {
    this.reader.checkQuota();
    return this.#run(() => this.reader.registry.getManifest(this.repository, reference, this.#signal));
  }

  config(descriptor: BlobDescriptor): Promise<{ json: unknown }> {
    return this.#run(() => this.reader.registry.getConfig(this.repository, descriptor, this.#signal));
  }

  /** The bytes of a blob, verified by its digest. */
  blob(descriptor: BlobDescriptor, maxBytes: number): Promise<Uint8Array> {
    return this.#run(() =>
      this.reader.registry.getBlob(this.repository, descriptor, { maxBytes, signal: this.#signal }),
    );
  }

  /** What hangs on a digest; null where the registry has no such API. */
  referrers(digest: string): Promise<ReferrerDescriptor[] | null> {
    return this.#run(() => this.reader.registry.listReferrers(this.repository, digest, this.#signal));
  }

  /** What the registry's own scanner says of an image; null where it has none. */
  scannerAnswer(digest: string): Promise<ScannerAnswer | null> {
    return this.#run(() => this.reader.registry.scannerAnswer(this.repository, digest, this.#signal));
  }

  /** All tags, with digests where the registry tells them in bulk. An incomplete list comes back with the error that ended it; a list of nothing but an error throws. */
  async tags(maxNames: number): Promise<TagList> {
    const open = () => this.reader.registry.describeTags(this.repository, { signal: this.#signal });
    const { basket, error } = await this.#list(open, () => new TagBasket(), maxNames);
    return { ...basket, error };
  }

  /** The names of all tags, in the fewest requests. */
  async names(maxNames: number): Promise<NameList> {
    const open = () => this.reader.registry.listTags(this.repository, { signal: this.#signal });
    const { basket, error } = await this.#list(open, () => new NameBasket(), maxNames);
    return { names: basket.names, error };
  }

  /** The catalog, in the same way. */
  async repositories(maxNames: number): Promise<NameList> {
    const open = () => this.reader.registry.listRepositories({ signal: this.#signal });
    const { basket, error } = await this.#list(open, () => new NameBasket(), maxNames);
    return { names: basket.names, error };
  }

  #run<T>(request: () => Promise<T>): Promise<T> {
    return this.reader.run(this.#turn, this.#signal, () => {
      this.requests += 1;
      return request();
    });
  }

  async #list<T, B extends Basket<T>>(
    open: () => AsyncIterable<T[]>,
    empty: () => B,
    maxItems: number,
  ): Promise<{ basket: B; error: RegistryError | null }> {
    let best: { basket: B; error: RegistryError | null } = { basket: empty(), error: null };
    let limitedMs = 0;
    for (let attempt = 0; !this.#signal.aborted; ) {
      const list = await this.#listOnce(open, empty(), maxItems);
      if (list.error === null) return list;
      if (list.basket.names.length >= best.basket.names.length) best = list;
      if (isNotAsked(list.error)) break;
      if (list.error.code === 'rate-limited') {
        const wait = this.reader.limited(list.error, attempt);
        limitedMs += wait;
        if (wait > MAX_REST_MS || limitedMs > MAX_LIMITED_MS) break;
        continue;
      }
      if (!list.error.transient || attempt >= RETRIES) break;
      await pause(fullJitter(attempt, RETRY_BASE_MS, 5_000), this.#signal);
      attempt += 1;
    }
    if (best.error === null) throw new RegistryError({ code: 'aborted', message: 'The agent stops.' });
    if (best.basket.names.length === 0) throw best.error;
    return best;
  }

  async #listOnce<T, B extends Basket<T>>(
    open: () => AsyncIterable<T[]>,
    basket: B,
    maxItems: number,
  ): Promise<{ basket: B; error: RegistryError | null }> {
    let hasPages = false;
    const pages = open()[Symbol.asyncIterator]();
    try {
      for (;;) {
        this.requests += 1;
        const page = await this.reader.runOnce(this.#turn, this.#signal, () => pages.next());
        if (page.done) {
          // The end after a page was told by that page; only an empty list has an end of its own.
          if (hasPages) this.requests -= 1;
          return { basket, error: null };
        }
        hasPages = true;
        for (const item of page.value) if (basket.names.length < maxItems) basket.add(item);
        if (basket.names.length >= maxItems) return { basket, error: tooMany(maxItems) };
      }
    } catch (error) {
      if (!(error instanceof RegistryError)) throw error;
      if (isNotAsked(error)) this.requests -= 1;
      return { basket, error };
    } finally {
      await pages.return?.(undefined).catch(() => {});
    }
  }
}

/** What is kept of a list while its pages come. */
interface Basket<T> {
  readonly names: readonly string[];
  add(item: T): void;
}

class NameBasket implements Basket<string> {
  readonly names: string[] = [];

  add(name: string): void {
    this.names.push(name);
  }
}

class TagBasket implements Basket<TagDetail> {
  readonly names: string[] = [];
  readonly details = new PackedTags();

  add({ name, digest, pushedAt }: TagDetail): void {
    this.names.push(name);
    if (digest !== null || pushedAt !== null) this.details.set(name, digest ?? '', 0, pushedAt);
  }
}

/** Names with what is missing: null for a complete list. */
export interface NameList {
  names: string[];
  error: RegistryError | null;
}

/** Tags, in the same way. */
export interface TagList {
  names: string[];
  /** What the registry told of them in its list; nothing where it lists names only. */
  details: PackedTags;
  error: RegistryError | null;
}

function tooMany(maxNames: number): RegistryError {
  return new RegistryError({
    code: 'too-many-names',
    message: `There are more than ${maxNames} names; the rest was not read.`,
  });
}
