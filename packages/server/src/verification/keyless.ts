/** Signatures of identities: a short-lived certificate of a Fulcio, and proof of the time when it was used. Offline. */
import { X509Certificate } from 'node:crypto';
import type { Bundle } from '@sigstore/bundle';
import { toSignedEntity, VerificationError, Verifier } from '@sigstore/verify';
import type { KeylessTrust } from './trust.ts';
import { NoPass } from './verdict.ts';

/** Who signed, and when by the word of a log or timestamp authority that the root names. */
export interface IdentityPass {
  readonly signer: string;
  readonly signedAt: Date | null;
}

/**
 * Verifies certificate, proof of time, log and signature against the trusted root, then the identity. What the signature
 * says is left to the caller: the library compares no in-toto subject with an image.
 */
export function verifyByIdentity(bundle: Bundle, artifact: Buffer | undefined, trust: KeylessTrust): IdentityPass {
  let identity: { subjectAlternativeName?: string | undefined; extensions?: { issuer?: string | undefined } };
  refuseLooseCertificate(bundle);
  try {
    const entity = toSignedEntity(bundle, artifact);
    identity = (new Verifier(trust.material, trust.thresholds).verify(entity).identity ?? {}) as typeof identity;
  } catch (error) {
    throw new NoPass(sentenceOf(error));
  }
  const subject = identity.subjectAlternativeName;
  const issuer = identity.extensions?.issuer;
  if (!subject || !issuer) throw new NoPass('The certificate names no subject or no issuer.');
  const isTrusted = trust.identities.some((each) => each.issuer === issuer && each.subject.test(subject));
  if (!isTrusted) {
    throw new NoPass(
      `The signature is valid and was made by ${shown(subject)} (${shown(issuer)}), whom this entry does not name.`,
    );
  }
  return { signer: `${shown(subject)} (${shown(issuer)})`, signedAt: timeOf(bundle) };
}

/** The library's reader forgives encodings that are not DER; OpenSSL's does not. */
function refuseLooseCertificate({ verificationMaterial: { content } }: Bundle): void {
  const certificates =
    content.$case === 'certificate'
      ? [content.certificate]
      : content.$case === 'x509CertificateChain'
        ? content.x509CertificateChain.certificates
        : [];
  const isStrict = certificates.every(({ rawBytes }) => {
    try {
      return new X509Certificate(rawBytes).raw.equals(rawBytes);
    } catch {
      return false;
    }
  });
  if (!isStrict) throw new NoPass('The certificate of the signature cannot be read.');
}

/** The time of the first log entry with a promise, which the verifier has checked by now. */
function timeOf(bundle: Bundle): Date | null {
  const entry = bundle.verificationMaterial.tlogEntries.find((each) => each.inclusionPromise !== undefined);
  const seconds = Number(entry?.integratedTime ?? 0);
  return Number.isSafeInteger(seconds) && seconds > 0 && seconds < 8.64e12 ? new Date(seconds * 1000) : null;
}

const SENTENCES: Readonly<Record<string, string>> = {
  CERTIFICATE_ERROR:
    'The certificate does not come from a trusted authority, or was not valid when the signature was made.',
  TIMESTAMP_ERROR: 'Nothing trusted proves when the signature was made.',
  TLOG_ERROR: 'No trusted transparency log has seen the signature.',
  TLOG_MISSING_INCLUSION_ERROR: 'No trusted transparency log has seen the signature.',
  TLOG_INCLUSION_PROOF_ERROR: 'The proof of the transparency log is wrong.',
  TLOG_INCLUSION_PROMISE_ERROR: 'The promise of the transparency log is not of a trusted one.',
  TLOG_BODY_ERROR: 'The entry of the transparency log is about another signature.',
  SIGNATURE_ERROR: 'The signature does not fit what is signed: one of them was changed.',
};

function sentenceOf(error: unknown): string {
  const code = error instanceof VerificationError ? error.code : '';
  return SENTENCES[code] ?? 'The signature, its certificate or its log entry cannot be read.';
}

/** Registry text in a sentence: bounded, and without control characters. */
function shown(text: string): string {
  return text.replace(/\p{C}/gu, '\uFFFD').slice(0, 300);
}
