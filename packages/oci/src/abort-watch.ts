/** Whoever is to be told of an abort. */
export interface AbortWatcher {
  onAbort(): void;
}

const watched = new WeakMap<AbortSignal, Set<AbortWatcher>>();

/**
 * Tells the watcher when the signal aborts. All requests of a scan share one signal; a listener of its own for each would
 * cost more than the request's parsing, so there is one listener for each signal and a set behind it.
 */
export function watchAbort(signal: AbortSignal, watcher: AbortWatcher): void {
  let watchers = watched.get(signal);
  if (watchers === undefined) {
    const made = new Set<AbortWatcher>();
    watchers = made;
    watched.set(signal, made);
    signal.addEventListener(
      'abort',
      () => {
        for (const each of [...made]) each.onAbort();
        made.clear();
      },
      { once: true },
    );
  }
  watchers.add(watcher);
}

export function unwatchAbort(signal: AbortSignal, watcher: AbortWatcher): void {
  watched.get(signal)?.delete(watcher);
}
