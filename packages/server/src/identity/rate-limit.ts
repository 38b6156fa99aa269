/** At most so many attempts of one key within a window; the memory it takes is bounded. */
export interface RateLimit {
  /** Counts an attempt. Answers 0 when it may be made, else the seconds to wait. */
  attempt(key: string): number;
  /** Forgets a key, after a success. */
  clear(key: string): void;
}

const MAX_KEYS = 10_000;

/** Makes a limit of `max` attempts in `windowMs`, counted from the first. */
export function createRateLimit(max: number, windowMs: number, now: () => Date): RateLimit {
  const windows = new Map<string, { count: number; until: number }>();
  return {
    attempt(key) {
      const time = now().getTime();
      const window = windows.get(key);
      if (!window || window.until <= time) {
        // Insertion order is age: the oldest window goes when there are too many.
        windows.delete(key);
        if (windows.size >= MAX_KEYS) windows.delete(windows.keys().next().value as string);
        windows.set(key, { count: 1, until: time + windowMs });
        return 0;
      }
      window.count += 1;
      return window.count <= max ? 0 : Math.ceil((window.until - time) / 1000);
    },
    clear: (key) => void windows.delete(key),
  };
}
