import { createHash } from 'node:crypto';

/** Remembers what came, so that it counts once; in memory, bounded, over a time. */
export interface ReplayGuard {
  /** Whether this comes for the first time within `ms`; it is known from now on. */
  claim(key: string, ms: number): boolean;
  /** Forgets it: it was not taken after all, and the sender will try again. */
  release(key: string): void;
}

const MAX_KEYS = 20_000;

/** Makes an empty guard. */
export function createReplayGuard(now: () => Date): ReplayGuard {
  const until = new Map<string, number>();
  // Senders choose their ids; a hash bounds what one of them takes.
  const hash = (key: string) => createHash('sha256').update(key).digest('base64');
  return {
    claim(key, ms) {
      const time = now().getTime();
      const name = hash(key);
      if ((until.get(name) ?? 0) > time) return false;
      until.delete(name);
      if (until.size >= MAX_KEYS) until.delete(until.keys().next().value as string);
      until.set(name, time + ms);
      return true;
    },
    release: (key) => void until.delete(hash(key)),
  };
}
