/** What was fetched, and for how long it is good. */
export interface Fetched<T> {
  value: T;
  lifeMs: number;
}

/** After a refusal made us fetch anew, the next refusals within this time are believed. */
const BELIEVED_MS = 60_000;
/** How long an old value that is still good is used before a failed renewal is tried again. */
const RETRY_MS = 30_000;
const LONGEST_LIFE_MS = 24 * 3_600_000;

/**
 * A credential that ends: fetched when first asked for, once however many wait for it, and renewed at 80 % of its life.
 * When a renewal fails, the old value is used as long as it is good.
 */
export class Renewing<T> {
  readonly #fetch: () => Promise<Fetched<T>>;
  #held: { value: T; renewAt: number; endsAt: number } | null = null;
  #fetching: Promise<T> | null = null;
  #refusedAt = Number.NEGATIVE_INFINITY;

  constructor(fetch: () => Promise<Fetched<T>>) {
    this.#fetch = fetch;
  }

  /** The value; a promise only while it is fetched. */
  get(): T | Promise<T> {
    const held = this.#held;
    return held !== null && performance.now() < held.renewAt ? held.value : this.#fetchOnce();
  }

  /**
   * The other side refused this value: what is held instead by now, or a new one. Null when the last new one came of a
   * refusal too, a moment ago: then the refusal is meant, and fetching again with every request would only do harm.
   */
  renewed(refused: T): Promise<T> | null {
    if (this.#held !== null && this.#held.value !== refused) return Promise.resolve(this.#held.value);
    if (this.#fetching !== null) return this.#fetching;
    const now = performance.now();
    if (now - this.#refusedAt < BELIEVED_MS) return null;
    this.#refusedAt = now;
    this.#held = null;
    return this.#fetchOnce();
  }

  #fetchOnce(): Promise<T> {
    this.#fetching ??= this.#renew().finally(() => {
      this.#fetching = null;
    });
    return this.#fetching;
  }

  async #renew(): Promise<T> {
    try {
      const { value, lifeMs } = await this.#fetch();
      const life = Math.min(Math.max(lifeMs, 0), LONGEST_LIFE_MS);
      const now = performance.now();
      this.#held = { value, renewAt: now + life * 0.8, endsAt: now + life };
      return value;
    } catch (error) {
      const held = this.#held;
      if (held === null || performance.now() >= held.endsAt) throw error;
      held.renewAt = Math.min(performance.now() + RETRY_MS, held.endsAt);
      return held.value;
    }
  }
}
