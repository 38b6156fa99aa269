/** When which registry is read. Each has a loop of its own, so that none waits for another. */
import type { ScanBegin } from '@pharos/contract';
import { pause } from './backoff.ts';

export type Trigger = ScanBegin['trigger'];

/** A sweep that somebody asked for: its identity, and what to do when it is over. */
export interface SweepRequest {
  trigger: Trigger;
  /** Identity given by the control plane; without one it makes its own. */
  scanId?: string | undefined;
}

export interface ScheduleOptions {
  /** Sweeps a registry. Must not throw. */
  sweep(registryId: string, request: SweepRequest): Promise<void>;
  /** Told whenever the next sweep of a registry is set. */
  onNext(registryId: string, at: Date): void;
  random?: () => number;
}

export interface ScheduledRegistry {
  id: string;
  intervalSeconds: number;
}

/** Agents and registries that start together do not stay together: each interval is off by up to a tenth. */
const JITTER = 0.1;
/** With many registries the first sweeps are spread over this much per registry, up to the interval. Milliseconds. */
const SPREAD_MS = 50;
const MANY = 8;

/** Milliseconds from the begin of a sweep to the begin of the next: the interval, a tenth more or less. */
export function nextInterval(intervalSeconds: number, random: () => number = Math.random): number {
  return Math.round(intervalSeconds * 1000 * (1 - JITTER + 2 * JITTER * random()));
}

export class Schedule {
  readonly #options: ScheduleOptions;
  readonly #loops = new Map<string, Loop>();

  constructor(options: ScheduleOptions) {
    this.#options = options;
  }

  /** The registries from now on: new ones are read at once, those that are gone no more, the others keep their time. */
  set(registries: readonly ScheduledRegistry[]): void {
    const ids = new Set(registries.map((registry) => registry.id));
    for (const [id, loop] of this.#loops) {
      if (ids.has(id)) continue;
      this.#loops.delete(id);
      void loop.stop();
    }
    const random = this.#options.random ?? Math.random;
    const spread = registries.length > MANY ? registries.length * SPREAD_MS : 0;
    for (const { id, intervalSeconds } of registries) {
      const loop = this.#loops.get(id);
      if (loop) loop.intervalSeconds = intervalSeconds;
      else
        this.#loops.set(
          id,
          new Loop(id, intervalSeconds, this.#options, Math.min(spread, intervalSeconds * 1000) * random()),
        );
    }
  }

  /** Sweeps a registry as soon as it is free. Requests without an identity that wait already are not doubled. */
  request(registryId: string, request: SweepRequest): boolean {
    const loop = this.#loops.get(registryId);
    loop?.request(request);
    return loop !== undefined;
  }

  /** Ends all loops; resolves when the sweeps under way are over. */
  async stop(): Promise<void> {
    const loops = [...this.#loops.values()];
    this.#loops.clear();
    await Promise.all(loops.map((loop) => loop.stop()));
  }
}

class Loop {
  intervalSeconds: number;
  readonly #id: string;
  readonly #options: ScheduleOptions;
  readonly #requests: SweepRequest[] = [];
  readonly #stopping = new AbortController();
  readonly #done: Promise<void>;
  #waking = new AbortController();

  constructor(id: string, intervalSeconds: number, options: ScheduleOptions, firstMs: number) {
    this.#id = id;
    this.intervalSeconds = intervalSeconds;
    this.#options = options;
    this.#done = this.#run(firstMs);
  }

  request(request: SweepRequest): void {
    const isWaiting = request.scanId === undefined && this.#requests.some((other) => other.scanId === undefined);
    if (!isWaiting) this.#requests.push(request);
    this.#waking.abort();
  }

  stop(): Promise<void> {
    this.#stopping.abort();
    this.#waking.abort();
    return this.#done;
  }

  async #run(firstMs: number): Promise<void> {
    let request: SweepRequest = { trigger: 'start' };
    let wait = firstMs;
    for (;;) {
      request = await this.#next(wait, request);
      if (this.#stopping.signal.aborted) return;
      const started = performance.now();
      await this.#options.sweep(this.#id, request);
      if (this.#stopping.signal.aborted) return;
      // A sweep that takes longer than its interval is followed by a short rest, not by the next at once.
      const interval = nextInterval(this.intervalSeconds, this.#options.random);
      wait = Math.max(Math.min(1000, interval), interval - (performance.now() - started));
      request = { trigger: 'schedule' };
      this.#options.onNext(this.#id, new Date(Date.now() + wait));
    }
  }

  /** Waits for the time or for a request, whichever is first. */
  async #next(wait: number, scheduled: SweepRequest): Promise<SweepRequest> {
    if (this.#requests.length === 0 && wait > 0) {
      this.#waking = new AbortController();
      if (this.#stopping.signal.aborted) return scheduled;
      await pause(wait, this.#waking.signal);
    }
    return this.#requests.shift() ?? scheduled;
  }
}
