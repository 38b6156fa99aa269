/** One signature against everything that is trusted, entry by entry. */
import { type Stated, statedIn } from '@pharos/library';
import type { Trust } from './trust.ts';
import type { EvidenceBytes, Verdict } from './verdict.ts';
import { verifyEvidence } from './verify.ts';

export interface Judged {
  readonly trustId: string;
  readonly verdict: Verdict;
  /** Of a verified attestation: what was read in the very bytes that were verified. */
  readonly stated: Stated | null;
}

/** Pauses before each entry, so that others may run; entries that say nothing of it are left out. */
export function* judging(
  entries: readonly { readonly id: string; readonly trust: Trust }[],
  evidence: EvidenceBytes,
  at: Date,
): Generator<void, Judged[]> {
  const judged: Judged[] = [];
  // Read once, however many keys verified it.
  let stated: Stated | null = null;
  for (const { id, trust } of entries) {
    yield;
    const verdict = verifyEvidence(evidence, trust, at);
    if (verdict === null) continue;
    const isAttested = verdict.outcome === 'verified' && verdict.what === 'attestation';
    if (isAttested) stated ??= statedOf(evidence, verdict);
    judged.push({ trustId: id, verdict, stated: isAttested ? stated : null });
  }
  return judged;
}

function statedOf({ payload, subject }: EvidenceBytes, { predicateType }: Verdict): Stated | null {
  if (payload === null) return null;
  return statedIn(Buffer.from(payload).toString('utf8'), predicateType ?? '', subject);
}
