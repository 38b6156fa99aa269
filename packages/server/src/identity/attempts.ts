/** How guesses are slowed down: some are free, then each one makes the next wait longer. */
export interface Attempts {
  /** Seconds that a key has to wait; 0: it may be tried now. Counts nothing. */
  wait(key: string): number;
  /** Counts an attempt, before it is known how it ends: many at once get no more than many in a row. */
  count(key: string): void;
  /** Takes one attempt back, after a success: what remains are the failures of others. */
  undo(key: string): void;
  /** Forgets a key, after a success. */
  clear(key: string): void;
}

/** From when on, and how long. The wait doubles from `firstMs` up to `mostMs`. */
export interface AttemptRules {
  readonly free: number;
  readonly firstMs: number;
  readonly mostMs: number;
}

const MAX_KEYS = 10_000;
/** A key that was left alone for this long begins anew. */
const FORGET_MS = 3_600_000;

/** Makes an empty record; the memory it takes is bounded. It is this process's own: replicas count apart. */
export function createAttempts({ free, firstMs, mostMs }: AttemptRules, now: () => Date): Attempts {
  const keys = new Map<string, { count: number; until: number; lastAt: number }>();
  const known = (key: string) => {
    const entry = keys.get(key);
    return entry && entry.lastAt + FORGET_MS > now().getTime() ? entry : undefined;
  };
  return {
    wait: (key) => Math.max(0, Math.ceil(((known(key)?.until ?? 0) - now().getTime()) / 1000)),
    count(key) {
      const time = now().getTime();
      const count = (known(key)?.count ?? 0) + 1;
      const until = count < free ? 0 : time + Math.min(mostMs, firstMs * 2 ** Math.min(count - free, 30));
      // Insertion order is age: the key that was tried longest ago goes when there are too many.
      keys.delete(key);
      if (keys.size >= MAX_KEYS) keys.delete(keys.keys().next().value as string);
      keys.set(key, { count, until, lastAt: time });
    },
    undo(key) {
      const entry = known(key);
      if (!entry) return;
      entry.count -= 1;
      if (entry.count < free) entry.until = 0;
    },
    clear: (key) => void keys.delete(key),
  };
}
