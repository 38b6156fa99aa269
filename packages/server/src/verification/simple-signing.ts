/**
 * cosign's simple signing (cosign SIGNATURE_SPEC.md; containers/image `sigstoreSigned`): a small JSON document that names the
 * image's digest is the layer, its signature stands in an annotation, with a certificate and a log's promise where there is no key.
 */
import { X509Certificate } from 'node:crypto';
import { bundleFromJSON } from '@sigstore/bundle';
import { fromBase64, jsonObject, object, textOf } from './encoding.ts';
import { verifyByIdentity } from './keyless.ts';
import { fingerprintOf, isSignedBy } from './public-key.ts';
import type { KeylessTrust, KeyTrust } from './trust.ts';
import { type EvidenceBytes, NoPass, type Verdict, verified } from './verdict.ts';

export const SIMPLE_SIGNING = 'application/vnd.dev.cosign.simplesigning.v1+json';
/** The one form of bundles that takes what these annotations hold. */
export const BUNDLE_01 = 'application/vnd.dev.sigstore.bundle+json;version=0.1';
const SIGNATURE = 'dev.cosignproject.cosign/signature';
const CERTIFICATE = 'dev.sigstore.cosign/certificate';
const LOG = 'dev.sigstore.cosign/bundle';
const TIMESTAMP = 'dev.sigstore.cosign/rfc3161timestamp';

/** Whether such a signature brings a certificate, so that an identity made it and not a key that somebody keeps. */
export function hasCertificate(evidence: EvidenceBytes): boolean {
  return textOf(evidence.annotations, CERTIFICATE) !== null;
}

export function simpleByKey(evidence: EvidenceBytes, payload: Uint8Array, trust: KeyTrust): Verdict {
  const signature = fromBase64(textOf(evidence.annotations, SIGNATURE), 'The signature in the annotation');
  if (!isSignedBy(trust.key, payload, signature)) {
    throw new NoPass('This key did not make the signature, or it was changed afterwards.');
  }
  const compared = comparePayload(payload, evidence, trust.requireReference);
  return verified(`The key signed ${compared}.`, { signer: fingerprintOf(trust.key) });
}

export function simpleByIdentity(evidence: EvidenceBytes, payload: Uint8Array, trust: KeylessTrust): Verdict {
  const signature = textOf(evidence.annotations, SIGNATURE);
  fromBase64(signature, 'The signature in the annotation');
  const bundle = bundleFromJSON(asBundle(evidence, evidence.payloadDigest, signature!));
  const pass = verifyByIdentity(bundle, Buffer.from(payload), trust);
  const compared = comparePayload(payload, evidence, false);
  return verified(`${pass.signer} signed ${compared}.`, pass);
}

/** What was signed must be this image: the digest in the payload decides, not where the signature was found. */
function comparePayload(payload: Uint8Array, evidence: EvidenceBytes, requireReference: boolean): string {
  const critical = object(jsonObject(payload, 'The signed payload').critical, 'The critical part of the payload');
  if (textOf(critical, 'type') !== 'cosign container image signature') {
    throw new NoPass('What was signed is no image signature: critical.type is another one.');
  }
  const image = object(critical.image, 'critical.image of the payload');
  if (textOf(image, 'docker-manifest-digest') !== evidence.subject) {
    throw new NoPass('The signature is one of another image: the digest that was signed is not this one.');
  }
  if (!requireReference) return 'the digest of this image';
  const identity = object(critical.identity, 'critical.identity of the payload');
  if (repositoryOf(textOf(identity, 'docker-reference') ?? '') !== withoutAlias(evidence.place)) {
    throw new NoPass(
      `The signature was made for another repository than ${evidence.place}, and this entry requires the same.`,
    );
  }
  return 'the digest of this image and the repository where it stands';
}

/** A reference without its tag and digest. */
function repositoryOf(reference: string): string {
  const name = reference.split('@')[0]!;
  const colon = name.lastIndexOf(':');
  return withoutAlias(colon > name.lastIndexOf('/') ? name.slice(0, colon) : name);
}

/** Docker Hub has several names; signers write the one, clients dial another. */
function withoutAlias(repository: string): string {
  return repository.replace(/^(?:index\.docker\.io|registry-1\.docker\.io|registry\.hub\.docker\.com)\//, 'docker.io/');
}

/** The same signature in the form of a Sigstore bundle v0.1, which `@sigstore/verify` reads. */
function asBundle({ annotations }: EvidenceBytes, payloadDigest: string, signature: string): unknown {
  return {
    mediaType: BUNDLE_01,
    verificationMaterial: identityMaterialOf(annotations),
    messageSignature: {
      messageDigest: {
        algorithm: 'SHA2_256',
        digest: Buffer.from(payloadDigest.slice('sha256:'.length), 'hex').toString('base64'),
      },
      signature,
    },
  };
}

/** Certificate, log entry and timestamp, which cosign 1 and 2 keep in annotations of the layer, as a bundle v0.1 holds them. @throws NoPass */
export function identityMaterialOf(annotations: EvidenceBytes['annotations']): unknown {
  const timestamp = textOf(annotations, TIMESTAMP);
  return {
    x509CertificateChain: { certificates: [{ rawBytes: certificateOf(annotations) }] },
    tlogEntries: [logEntryOf(annotations)],
    ...(timestamp === null ? {} : { timestampVerificationData: timestampsOf(timestamp) }),
  };
}

function certificateOf(annotations: EvidenceBytes['annotations']): string {
  try {
    return new X509Certificate(textOf(annotations, CERTIFICATE) ?? '').raw.toString('base64');
  } catch {
    throw new NoPass('The certificate of the signature cannot be read.');
  }
}

function logEntryOf(annotations: EvidenceBytes['annotations']): unknown {
  const text = textOf(annotations, LOG);
  if (text === null)
    throw new NoPass('The signature brings no entry of a transparency log, so nothing proves when it was made.');
  const entry = jsonObject(Buffer.from(text), 'The log entry of the signature');
  const payload = object(entry.Payload, 'The log entry of the signature');
  const body = textOf(payload, 'body');
  const parsed = jsonObject(fromBase64(body, 'The body of the log entry'), 'The body of the log entry');
  return {
    logIndex: String(payload.logIndex),
    logId: { keyId: Buffer.from(textOf(payload, 'logID') ?? '', 'hex').toString('base64') },
    kindVersion: { kind: textOf(parsed, 'kind') ?? '', version: textOf(parsed, 'apiVersion') ?? '' },
    integratedTime: String(payload.integratedTime),
    inclusionPromise: { signedEntryTimestamp: textOf(entry, 'SignedEntryTimestamp') ?? '' },
    canonicalizedBody: body,
  };
}

function timestampsOf(text: string): unknown {
  const signed = textOf(jsonObject(Buffer.from(text), 'The timestamp of the signature'), 'SignedRFC3161Timestamp');
  return { rfc3161Timestamps: [{ signedTimestamp: signed ?? '' }] };
}
