/** What is known of an image's signatures, in one state and one sentence. Only a signature over this very digest is a pass. */
import type { Evidence, Platform, Referrer, VerificationResult, VerificationSummary } from '@pharos/contract';

export interface VerificationQuestion {
  readonly digest: string;
  readonly platforms: readonly Pick<Platform, 'digest' | 'os' | 'architecture' | 'variant'>[];
  readonly evidence: readonly Evidence[];
  /** What hangs on the image, read or not. */
  readonly referrers: readonly Pick<Referrer, 'artifactType' | 'subject'>[];
  readonly now: Date;
}

const SIGNATURE_TYPE =
  /^application\/vnd\.(?:dev\.cosign\.(?:simplesigning|artifact\.sig)\.|dev\.sigstore\.bundle\.|cncf\.notary\.signature$)/;

/** Whether something of this artifact type holds a signature, or an attestation in the same envelope. */
export function isSignatureType(artifactType: string): boolean {
  return SIGNATURE_TYPE.test(artifactType);
}

/** A result that counts: a trusted key's signature that has not expired. */
function isPass(result: VerificationResult, now: Date): boolean {
  const isValid = result.validUntil === null || Date.parse(result.validUntil) > now.getTime();
  return result.outcome === 'verified' && result.what === 'signature' && isValid;
}

/** The state of an image with the sentence that says it. */
export function summariseVerification(question: VerificationQuestion): VerificationSummary {
  const { digest, evidence, now } = question;
  const all = evidence.filter(({ subject }) => subject === digest);
  // What is an attestation by its form is no signature that could fail.
  const own = all.filter(({ form, results }) => form !== 'cosign-dsse' || results.some((each) => isPass(each, now)));
  const verifiedBy = own.flatMap((each) =>
    each.results
      .filter((result) => isPass(result, now))
      .map(({ trustId, trust, signer, verifiedAt }) => ({
        trustId,
        trust,
        signer,
        evidence: each.digest,
        repository: each.repository,
        verifiedAt,
      })),
  );
  const common = { verifiedBy, signatures: own.length };
  if (verifiedBy.length > 0) return { state: 'verified', sentence: verifiedSentence(verifiedBy), ...common };
  const told = withoutPass(question, own);
  const hasAttestation = all.some(({ results }) => results.some(({ outcome, what }) => isSigned(outcome, what)));
  return { ...(told.state === 'none' && hasAttestation ? ATTESTED : told), ...common };
}

type Told = Pick<VerificationSummary, 'state' | 'sentence'>;

const ATTESTED: Told = {
  state: 'none',
  sentence: 'Signed attestations are attached; no signature of this digest is known.',
};

function isSigned(outcome: VerificationResult['outcome'], what: VerificationResult['what']): boolean {
  return outcome === 'verified' && what === 'attestation';
}

function verifiedSentence(by: VerificationSummary['verifiedBy']): string {
  const names = [...new Set(by.map(({ trust }) => `"${trust}"`))];
  return `A signature of this digest was verified with ${names.join(' and ')}.`;
}

function withoutPass(question: VerificationQuestion, own: readonly Evidence[]): Told {
  const { evidence, platforms, now, digest, referrers } = question;
  const signed = platforms.filter((platform) =>
    evidence.some(
      ({ subject, results }) =>
        subject !== digest && subject === platform.digest && results.some((result) => isPass(result, now)),
    ),
  );
  if (signed.length > 0) {
    const names = signed.map(({ os, architecture, variant }) => [os, architecture, variant].filter(Boolean).join('/'));
    const sentence = `Only the manifests of single platforms are signed (${names.join(', ')}); the index that puts them together is not.`;
    return { state: 'partial', sentence };
  }
  if (own.length === 0) {
    const isAttached = referrers.some(
      ({ artifactType, subject }) => (subject ?? digest) === digest && isSignatureType(artifactType),
    );
    return isAttached
      ? { state: 'checking', sentence: 'A signature is attached; it was not fetched yet.' }
      : { state: 'none', sentence: 'No signature of this digest is known.' };
  }
  return ofResults(own, now);
}

/** The strongest thing that can be said of signatures of which none passes. */
function ofResults(own: readonly Evidence[], now: Date): Told {
  if (own.some(({ checked }) => !checked)) {
    return { state: 'checking', sentence: 'A signature is attached; it is being verified.' };
  }
  const results = own.flatMap((each) => each.results);
  const expired = results.find(
    ({ outcome, validUntil }) =>
      outcome === 'verified' && validUntil !== null && Date.parse(validUntil) <= now.getTime(),
  );
  if (expired !== undefined) {
    return {
      state: 'failed',
      sentence: `The signature that "${expired.trust}" verified expired on ${expired.validUntil}.`,
    };
  }
  const failed = results.filter(({ outcome }) => outcome === 'failed');
  if (failed.length > 0) {
    const reasons = new Set(failed.map(({ reason }) => reason));
    const why = reasons.size === 1 ? ` ${[...reasons][0]}` : '';
    return { state: 'failed', sentence: `A signature is attached; no trusted key made it.${why}` };
  }
  const unsupported = results.find(({ outcome }) => outcome === 'unsupported');
  if (unsupported !== undefined) return { state: 'unsupported', sentence: unsupported.reason };
  if (results.some(({ what }) => what === 'attestation')) return ATTESTED;
  if (own.every(({ form, problem }) => problem !== null || form === 'unknown' || form === 'notation-cose')) {
    return { state: 'unsupported', sentence: 'A signature is attached; its form cannot be verified here.' };
  }
  return { state: 'untrusted', sentence: 'A signature is attached; no trust entry applies to it.' };
}
