/** The one thread that verifies large attestations. It takes one at a time: a batch is no more than 16 MiB. */
import { Worker } from 'node:worker_threads';
import type { StoredTrust } from '@pharos/store';
import type { Judged } from './judging.ts';
import type { EvidenceBytes } from './verdict.ts';
import type { FromVerifier, ToVerifier } from './verifier-worker.ts';

/** What 16 MiB need, read as JSON twice, several times over: who makes it need more ends the thread, not the server. */
const MOST_MEMORY_MB = 768;
/** Many times what the largest takes. */
const MOST_MS = 60_000;

export class Verifier {
  readonly #script: URL;
  readonly #most: number;
  #worker: Worker | null = null;
  #isClosed = false;

  constructor(script = new URL('./verifier-worker.ts', import.meta.url), mostMilliseconds = MOST_MS) {
    this.#script = script;
    this.#most = mostMilliseconds;
  }

  /**
   * What each entry says. Null where the thread could not say it, ended, or took too long: nothing is verified then. Rejects
   * once it is closed.
   */
  async judge(trust: readonly StoredTrust[], evidence: EvidenceBytes, at: Date): Promise<readonly Judged[] | null> {
    const worker = this.#thread();
    const answer = await new Promise<FromVerifier>((resolve) => {
      const timer = setTimeout(() => settle(null), this.#most);
      const onEnd = () => settle(null);
      const settle = (judged: FromVerifier) => {
        clearTimeout(timer);
        worker.off('message', settle).off('error', onEnd).off('exit', onEnd);
        resolve(judged);
      };
      worker.on('message', settle).on('error', onEnd).on('exit', onEnd);
      worker.ref();
      worker.postMessage({ trust, evidence: plain(evidence), at } satisfies ToVerifier);
    });
    if (this.#isClosed) throw new Error('Verifying was stopped.');
    worker.unref();
    // One that could not answer may be anywhere in its work: the next one has a new thread.
    if (answer === null) await this.#drop(worker);
    return answer;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#worker !== null) await this.#drop(this.#worker);
  }

  #thread(): Worker {
    if (this.#isClosed) throw new Error('Verifying was stopped.');
    if (this.#worker !== null) return this.#worker;
    const worker = new Worker(this.#script, { resourceLimits: { maxOldGenerationSizeMb: MOST_MEMORY_MB } });
    this.#worker = worker;
    // Without it an error of an idle thread would end the process.
    worker.on('error', () => {});
    worker.on('exit', () => {
      if (this.#worker === worker) this.#worker = null;
    });
    worker.unref();
    return worker;
  }

  async #drop(worker: Worker): Promise<void> {
    if (this.#worker === worker) this.#worker = null;
    await worker.terminate();
  }
}

/** Only what verification takes: rows of the store hold more. */
function plain(evidence: EvidenceBytes): EvidenceBytes {
  const { subject, form, mediaType, annotations, payload, payloadDigest, subjectManifest, problem, place } = evidence;
  return { subject, form, mediaType, annotations, payload, payloadDigest, subjectManifest, problem, place };
}
