import { setTimeout as sleep } from 'node:timers/promises';

/** How often the same request is tried again for faults that pass by themselves. */
export const RETRIES = 2;
export const RETRY_BASE_MS = 250;

/**
 * Full jitter: a random time between nothing and a bound that doubles with each attempt. Thousands of agents that lost
 * their server at the same moment come back spread out instead of all at once. Milliseconds; `attempt` counts from 0.
 */
export function fullJitter(attempt: number, baseMs: number, capMs: number, random: () => number = Math.random): number {
  return Math.round(random() * Math.min(capMs, baseMs * 2 ** Math.min(attempt, 30)));
}

/** Waits, and answers false when the signal fired meanwhile. Never throws. */
export async function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return false;
  try {
    await sleep(ms, undefined, { signal });
    return true;
  } catch {
    return false;
  }
}
