/** Stops asking a registry that does not answer: after some failures in a row only one request at a time finds out whether it is back. */
import { RegistryError } from '@pharos/oci';
import { notAsked } from './not-asked.ts';

/** Failures that say that the registry is away or out of order, and not that this request was wrong. */
const AWAY: ReadonlySet<string> = new Set([
  'connection-refused',
  'dns-failed',
  'registry-failed',
  'registry-unreachable',
  'timeout',
  'token-failed',
]);

const OPEN_AFTER = 5;
const FIRST_OPEN_MS = 1_000;
const LONGEST_OPEN_MS = 300_000;

export type BreakerState = 'closed' | 'open' | 'half-open';

export class Breaker {
  readonly #longestMs: number;
  readonly #now: () => number;
  #failures = 0;
  #opened = 0;
  #openUntil = 0;
  #isProbing = false;
  #reason: RegistryError | null = null;

  /** @param intervalMs how often the registry is read: being open longer than that would cost freshness. @param now monotonic clock, milliseconds */
  constructor(intervalMs = LONGEST_OPEN_MS, now: () => number = () => performance.now()) {
    this.#longestMs = Math.min(LONGEST_OPEN_MS, Math.max(2 * FIRST_OPEN_MS, intervalMs));
    this.#now = now;
  }

  get state(): BreakerState {
    if (this.#reason === null) return 'closed';
    return this.#now() < this.#openUntil ? 'open' : 'half-open';
  }

  /** Before a request. @throws RegistryError the one that opened it, with `not-asked` as evidence */
  enter(): void {
    if (this.#reason === null) return;
    if (this.#now() < this.#openUntil || this.#isProbing) throw notAsked(this.#reason);
    this.#isProbing = true;
  }

  /** The registry answered, whatever it said. */
  answered(): void {
    this.#failures = 0;
    this.#opened = 0;
    this.#reason = null;
    this.#isProbing = false;
  }

  /** A request failed. */
  failed(error: unknown): void {
    if (!(error instanceof RegistryError) || error.code === 'aborted') {
      this.#isProbing = false;
      return;
    }
    if (!AWAY.has(error.code)) {
      this.answered();
      return;
    }
    this.#failures += 1;
    if (!this.#isProbing && (this.#failures < OPEN_AFTER || this.#reason !== null)) return;
    this.#isProbing = false;
    this.#reason = error;
    // With jitter, so that many registries behind one broken network do not come back at one moment.
    const span = Math.min(this.#longestMs, FIRST_OPEN_MS * 2 ** this.#opened);
    this.#openUntil = this.#now() + span * (0.5 + Math.random() / 2);
    this.#opened += 1;
  }

  /** A person asks: the next request finds out at once. */
  allowProbe(): void {
    this.#openUntil = 0;
    this.#isProbing = false;
  }
}
