/** How fast a registry is asked: fewer at once when it asks to slow down or fails, slowly more while all goes well (AIMD). */
import { type FairQueue, RegistryError } from '@pharos/oci';
import { fullJitter, pause } from './backoff.ts';
import { NOT_ASKED } from './not-asked.ts';

/** A longer rest is not waited for inside a scan: the scan ends as partial and goes on next time. */
export const MAX_REST_MS = 60_000;
/** Nor are more rests than this together, for one request or list. */
export const MAX_LIMITED_MS = 120_000;

const SLOW: ReadonlySet<string> = new Set(['registry-failed', 'timeout', 'registry-unreachable']);

export class Pace {
  readonly #queue: FairQueue;
  readonly #most: number;
  #pausedUntil = 0;
  #sinceChange = 0;
  #reason: RegistryError | null = null;

  /** @param most requests at once when all goes well */
  constructor(queue: FairQueue, most: number) {
    this.#queue = queue;
    this.#most = most;
  }

  get concurrency(): number {
    return this.#queue.concurrency;
  }

  /** When the registry may be asked again, as a wall-clock time; null: now. */
  get pausedUntil(): Date | null {
    const left = this.#pausedUntil - performance.now();
    return left > 0 ? new Date(Date.now() + left) : null;
  }

  /** Before a request. @throws RegistryError `rate-limited` with `not-asked`, when the rest is longer than a scan waits */
  check(): void {
    const left = this.#pausedUntil - performance.now();
    if (left <= MAX_REST_MS) return;
    const until = new Date(Date.now() + left).toISOString();
    throw new RegistryError({
      code: 'rate-limited',
      message: `${this.#reason?.message ?? 'The registry asked to slow down.'} It is not asked before ${until}.`,
      hint: this.#reason?.hint,
      retryAfterMs: left,
      transient: false,
      evidence: NOT_ASKED,
    });
  }

  /** Waits while the registry rests; everybody does, otherwise each of the others is refused once more. */
  async rest(signal: AbortSignal): Promise<void> {
    for (let left = this.#pausedUntil - performance.now(); left > 0; left = this.#pausedUntil - performance.now()) {
      if (left > MAX_REST_MS) return this.check();
      // A little more than asked for, and not all at the same moment.
      if (!(await pause(left + 20 + Math.random() * 80, signal))) return;
    }
  }

  /** The registry asked to slow down: nothing goes out before its time, and then one at a time. Answers the wait in milliseconds. */
  limited(error: RegistryError, attempt: number): number {
    const wait = error.retryAfterMs ?? 1_000 + fullJitter(attempt, 1_000, 30_000);
    this.pauseFor(wait, error);
    this.#queue.concurrency = 1;
    this.#sinceChange = 0;
    return Math.max(wait, 1);
  }

  pauseFor(ms: number, reason: RegistryError | null): void {
    const until = performance.now() + ms;
    if (until <= this.#pausedUntil) return;
    this.#pausedUntil = until;
    this.#reason = reason;
  }

  /** One more at once for every round of requests that all went well. */
  succeeded(): void {
    if (this.#queue.concurrency >= this.#most) return;
    this.#sinceChange += 1;
    if (this.#sinceChange < this.#queue.concurrency) return;
    this.#sinceChange = 0;
    this.#queue.concurrency += 1;
  }

  failed(error: RegistryError): void {
    if (!SLOW.has(error.code)) return;
    this.#queue.concurrency = Math.max(1, Math.floor(this.#queue.concurrency / 2));
    this.#sinceChange = 0;
  }
}
