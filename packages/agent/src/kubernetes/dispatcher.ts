/**
 * Applies what the control plane hands out for this location, and tells how it is. Nothing is kept here: killed anywhere, the
 * next start asks again and does it again, which changes nothing that is right already.
 */
import {
  ApiError,
  type DispatchReport,
  type DispatchTask,
  type ObjectRef,
  type ObjectStatus,
  type SecretRef,
} from '@pharos/contract';
import type { Logger } from 'pino';
import { pause } from '../backoff.ts';
import type { ControlPlane } from '../control-plane.ts';
import { applyObject, type Cluster, deleteObject, observeObject, refOf, Superseded } from './apply.ts';
import { type Cause, causeOf, nameOf } from './cause.ts';
import { bareStatus } from './object-status.ts';
import { lookForSecrets } from './secrets.ts';

export interface DispatcherOptions {
  readonly controlPlane: Pick<ControlPlane, 'call'>;
  readonly cluster: Cluster;
  readonly agentId: string;
  readonly epoch: number;
  readonly log: Logger;
  /** How often what stands is looked at; default 20,000. Below the lease, so that it is kept. */
  readonly intervalMs?: number;
}

const INTERVAL_MS = 20_000;
/** While something is being deleted or could not be done. */
const SOON_MS = 2_000;
const MOST_SOON_MS = 60_000;
/** Told again, though nothing changed, so that people see that somebody looks. */
const RETELL_MS = 60_000;
/** Before the lease ends nothing new is begun. */
const MARGIN_MS = 10_000;
const AT_ONCE = 4;

type Outcome = Omit<DispatchReport, 'agentId' | 'fence' | 'generation'>;

export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #told = new Map<string, { text: string; at: number }>();
  #wake: () => void = () => {};
  #isWoken = false;
  #soon = SOON_MS;

  constructor(options: DispatcherOptions) {
    this.#options = options;
  }

  /** There is something new to do. */
  wake(): void {
    this.#isWoken = true;
    this.#wake();
  }

  /** Until the signal of the cluster fires. Never throws. */
  async run(): Promise<void> {
    const { signal } = this.#options.cluster;
    const { intervalMs = INTERVAL_MS } = this.#options;
    while (!signal.aborted) {
      this.#isWoken = false;
      const isUnfinished = await this.turn().catch((error) => {
        const { code, name } = error as { code?: string; name?: string };
        if (!signal.aborted) this.#options.log.warn({ code: code ?? name }, 'dispatches could not be fetched');
        return true;
      });
      this.#soon = isUnfinished ? Math.min(this.#soon * 1.5, MOST_SOON_MS) : SOON_MS;
      if (this.#isWoken) continue;
      const woken = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      await Promise.race([pause(isUnfinished ? Math.min(this.#soon, intervalMs) : intervalMs, signal), woken]);
    }
  }

  /** Everything once. Answers whether something is to be done again soon. @throws ApiError when nothing could be fetched */
  async turn(): Promise<boolean> {
    const { controlPlane, agentId, epoch, cluster } = this.#options;
    const asked = performance.now();
    const answer = await controlPlane.call('agentDispatches', { query: { agentId, epoch } }, cluster.signal);
    const until = asked + answer.leaseSeconds * 1000 - MARGIN_MS;
    // Somebody waits for it at a form, and a control plane of before asks nothing.
    const looking = this.#look(answer.secrets ?? []);
    const waiting = answer.tasks.values();
    let isUnfinished = false;
    const next = async () => {
      // One that hangs does not hold up the others.
      for (const task of waiting) if (await this.#do(task, until)) isUnfinished = true;
    };
    await Promise.all([looking, ...Array.from({ length: AT_ONCE }, next)]);
    for (const id of this.#told.keys()) if (!answer.tasks.some((task) => task.id === id)) this.#told.delete(id);
    return isUnfinished;
  }

  /** Whether secrets stand there. Never throws: what could not be told is asked again. */
  async #look(secrets: readonly SecretRef[]): Promise<void> {
    if (secrets.length === 0) return;
    const { controlPlane, agentId, cluster, log } = this.#options;
    try {
      const answers = await lookForSecrets(cluster, secrets);
      if (answers.length > 0) await controlPlane.call('agentSecrets', { body: { agentId, answers } }, cluster.signal);
    } catch (error) {
      if (!cluster.signal.aborted)
        log.debug({ code: (error as { code?: string }).code }, 'which secrets stand there could not be told');
    }
  }

  /** One dispatch. Answers whether it is unfinished. */
  async #do(task: DispatchTask, until: number): Promise<boolean> {
    const { signal } = this.#options.cluster;
    try {
      if (task.task === 'observe') return await this.#observe(task);
      if (task.task === 'apply') return await this.#apply(task, until);
      if (task.task === 'delete') return await this.#delete(task, until);
      // A newer control plane may ask for more than this agent knows: nothing is guessed.
      this.#options.log.warn({ dispatch: task.id, task: task.task as string }, 'an unknown task is left alone');
      return false;
    } catch (error) {
      if (signal.aborted) throw error;
      if (error instanceof Superseded) return true;
      // Another agent has it, or it has changed: the next turn asks what is to be done.
      const isStale = error instanceof ApiError && (error.code === 'conflict' || error.code === 'not-found');
      if (!isStale)
        this.#options.log.warn({ dispatch: task.id, error: (error as Error).name }, 'a dispatch was not done');
      return true;
    }
  }

  async #apply(task: DispatchTask, until: number): Promise<boolean> {
    const { cluster } = this.#options;
    await this.#tell(task, outcome('applying'));
    const status: ObjectStatus[] = [];
    for (const object of task.objects) {
      if (performance.now() > until) return true;
      const ref = refOf(object);
      const done = await this.#attempt(ref, 'applied', () => applyObject(cluster, object, task));
      if ('code' in done) return this.#fail(task, done, [...status, bareStatus(ref, 'failed')]);
      status.push(done);
      if (done.outcome === 'drifted') return this.#fail(task, driftCause(done), status);
    }
    const wanted = new Set(task.objects.map((object) => keyOf(refOf(object))));
    for (const ref of task.touched.filter((touched) => !wanted.has(keyOf(touched))).toReversed()) {
      if (performance.now() > until) return true;
      const done = await this.#attempt(ref, 'deleted', () => deleteObject(cluster, ref, task));
      if ('code' in done) return this.#fail(task, done, [...status, bareStatus(ref, 'failed')]);
    }
    await this.#tell(task, { ...outcome('applied'), status });
    return false;
  }

  async #observe(task: DispatchTask): Promise<boolean> {
    const { cluster } = this.#options;
    const status: ObjectStatus[] = [];
    const troubles: Cause[] = [];
    for (const object of task.objects) {
      const ref = refOf(object);
      const seen = await this.#attempt(ref, 'read', () => observeObject(cluster, object, task));
      if ('code' in seen) troubles.push(seen);
      status.push('code' in seen ? bareStatus(ref, 'failed') : seen);
    }
    const drifted = status.filter(({ outcome: how }) => how === 'drifted' || how === 'gone' || how === 'deleting');
    const [trouble] = troubles;
    if (trouble !== undefined) await this.#tell(task, { ...outcome('applied'), ...trouble, status });
    else if (drifted.length > 0) await this.#tell(task, { ...outcome('applied'), ...driftCause(drifted[0]!), status });
    else await this.#tell(task, { ...outcome('applied'), status });
    return false;
  }

  async #delete(task: DispatchTask, until: number): Promise<boolean> {
    const { cluster } = this.#options;
    const status: ObjectStatus[] = [];
    // The other way round: what was needed first goes last.
    for (const ref of task.touched.toReversed()) {
      if (performance.now() > until) return true;
      const done = await this.#attempt(ref, 'deleted', () => deleteObject(cluster, ref, task));
      if ('code' in done) return this.#fail(task, done, [...status, bareStatus(ref, 'failed')]);
      status.push(done);
    }
    const left = status.filter(({ outcome: how }) => how === 'deleting');
    if (left.length === 0) {
      await this.#tell(task, outcome('deleted'));
      return false;
    }
    const message = left.map(({ object, drift }) => `${nameOf(object)}: ${drift[0]?.message ?? ''}`).join(' ');
    await this.#tell(task, { ...outcome('deleting'), message: message.slice(0, 2000), status });
    return true;
  }

  async #attempt(ref: ObjectRef, doing: string, action: () => Promise<ObjectStatus>): Promise<ObjectStatus | Cause> {
    try {
      return await action();
    } catch (error) {
      if (this.#options.cluster.signal.aborted || error instanceof Superseded) throw error;
      return causeOf(error, ref, doing);
    }
  }

  async #fail(task: DispatchTask, cause: Cause, status: ObjectStatus[]): Promise<true> {
    await this.#tell(task, { ...outcome('failed'), ...cause, status });
    return true;
  }

  /** What is as it was is not told again, for a while. */
  async #tell(task: DispatchTask, body: Outcome): Promise<void> {
    const { controlPlane, agentId, cluster } = this.#options;
    const text = JSON.stringify([task.generation, task.fence, body]);
    const before = this.#told.get(task.id);
    if (before?.text === text && performance.now() - before.at < RETELL_MS) return;
    const { fence, generation } = task;
    const report = { agentId, fence, generation, ...body, status: body.status.slice(0, 200) };
    await controlPlane.call('agentDispatchReport', { params: { id: task.id }, body: report }, cluster.signal);
    this.#told.set(task.id, { text, at: performance.now() });
  }
}

function outcome(state: Outcome['state']): Outcome {
  return { state, code: null, message: '', hint: null, status: [] };
}

function keyOf({ apiVersion, kind, namespace, name }: ObjectRef): string {
  return JSON.stringify([apiVersion, kind, namespace, name]);
}

function driftCause({ object, drift }: ObjectStatus): Cause {
  const managers = [...new Set(drift.map(({ manager }) => manager).filter((manager) => manager !== ''))];
  const fields = drift.map(({ field }) => field).filter((field) => field !== '');
  const what =
    fields.length > 0
      ? `${managers.join(', ') || 'Somebody else'} set ${fields.slice(0, 5).join(', ')} of ${nameOf(object)}`
      : `${nameOf(object)}: ${drift[0]?.message ?? 'it is not as it was applied'}`;
  const hint = 'Take that change back, or change it here in the same way. Pharos does not fight over it.';
  return { code: 'drifted', message: `${what}${what.endsWith('.') ? '' : '.'}`.slice(0, 2000), hint };
}
