/** The store as a reader of some areas sees it: each read in a transaction of its own, on the views of `seen.ts`. */
import type { Area } from '@pharos/library';
import type { Db } from './database.ts';
import { storeError } from './driver-error.ts';
import { readAs } from './seen.ts';
import type { SeenStore } from './store.ts';

type Method = (...values: unknown[]) => Promise<unknown>;

/** Nouns and methods are those of `nounsOn`, whatever they are; what a method does, it does inside the transaction. */
export function seenStore(db: Db, nounsOn: (db: Db) => SeenStore, areas: readonly Area[]): SeenStore {
  const within = (pick: (nouns: SeenStore) => Method): Method => {
    return (...values) =>
      db
        .transaction()
        .execute(async (trx) => {
          await readAs(trx, areas);
          return pick(nounsOn(trx))(...values);
        })
        .catch((error: unknown) => {
          throw storeError(error);
        });
  };
  const shape = Object.entries(nounsOn(db)) as [keyof SeenStore, object][];
  const nouns = shape.map(([name, noun]) => {
    if (typeof noun === 'function') return [name, within((all) => all[name] as unknown as Method)];
    const methods = Object.keys(noun).map((method) => [
      method,
      within((all) => (all[name] as unknown as Record<string, Method>)[method]!),
    ]);
    return [name, Object.fromEntries(methods)];
  });
  return Object.fromEntries(nouns) as SeenStore;
}
