/** The store as whoever asks may see it: without a word in any handler. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Area } from '@pharos/library';
import type { SeenStore, Store } from '@pharos/store';

/** A store that knows for whom it reads. */
export interface ReaderStore {
  /** Reads within `readAs` are filtered; all others are not. */
  readonly store: Store;
  /** The same without a filter: for what is not of the library. */
  readonly whole: Store;
  /** Runs what only reads for somebody who sees these areas alone. What it would change, the database refuses. */
  readAs<T>(areas: readonly Area[], run: () => T): T;
  /** The areas of the reader at hand; null: everything. */
  areas(): readonly Area[] | null;
}

type Method = (...values: unknown[]) => unknown;

/** Wraps a store. Its nouns and methods are taken as they are, so that none can be forgotten. */
export function createReaderStore(store: Store): ReaderStore {
  const readers = new AsyncLocalStorage<{ areas: readonly Area[]; seen: SeenStore }>();
  const current = () => (readers.getStore()?.seen ?? store) as unknown as Record<string, unknown>;
  const wrapped = Object.entries(store).map(([name, noun]) => {
    const isForAll = name === 'seenBy' || name === 'ping' || name === 'close';
    if (typeof noun === 'function') {
      const owner = isForAll ? () => store as unknown as Record<string, unknown> : current;
      return [name, (...values: unknown[]) => (owner()[name] as Method)(...values)];
    }
    if (typeof noun !== 'object') return [name, noun];
    const methods = Object.keys(noun).map((method) => [
      method,
      (...values: unknown[]) => (current()[name] as Record<string, Method>)[method]?.(...values),
    ]);
    return [name, Object.fromEntries(methods)];
  });
  return {
    store: Object.fromEntries(wrapped) as unknown as Store,
    whole: store,
    readAs: (areas, run) => readers.run({ areas, seen: store.seenBy(areas) }, run),
    areas: () => readers.getStore()?.areas ?? null,
  };
}
