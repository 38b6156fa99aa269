/**
 * The thread that verifies large attestations: to hash, parse and read 16 MiB takes long enough that the thread which answers
 * requests would answer none meanwhile. Trust comes as text and is made ready here.
 */
import { parentPort } from 'node:worker_threads';
import type { StoredTrust } from '@pharos/store';
import { type Judged, judging } from './judging.ts';
import { readTrust } from './trust.ts';
import type { EvidenceBytes } from './verdict.ts';

export interface ToVerifier {
  readonly trust: readonly StoredTrust[];
  readonly evidence: EvidenceBytes;
  readonly at: Date;
}

/** Null: it could not be judged, which is no pass. */
export type FromVerifier = readonly Judged[] | null;

parentPort?.on('message', ({ trust, evidence, at }: ToVerifier) => {
  let judged: FromVerifier = null;
  try {
    const entries = trust.map((text) => ({ id: text.id, trust: readTrust(text) }));
    const steps = judging(entries, evidence, at);
    let step = steps.next();
    while (!step.done) step = steps.next();
    judged = step.value;
  } catch {}
  parentPort?.postMessage(judged);
});
