/** The one thread that previews, and who waits for it. */
import { Worker } from 'node:worker_threads';
import type { RulePreview } from '@pharos/library';
import { ProblemError } from '../problem.ts';
import type { FromPreviewWorker, NamesForPreview, PreviewQuestion, ToPreviewWorker } from './preview-worker.ts';

/** One preview that is being asked for: names first, then the question. */
export interface PreviewJob {
  /** Hands over repositories of a registry. */
  names(registryId: string, registry: string, repositories: readonly NamesForPreview[]): void;
  /** Asks; rejects with `stopping` when the signal ends it before its answer. */
  run(question: PreviewQuestion): Promise<RulePreview>;
}

interface Waiting {
  resolve(preview: RulePreview): void;
  reject(error: unknown): void;
  cancelled: Int32Array<SharedArrayBuffer>;
}

/**
 * Previews run one after the other: each is over within a second or two, and a second thread would only take memory. One
 * that nobody waits for any more, because its author typed on, ends where it is.
 */
export class PreviewPool {
  #worker: Worker | null = null;
  #last = 0;
  readonly #waiting = new Map<number, Waiting>();

  /** Begins a preview. The signal ends it. */
  begin(signal: AbortSignal): PreviewJob {
    this.#last += 1;
    const job = this.#last;
    signal.addEventListener('abort', () => this.#cancel(job), { once: true });
    return {
      names: (registryId, registry, repositories) => {
        if (!signal.aborted) this.#send({ kind: 'names', job, registryId, registry, repositories });
      },
      run: (question) => {
        if (signal.aborted) return Promise.reject(cancelledError());
        return this.#run(job, question);
      },
    };
  }

  /** Ends the thread; whoever waits is told so. */
  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = null;
    this.#fail(cancelledError());
    await worker?.terminate();
  }

  #run(job: number, question: PreviewQuestion): Promise<RulePreview> {
    const shared = new SharedArrayBuffer(4);
    return new Promise((resolve, reject) => {
      this.#waiting.set(job, { resolve, reject, cancelled: new Int32Array(shared) });
      this.#thread().ref();
      this.#send({ kind: 'run', job, question, cancelled: shared });
    });
  }

  #cancel(job: number): void {
    const waiting = this.#waiting.get(job);
    if (waiting === undefined) {
      if (this.#worker !== null) this.#send({ kind: 'drop', job });
      return;
    }
    this.#waiting.delete(job);
    Atomics.store(waiting.cancelled, 0, 1);
    waiting.reject(cancelledError());
  }

  #send(message: ToPreviewWorker): void {
    this.#thread().postMessage(message);
  }

  #thread(): Worker {
    if (this.#worker !== null) return this.#worker;
    const worker = new Worker(new URL('./preview-worker.ts', import.meta.url));
    this.#worker = worker;
    // An idle thread keeps no process alive.
    worker.unref();
    worker.on('message', (answer: FromPreviewWorker) => this.#answer(answer));
    worker.on('error', (error) => this.#lost(worker, error));
    worker.on('exit', () => this.#lost(worker, new Error('The thread for previews ended.')));
    return worker;
  }

  #answer({ job, preview, error }: FromPreviewWorker): void {
    const waiting = this.#waiting.get(job);
    this.#waiting.delete(job);
    if (this.#waiting.size === 0) this.#worker?.unref();
    if (preview !== null) waiting?.resolve(preview);
    else waiting?.reject(error === null ? cancelledError() : new Error(error));
  }

  /** Out of memory, for instance: this preview fails, the next one has a new thread. */
  #lost(worker: Worker, error: Error): void {
    if (this.#worker !== worker) return;
    this.#worker = null;
    this.#fail(error);
  }

  #fail(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

function cancelledError(): ProblemError {
  return new ProblemError('stopping', 'Nobody waits for this preview any more.');
}
