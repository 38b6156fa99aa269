/** The connection to the control plane: who answers, and what an error of it means for the agent. */
import {
  ApiError,
  type Client,
  type RouteInput,
  type RouteName,
  type RouteOutput,
  type Routes,
} from '@pharos/contract';
import type { Logger } from 'pino';
import { fullJitter, pause } from './backoff.ts';

const BASE_MS = 500;
const CAP_MS = 60_000;

/** Whether waiting and trying again is the right answer: everything that says nothing against the request itself. */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof ApiError)) return true;
  // A token can be corrected and a proxy can be repaired while the agent waits, so these are no reason to give up.
  return error.status === 0 || error.status >= 500 || [401, 403, 404, 408, 425, 429].includes(error.status);
}

export class ControlPlane {
  readonly #client: Client;
  readonly #log: Logger;
  readonly #capMs: number;
  /** Identity of the database that answers; null before the first answer. */
  serverEpoch: string | null = null;
  /** Whether the last call was answered. */
  isConnected = false;

  constructor(client: Client, log: Logger, capMs = CAP_MS) {
    this.#client = client;
    this.#log = log;
    this.#capMs = capMs;
  }

  /** One call, tried once. @throws ApiError */
  async call<N extends RouteName>(
    name: N,
    input: RouteInput<Routes[N]>,
    signal?: AbortSignal,
  ): Promise<RouteOutput<Routes[N]>> {
    try {
      const answer = await this.#client(name, input, { signal });
      if (!this.isConnected) this.#log.info({ event: 'control-plane-connected' }, 'the control plane answers');
      this.isConnected = true;
      return answer;
    } catch (error) {
      const isAway = error instanceof ApiError && (error.status === 0 || error.status >= 500);
      if (isAway && this.isConnected) {
        this.isConnected = false;
        this.#log.warn(
          { event: 'control-plane-away', code: error.code, hint: error.hint },
          'the control plane does not answer; scanning goes on, reports wait in the spool',
        );
      }
      throw error;
    }
  }

  /** A call that nobody waits for: progress, status. Failure is not worth a word. */
  async tell<N extends RouteName>(name: N, input: RouteInput<Routes[N]>, signal?: AbortSignal): Promise<boolean> {
    try {
      await this.call(name, input, signal);
      return true;
    } catch {
      return false;
    }
  }

  /**
   * Tries again for ever with full jitter, at most a minute apart, until it is answered, refused for good, or the
   * signal fires. @throws ApiError for a lasting refusal; the signal's reason
   */
  async insist<N extends RouteName>(
    name: N,
    input: () => RouteInput<Routes[N]>,
    signal: AbortSignal,
  ): Promise<RouteOutput<Routes[N]>> {
    for (let attempt = 0; ; attempt += 1) {
      signal.throwIfAborted();
      try {
        return await this.call(name, input(), signal);
      } catch (error) {
        if (signal.aborted || !isPassing(error)) throw error;
        this.explain(name, error, attempt);
        if (!(await this.backOff(attempt, signal))) throw error;
      }
    }
  }

  /** Waits as long as this attempt deserves; false when the signal fired. */
  backOff(attempt: number, signal: AbortSignal): Promise<boolean> {
    return pause(fullJitter(attempt, BASE_MS, this.#capMs), signal);
  }

  /** Says once in a while why it does not go on. */
  explain(name: string, error: unknown, attempt: number): void {
    if (attempt > 0 && attempt % 20 !== 0) return;
    const { code, hint } = error instanceof ApiError ? error : { code: 'unexpected', hint: undefined };
    const isAccess = error instanceof ApiError && (error.status === 401 || error.status === 403);
    const advice = isAccess
      ? 'Check agent.access_key: it must be a token with the agent role; or let the agent join again with a new agent.join_token.'
      : hint;
    this.#log.warn(
      { call: name, code, hint: advice, attempt },
      'a call to the control plane failed; it is tried again',
    );
  }
}
