/**
 * Sigstore bundles as cosign 3 attaches them: a DSSE envelope around an in-toto statement, or a signature over the bytes of the
 * image's manifest. Whether the statement is about this image is compared here; no library does it.
 */
import { type Bundle, bundleFromJSON } from '@sigstore/bundle';
import { digestLike, fromBase64, jsonObject, object, textOf } from './encoding.ts';
import { verifyByIdentity } from './keyless.ts';
import { fingerprintOf, isSignedBy } from './public-key.ts';
import type { KeylessTrust, KeyTrust } from './trust.ts';
import { type EvidenceBytes, NoPass, type Verdict, verified } from './verdict.ts';

export const BUNDLE = /^application\/vnd\.dev\.sigstore\.bundle(?:\.v0\.\d)?\+json(?:;version=0\.\d)?$/;
const IN_TOTO = 'application/vnd.in-toto+json';
const STATEMENTS = new Set(['https://in-toto.io/Statement/v0.1', 'https://in-toto.io/Statement/v1']);
/** What cosign 3 states when it signs an image. Every other predicate says something about the image. */
const SIGN_PREDICATE = 'https://sigstore.dev/cosign/sign/v1';
const MOST_SUBJECTS = 1000;
const MOST_PROOFS = 10;

export interface ReadBundle {
  readonly bundle: Bundle;
  /** Signed by an identity with a certificate, not by a key that somebody keeps. */
  readonly hasCertificate: boolean;
}

/** Parses a bundle. @throws NoPass */
export function readBundle(payload: Uint8Array): ReadBundle {
  const json = jsonObject(payload, 'The bundle');
  refuseLooseText(json);
  refuseMany(json);
  try {
    const bundle = bundleFromJSON(json);
    return { bundle, hasCertificate: bundle.verificationMaterial.content.$case !== 'publicKey' };
  } catch {
    throw new NoPass('The bundle cannot be read: parts of it are missing or malformed.');
  }
}

export function bundleByKey({ bundle }: ReadBundle, evidence: EvidenceBytes, trust: KeyTrust): Verdict {
  const signer = fingerprintOf(trust.key);
  const { content } = bundle;
  if (content.$case === 'dsseEnvelope') {
    const { payload, payloadType, signatures } = content.dsseEnvelope;
    // The form of bundles allows one signature, and all of them must stand: none is looked over.
    const isGood =
      signatures.length > 0 && signatures.every(({ sig }) => isSignedBy(trust.key, preAuth(payloadType, payload), sig));
    if (!isGood) throw new NoPass('This key did not make the signature, or it was changed afterwards.');
    return statementVerdict(payloadType, payload, evidence, 'The key', { signer });
  }
  const artifact = artifactOf(bundle, evidence);
  if (!isSignedBy(trust.key, artifact, content.messageSignature.signature)) {
    throw new NoPass('This key did not make the signature, or it was changed afterwards.');
  }
  return verified('The key signed the manifest of this image, byte for byte.', { signer });
}

export function bundleByIdentity({ bundle }: ReadBundle, evidence: EvidenceBytes, trust: KeylessTrust): Verdict {
  const { content } = bundle;
  if (content.$case === 'dsseEnvelope') {
    const pass = verifyByIdentity(bundle, undefined, trust);
    const { payloadType, payload } = content.dsseEnvelope;
    return statementVerdict(payloadType, payload, evidence, pass.signer, pass);
  }
  const artifact = artifactOf(bundle, evidence);
  const pass = verifyByIdentity(bundle, artifact, trust);
  return verified(`${pass.signer} signed the manifest of this image, byte for byte.`, pass);
}

/** DSSE's pre-authentication encoding (secure-systems-lab/dsse protocol.md); lengths are in bytes. */
function preAuth(type: string, payload: Uint8Array): Buffer {
  return Buffer.concat([
    Buffer.from(`DSSEv1 ${Buffer.byteLength(type)} ${type} ${payload.length} `, 'utf8'),
    Buffer.from(payload),
  ]);
}

function statementVerdict(
  payloadType: string,
  payload: Uint8Array,
  evidence: EvidenceBytes,
  who: string,
  more: Partial<Verdict>,
): Verdict {
  if (payloadType !== IN_TOTO) throw new NoPass('What was signed is no in-toto statement, so it is about no image.');
  const statement = jsonObject(payload, 'The signed statement');
  if (!STATEMENTS.has(textOf(statement, '_type') ?? '')) throw new NoPass('What was signed is no in-toto statement.');
  const predicateType = textOf(statement, 'predicateType');
  if (!predicateType) throw new NoPass('The signed statement does not say what it states.');
  if (!namesSubject(statement.subject, evidence.subject)) {
    throw new NoPass('The signature is one of another image: the statement that was signed does not name this digest.');
  }
  if (predicateType === SIGN_PREDICATE) {
    return verified(`${who} signed a statement that names the digest of this image.`, more);
  }
  const reason = `${who} signed an attestation about this image. That says something of it, and is no signature of it.`;
  return verified(reason, { ...more, what: 'attestation', predicateType: predicateType.slice(0, 500) });
}

function namesSubject(subjects: unknown, digest: string): boolean {
  if (!Array.isArray(subjects) || subjects.length > MOST_SUBJECTS) return false;
  const [algorithm, hex] = digest.split(':') as [string, string];
  return subjects.some((subject) => {
    try {
      return textOf(object(object(subject, 'A subject').digest, 'Its digest'), algorithm) === hex;
    } catch {
      return false;
    }
  });
}

/** The image's manifest, which must be what the bundle and the subject both name. */
function artifactOf(bundle: Bundle, { subject, subjectManifest }: EvidenceBytes): Buffer {
  if (bundle.content.$case !== 'messageSignature') throw new NoPass('The bundle holds no signature over bytes.');
  if (subjectManifest === null || digestLike(subject, subjectManifest) !== subject) {
    throw new NoPass('It is a signature over the bytes of the manifest, and these were not fetched.', 'unsupported');
  }
  const { digest = Buffer.alloc(0) } = bundle.content.messageSignature.messageDigest ?? {};
  if (!subject.startsWith('sha256:') || `sha256:${Buffer.from(digest).toString('hex')}` !== subject) {
    throw new NoPass('The signature is one of another image: the digest that was signed is not this one.');
  }
  return Buffer.from(subjectManifest);
}

/** The library compares proofs with each other, each with each, before it looks at one: a thousand would hold the process up. */
function refuseMany(json: Readonly<Record<string, unknown>>): void {
  const material = object(json.verificationMaterial ?? {}, 'The verification material');
  const times = object(material.timestampVerificationData ?? {}, 'The timestamps');
  const chain = object(material.x509CertificateChain ?? {}, 'The certificate chain');
  for (const list of [material.tlogEntries, times.rfc3161Timestamps, chain.certificates]) {
    if (Array.isArray(list) && list.length > MOST_PROOFS) {
      throw new NoPass(`The bundle brings more than ${MOST_PROOFS} proofs or certificates.`);
    }
  }
}

/** The library forgives base64 that is not in its one form; a changed text must not mean the same signature. */
function refuseLooseText(json: Readonly<Record<string, unknown>>): void {
  const envelope = json.dsseEnvelope === undefined ? null : object(json.dsseEnvelope, 'The envelope');
  if (envelope !== null) {
    fromBase64(textOf(envelope, 'payload'), 'The signed statement');
    const signatures = Array.isArray(envelope.signatures) ? envelope.signatures : [];
    for (const each of signatures) fromBase64(textOf(object(each, 'A signature'), 'sig'), 'The signature');
  }
  const message = json.messageSignature === undefined ? null : object(json.messageSignature, 'The signature');
  if (message !== null) fromBase64(textOf(message, 'signature'), 'The signature');
}
