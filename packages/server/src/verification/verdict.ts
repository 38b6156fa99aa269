/** What verification takes and answers: bytes as an agent fetched them, what is trusted, and a verdict in words. */
import type { EvidenceForm, EvidenceProblem, VerificationOutcome } from '@pharos/contract';

/** One signature of one image. Everything in it is hostile. */
export interface EvidenceBytes {
  readonly subject: string;
  readonly form: EvidenceForm;
  readonly mediaType: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly payload: Uint8Array | null;
  readonly payloadDigest: string;
  /** The image's own manifest, for signatures over its bytes. */
  readonly subjectManifest: Uint8Array | null;
  readonly problem: EvidenceProblem | null;
  /** `host/repository` where it was found. */
  readonly place: string;
}

/** A verdict on one signature by one trust entry. Only `verified` is a pass. */
export interface Verdict {
  readonly outcome: VerificationOutcome;
  /** A sentence: what was compared, or why it is no pass. */
  readonly reason: string;
  readonly what: 'signature' | 'attestation';
  readonly predicateType: string | null;
  /** Fingerprint of the key, or the identity in the certificate. */
  readonly signer: string | null;
  readonly signedAt: Date | null;
  readonly validUntil: Date | null;
}

/** Why something is no pass. Thrown within this folder only; `verifyEvidence` turns it into a verdict. */
export class NoPass extends Error {
  override readonly name = 'NoPass';
  readonly outcome: 'failed' | 'unsupported';

  constructor(reason: string, outcome: 'failed' | 'unsupported' = 'failed') {
    super(reason);
    this.outcome = outcome;
  }
}

/** A pass, with what was compared. */
export function verified(reason: string, more: Partial<Verdict> = {}): Verdict {
  return {
    outcome: 'verified',
    reason,
    what: 'signature',
    predicateType: null,
    signer: null,
    signedAt: null,
    validUntil: null,
    ...more,
  };
}

/** No pass. */
export function noPass(outcome: 'failed' | 'unsupported', reason: string): Verdict {
  return { ...verified(reason), outcome };
}
