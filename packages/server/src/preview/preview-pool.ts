/** The one thread that previews, and who waits for it. */
import { Worker } from 'node:worker_threads';
import type { RulePreview } from '@pharos/library';
import { ProblemError } from '../problem.ts';
import type { FromPreviewWorker, NamesForPreview, PreviewQuestion, ToPreviewWorker } from './preview-worker.ts';

/** One preview that is being asked for: the question first, then the names, of which it makes the answer as they come. */
export interface PreviewJob {
  /** Hands over repositories of a registry. */
  names(registryId: string, registry: string, repositories: readonly NamesForPreview[]): void;
  /** All names are handed over. Rejects with `stopping` when the signal ends it before its answer. */
  finish(): Promise<RulePreview>;
}

interface Waiting {
  resolve(preview: RulePreview): void;
  reject(error: unknown): void;
}

/**
 * Previews share one thread: each is over within a second or two, and a second thread would only take memory. One that
 * nobody waits for any more, because its author typed on, ends where it is.
 */
export class PreviewPool {
  #worker: Worker | null = null;
  #last = 0;
  readonly #waiting = new Map<number, Waiting>();

  /** Begins a preview. The signal ends it. */
  begin(question: PreviewQuestion, signal: AbortSignal): PreviewJob {
    this.#last += 1;
    const job = this.#last;
    const cancelled = new SharedArrayBuffer(4);
    const cancel = () => {
      Atomics.store(new Int32Array(cancelled), 0, 1);
      this.#waiting.get(job)?.reject(cancelledError());
      this.#waiting.delete(job);
      // The thread forgets it.
      if (this.#worker !== null && this.#worker === worker) this.#send({ kind: 'finish', job });
    };
    const worker = signal.aborted ? null : this.#thread();
    if (!signal.aborted) this.#send({ kind: 'begin', job, question, cancelled });
    signal.addEventListener('abort', cancel, { once: true });
    return {
      names: (registryId, registry, repositories) => {
        if (!signal.aborted) this.#send({ kind: 'names', job, registryId, registry, repositories });
      },
      finish: () => {
        if (signal.aborted) return Promise.reject(cancelledError());
        // Another thread knows nothing of the names that this one was given.
        if (this.#worker !== worker) return Promise.reject(new Error('The thread for previews ended.'));
        return new Promise((resolve, reject) => {
          this.#waiting.set(job, { resolve, reject });
          this.#thread().ref();
          this.#send({ kind: 'finish', job });
        });
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
