import { type AbortWatcher, unwatchAbort, watchAbort } from './abort-watch.ts';
import { RegistryError } from './errors.ts';

interface Waiting extends AbortWatcher {
  start: (() => void) | null;
  next: Waiting | null;
}

interface Lane {
  head: Waiting;
  tail: Waiting;
}

/**
 * Runs tasks with bounded concurrency, taking turns between lanes (one per repository, say): a lane with 200,000
 * waiting tasks delays another lane's first task by at most one turn of every lane.
 */
export class FairQueue {
  #concurrency: number;
  readonly #maxWaiting: number;
  // A Map keeps insertion order, so the first key is the lane whose turn it is.
  readonly #lanes = new Map<string, Lane>();
  #running = 0;
  #waiting = 0;

  /** @param concurrency tasks at once, at least 1. @param maxWaiting tasks that may wait before `run` refuses. */
  constructor(concurrency: number, maxWaiting = 1_000_000) {
    this.#concurrency = Math.max(1, Math.floor(concurrency));
    this.#maxWaiting = maxWaiting;
  }

  /** Tasks at once, at least 1. Fewer ends none that runs; more starts some that wait. */
  get concurrency(): number {
    return this.#concurrency;
  }

  set concurrency(limit: number) {
    this.#concurrency = Math.max(1, Math.floor(limit));
    while (this.#running < this.#concurrency) {
      const start = this.#take();
      if (start === null) return;
      this.#running += 1;
      start();
    }
  }

  /** Tasks that run or wait. */
  get size(): number {
    return this.#running + this.#waiting;
  }

  /**
   * Runs the task when its lane's turn comes, and answers with its result. A task that still waits when the signal
   * fires never starts; one that runs is left to watch the signal itself.
   * @throws RegistryError `aborted`, `queue-full`, and whatever the task throws
   */
  async run<T>(lane: string, task: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (signal?.aborted) throw aborted();
    if (this.#running >= this.#concurrency) await this.#turn(lane, signal);
    else this.#running += 1;
    try {
      return await task();
    } finally {
      this.#release();
    }
  }

  #turn(lane: string, signal: AbortSignal | undefined): Promise<void> {
    if (this.#waiting >= this.#maxWaiting) {
      throw new RegistryError({
        code: 'queue-full',
        message: `More than ${this.#maxWaiting} requests wait for this registry.`,
      });
    }
    return new Promise((resolve, reject) => {
      const entry: Waiting = {
        next: null,
        start: () => {
          if (signal) unwatchAbort(signal, entry);
          resolve();
        },
        onAbort: () => {
          // The entry stays in its lane and is passed over: taking it out of the middle would cost a walk.
          entry.start = null;
          this.#waiting -= 1;
          reject(aborted());
        },
      };
      if (signal) watchAbort(signal, entry);
      this.#append(lane, entry);
      this.#waiting += 1;
    });
  }

  #append(name: string, entry: Waiting): void {
    const lane = this.#lanes.get(name);
    if (lane === undefined) this.#lanes.set(name, { head: entry, tail: entry });
    else {
      lane.tail.next = entry;
      lane.tail = entry;
    }
  }

  #release(): void {
    const start = this.#running > this.#concurrency ? null : this.#take();
    if (start === null) this.#running -= 1;
    else start(); // The place passes on, so nobody can slip in between.
  }

  #take(): (() => void) | null {
    for (const [name, lane] of this.#lanes) {
      this.#lanes.delete(name);
      let entry: Waiting | null = lane.head;
      while (entry !== null && entry.start === null) entry = entry.next;
      if (entry === null) continue;
      if (entry.next !== null) this.#lanes.set(name, { head: entry.next, tail: lane.tail });
      this.#waiting -= 1;
      return entry.start;
    }
    return null;
  }
}

function aborted(): RegistryError {
  return new RegistryError({ code: 'aborted', message: 'The work was cancelled before it began.' });
}
