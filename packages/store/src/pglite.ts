/** The main thread's side of PGlite: what kysely's PGliteDialect asks for, carried to the worker as messages. */
import { Worker } from 'node:worker_threads';
import { StoreError } from './errors.ts';
import type { WorkerAnswer, WorkerCall } from './pglite-worker.ts';

interface Answer<T> {
  rows: T[];
  affectedRows?: number;
  fields: { dataTypeID: number; name: string }[];
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

export interface EmbeddedDatabase {
  ready: boolean;
  closed: boolean;
  readonly waitReady: Promise<void>;
  query<T>(text: string, values?: readonly unknown[]): Promise<Answer<T>>;
  exec(text: string): Promise<void>;
  transaction<T>(
    run: (transaction: { query: EmbeddedDatabase['query']; rollback(): Promise<void> }) => Promise<T>,
  ): Promise<T>;
  close(): Promise<void>;
}

/** Starts the worker and opens the database in `directory` (`memory:` for none). Rejects when it cannot be opened. */
export async function openPglite(directory: string): Promise<EmbeddedDatabase> {
  const worker = new Worker(new URL('./pglite-worker.ts', import.meta.url), { workerData: { directory } });
  const waiting = new Map<number, Waiting>();
  let last = 0;
  let isClosing = false;
  let failure: Error | null = null;

  const fail = (cause: unknown) => {
    failure = new StoreError('database-unavailable', 'The embedded database stopped.', 'Start Pharos again.', {
      cause,
    });
    for (const { reject } of waiting.values()) reject(failure);
    waiting.clear();
  };
  worker.on('error', fail);
  worker.on('exit', (code) => fail(new Error(`exit ${code}`)));
  worker.on('message', ({ id, result, error }: WorkerAnswer) => {
    const call = waiting.get(id);
    waiting.delete(id);
    // An idle database keeps no process alive; a running query does, and so does closing: a late answer must not let the
    // process end before the worker has.
    if (waiting.size === 0 && !isClosing) worker.unref();
    if (error === undefined) call?.resolve(result);
    else call?.reject(Object.assign(new Error(error.message), error));
  });

  const ask = <T>(verb: WorkerCall['verb'], text = '', values: readonly unknown[] = []): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      if (failure !== null) return reject(failure);
      last += 1;
      waiting.set(last, { resolve: resolve as Waiting['resolve'], reject });
      worker.ref();
      worker.postMessage({ id: last, verb, text, values } satisfies WorkerCall);
    });

  try {
    await ask('open');
  } catch (error) {
    await worker.terminate();
    throw error;
  }

  const database: EmbeddedDatabase = {
    ready: true,
    closed: false,
    waitReady: Promise.resolve(),
    query: <T>(text: string, values: readonly unknown[] = []) => ask<Answer<T>>('query', text, values),
    exec: (text) => ask('exec', text),
    // kysely gives the one connection to one user at a time, so nothing else can come between begin and commit.
    transaction: async (run) => {
      await ask('exec', 'begin');
      try {
        const result = await run({ query: database.query, rollback: () => ask('exec', 'rollback') });
        await ask('exec', 'commit');
        return result;
      } catch (error) {
        await ask('exec', 'rollback').catch(() => {});
        throw error;
      }
    },
    close: async () => {
      if (database.closed) return;
      database.closed = true;
      isClosing = true;
      await ask('close').catch(() => {});
      await worker.terminate();
    },
  };
  return database;
}
