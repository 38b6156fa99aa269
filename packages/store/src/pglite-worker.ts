/**
 * PGlite in its worker thread. In the main thread it would starve the event loop: its queries resolve in microtasks, so
 * no timer and no request is served during an import. The messages are the four verbs of pglite.ts.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm';
import { DURABLE, DurableFiles } from './durable-files.ts';

export interface WorkerCall {
  readonly id: number;
  readonly verb: 'open' | 'query' | 'exec' | 'close';
  readonly text: string;
  readonly values: readonly unknown[];
}

export interface WorkerAnswer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: {
    readonly message: string;
    readonly code?: string;
    readonly constraint?: string;
    readonly detail?: string;
  };
}

/** Memory is taken as pages are read, so a small library takes none of it. With half of it a large one writes a third slower. */
const MEMORY = ['-c', 'shared_buffers=128MB'];

let database: PGlite | null = null;

async function answer(call: WorkerCall): Promise<unknown> {
  if (call.verb === 'open') {
    const { directory } = workerData as { directory: string };
    const isKept = directory !== 'memory:';
    database = await PGlite.create({
      ...(isKept ? { fs: new DurableFiles(directory) } : { dataDir: 'memory://' }),
      extensions: { pg_trgm },
      parsers: { 20: Number },
      startParams: [...(isKept ? DURABLE : PGlite.defaultStartParams), ...MEMORY],
    });
    return null;
  }
  if (database === null) throw new Error('The database is not open.');
  if (call.verb === 'close') return database.close();
  if (call.verb === 'exec') {
    await database.exec(call.text);
    return null;
  }
  const { rows, affectedRows } = await database.query(call.text, [...call.values]);
  return { rows, affectedRows };
}

parentPort?.on('message', async (call: WorkerCall) => {
  try {
    parentPort?.postMessage({ id: call.id, result: await answer(call) } satisfies WorkerAnswer);
  } catch (error) {
    const { message, code, constraint, detail } = error as NonNullable<WorkerAnswer['error']>;
    const system = systemError(error);
    const told = { message: String(message ?? system), ...picked({ code: code ?? system, constraint, detail }) };
    parentPort?.postMessage({ id: call.id, error: told } satisfies WorkerAnswer);
  }
});

/** What the WebAssembly file system throws has no message, only one of WASI's numbers (wasi_snapshot_preview1, errno). */
const WASI_ERRNO: Readonly<Record<number, string>> = { 2: 'EACCES', 29: 'EIO', 51: 'ENOSPC', 63: 'EPERM', 69: 'EROFS' };

function systemError(error: unknown): string | undefined {
  const { name, errno } = error as { name?: unknown; errno?: unknown };
  return name === 'ErrnoError' && typeof errno === 'number' ? (WASI_ERRNO[errno] ?? `errno ${errno}`) : undefined;
}

/** Only texts cross the thread: an error of the WebAssembly file system carries numbers and functions. */
function picked(fields: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).filter((field): field is [string, string] => typeof field[1] === 'string'),
  );
}
