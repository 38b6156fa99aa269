/** Handlers under way. A client that hangs up ends its connection, not the handler: the store must outlive both. */
export class Running {
  readonly #handlers = new Set<Promise<unknown>>();

  /** Hands the handler's promise on and remembers it until it has ended. */
  track<T>(handler: T | Promise<T>): T | Promise<T> {
    if (!(handler instanceof Promise)) return handler;
    this.#handlers.add(handler);
    const forget = () => void this.#handlers.delete(handler);
    handler.then(forget, forget);
    return handler;
  }

  /** Resolves when all have ended. */
  async ended(): Promise<void> {
    while (this.#handlers.size > 0) await Promise.allSettled(this.#handlers);
  }
}
