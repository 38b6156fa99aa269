/** A leaky bucket: so many requests in a second, evenly spread. */
export class Ceiling {
  readonly #spacingMs: number;
  #next = 0;

  /** @param perSecond null for no bound */
  constructor(perSecond: number | null) {
    this.#spacingMs = perSecond === null ? 0 : 1000 / perSecond;
  }

  async pass(): Promise<void> {
    if (this.#spacingMs === 0) return;
    const now = performance.now();
    const turn = Math.max(now, this.#next);
    this.#next = turn + this.#spacingMs;
    if (turn > now) await new Promise((resolve) => setTimeout(resolve, turn - now));
  }
}
