/** One signature against one trust entry. Pure: bytes and trust in, a verdict in words out; it never throws and never passes by default. */
import { BUNDLE, bundleByIdentity, bundleByKey, type ReadBundle, readBundle } from './bundle.ts';
import { digestLike } from './encoding.ts';
import { DSSE_ENVELOPE, readEnvelope } from './envelope.ts';
import { COSE, JWS, notationByRoot } from './notation.ts';
import { hasCertificate, SIMPLE_SIGNING, simpleByIdentity, simpleByKey } from './simple-signing.ts';
import type { Trust } from './trust.ts';
import { type EvidenceBytes, NoPass, noPass, type Verdict } from './verdict.ts';

const PROBLEMS = {
  'too-large':
    'It is too large: signatures are fetched up to 256 KiB, attestations up to 16 MiB each and 48 MiB of one image. It was not looked at.',
  'too-many': 'The image has more signatures than are fetched (20, 1 MiB together), so this one was not looked at.',
  'digest-mismatch': 'The registry gave other bytes than the digest of the signature names.',
  unreadable: 'The signature could not be read from the registry.',
  'no-room':
    'Its registry has more large attestations than are kept (the setting attestation-space), so this one was not looked at. It is fetched again by itself when there is room.',
} as const;

/**
 * The verdict of an entry on a signature; null when the entry says nothing of it: out of its scope, or of another kind (a key
 * cannot speak for a certificate). `at` is now: what has expired is no pass.
 */
export function verifyEvidence(evidence: EvidenceBytes, trust: Trust, at: Date): Verdict | null {
  if (!trust.scope.test(evidence.place)) return null;
  try {
    return judge(evidence, trust, at);
  } catch (error) {
    if (error instanceof NoPass) return noPass(error.outcome, error.message);
    return noPass('failed', 'The signature cannot be read.');
  }
}

function judge(evidence: EvidenceBytes, trust: Trust, at: Date): Verdict | null {
  if (evidence.problem !== null) throw new NoPass(PROBLEMS[evidence.problem], 'unsupported');
  const { payload } = evidence;
  if (payload === null) throw new NoPass(PROBLEMS.unreadable, 'unsupported');
  if (digestLike(evidence.payloadDigest, payload) !== evidence.payloadDigest) {
    throw new NoPass('The stored signature does not have its digest any more.');
  }
  switch (evidence.form) {
    case 'cosign-simple':
      return evidence.mediaType === SIMPLE_SIGNING ? bySimple(evidence, payload, trust) : otherType();
    case 'sigstore-bundle':
      return BUNDLE.test(evidence.mediaType) ? byBundle(evidence, trust, () => readBundle(payload)) : otherType();
    case 'cosign-dsse':
      if (evidence.mediaType !== DSSE_ENVELOPE) return otherType();
      return byBundle(evidence, trust, () => readEnvelope(evidence, payload));
    case 'notation-jws':
      if (evidence.mediaType !== JWS) return otherType();
      return trust.kind === 'x509' ? notationByRoot(evidence, payload, trust, at) : null;
    case 'notation-cose':
      if (trust.kind !== 'x509') return null;
      throw new NoPass(
        evidence.mediaType === COSE
          ? 'Notary Project signatures in COSE form cannot be verified here.'
          : 'The signature has another media type than its form.',
        'unsupported',
      );
    case 'unknown':
      return otherType();
  }
}

function bySimple(evidence: EvidenceBytes, payload: Uint8Array, trust: Trust): Verdict | null {
  if (trust.kind === 'key') return hasCertificate(evidence) ? null : simpleByKey(evidence, payload, trust);
  if (trust.kind === 'keyless') return hasCertificate(evidence) ? simpleByIdentity(evidence, payload, trust) : null;
  return null;
}

function byBundle(evidence: EvidenceBytes, trust: Trust, open: () => ReadBundle): Verdict | null {
  if (trust.kind === 'x509') return null;
  const read = open();
  if (trust.kind === 'key') return read.hasCertificate ? null : bundleByKey(read, evidence, trust);
  return read.hasCertificate ? bundleByIdentity(read, evidence, trust) : null;
}

function otherType(): never {
  throw new NoPass('It is where signatures are, in a form that is not known here.', 'unsupported');
}
