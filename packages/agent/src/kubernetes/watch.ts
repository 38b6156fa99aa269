/**
 * Follows all objects of a kind: list, then watch from the list's resourceVersion; bookmarks keep that fresh, and when the API
 * no longer remembers it (410 Gone) the list is read again (Kubernetes API concepts, "Efficient detection of changes").
 */
import { fullJitter, pause } from '../backoff.ts';
import { type KubeObject, type KubernetesApi, KubernetesError } from './api.ts';

export interface WatchOptions<T> {
  readonly api: KubernetesApi;
  /** Address of the list. */
  readonly path: string;
  readonly signal: AbortSignal;
  /** What is kept of an object; null: nothing. The object itself is dropped, for there may be many. */
  readonly keep: (object: KubeObject) => T | null;
  /** Everything there is, after the list was read to its end and after every change since. */
  readonly onChange: (items: ReadonlyMap<string, T>) => void;
  /** Why it does not go on; null: it does. */
  readonly onTrouble: (error: unknown) => void;
  readonly backOffMs?: number;
}

const PAGE = '250';
const BASE_MS = 1_000;
const CAP_MS = 60_000;
/** Ended by the API after so long; half of that again at random, so that not all of them come back together. */
const WATCH_SECONDS = 290;

/** Until the signal fires. Never throws. */
export async function follow<T>(options: WatchOptions<T>): Promise<void> {
  const { signal, onTrouble, backOffMs = BASE_MS } = options;
  let version: string | null = null;
  let items = new Map<string, T>();
  for (let attempt = 0; !signal.aborted; ) {
    const begun = performance.now();
    try {
      if (version === null) {
        const listed: { version: string; items: Map<string, T> } = await list(options);
        ({ version, items } = listed);
        options.onChange(items);
      }
      const seen: string = await watch(options, items, version);
      version = seen;
      attempt = 0;
    } catch (error) {
      if (signal.aborted) return;
      if (performance.now() - begun > CAP_MS) attempt = 0;
      // What was seen up to here stays: absence is told by a list only.
      if (isGone(error)) version = null;
      else onTrouble(error);
      if (!isGone(error) || attempt > 0) await pause(fullJitter(attempt, backOffMs, CAP_MS), signal);
      attempt += 1;
      // After trouble nobody knows what was missed.
      version = null;
    }
  }
}

async function list<T>({
  api,
  path,
  signal,
  keep,
}: WatchOptions<T>): Promise<{ version: string; items: Map<string, T> }> {
  const items = new Map<string, T>();
  for (let next = ''; ; ) {
    const query = { limit: PAGE, ...(next === '' ? {} : { continue: next }) };
    const page = await api.call('GET', path, { query, signal });
    for (const object of Array.isArray(page.items) ? page.items : []) {
      const kept = keep(object);
      if (kept !== null) items.set(String(object.metadata?.uid), kept);
    }
    next = typeof page.metadata?.continue === 'string' ? page.metadata.continue : '';
    if (next === '') return { version: String(page.metadata?.resourceVersion ?? ''), items };
  }
}

/** Answers the version up to which everything was seen, when the API ends the watch in peace. */
async function watch<T>(options: WatchOptions<T>, items: Map<string, T>, from: string): Promise<string> {
  const { api, path, signal, keep, onChange } = options;
  const seconds = Math.round(WATCH_SECONDS * (1 + Math.random() / 2));
  const query = { watch: 'true', allowWatchBookmarks: 'true', resourceVersion: from, timeoutSeconds: String(seconds) };
  let version = from;
  const onLine = (line: string) => {
    const { type, object } = JSON.parse(line) as { type: string; object: KubeObject };
    if (type === 'ERROR') throw new KubernetesError(Number(object.code ?? 500), object, String(object.message ?? ''));
    version = String(object.metadata?.resourceVersion ?? version);
    if (type === 'BOOKMARK') return;
    const uid = String(object.metadata?.uid);
    const kept = type === 'DELETED' ? null : keep(object);
    if (kept === null) items.delete(uid);
    else items.set(uid, kept);
    onChange(items);
  };
  await api.lines(path, query, onLine, signal);
  return version;
}

function isGone(error: unknown): boolean {
  return error instanceof KubernetesError && (error.status === 410 || error.reason === 'Expired');
}
