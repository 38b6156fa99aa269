/** Signatures of every form for the tests of this folder, made with Node's own crypto from the specifications. Not exported. */
import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { TrustInput } from '@pharos/contract';
import { readTrust, type Trust } from './trust.ts';
import type { EvidenceBytes, Verdict } from './verdict.ts';
import { verifyEvidence } from './verify.ts';

export const NOW = new Date('2026-11-25T12:00:00.000Z');
export const PLACE = 'registry.example:5000/team/postgresql';
export const SUBJECT = `sha256:${'ab'.repeat(32)}`;
export const OTHER = `sha256:${'cd'.repeat(32)}`;

export interface Pair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

export const KEYS = {
  'ECDSA P-256': () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  'ECDSA P-384': () => generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  'ECDSA P-521': () => generateKeyPairSync('ec', { namedCurve: 'P-521' }),
  'RSA 2048': () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  Ed25519: () => generateKeyPairSync('ed25519'),
} satisfies Record<string, () => Pair>;

export function pemOf(key: KeyObject): string {
  return key.export({ type: 'spki', format: 'pem' }).toString();
}

export function sha256(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

export function signBytes(key: KeyObject, bytes: Uint8Array, hash = 'sha256'): Buffer {
  return sign(key.asymmetricKeyType === 'ed25519' ? null : hash, bytes, key);
}

const NOTHING: Omit<TrustInput, 'name' | 'kind'> = {
  scope: '**',
  enabled: true,
  key: null,
  roots: null,
  trustedRoot: null,
  identities: [],
  requireReference: false,
};

export function trustInput(kind: TrustInput['kind'], more: Partial<TrustInput>): TrustInput {
  return { ...NOTHING, name: 'team key', kind, ...more };
}

export function keyTrust(key: KeyObject, more: Partial<TrustInput> = {}): Trust {
  return readTrust(trustInput('key', { key: pemOf(key), ...more }));
}

/** The payload that cosign and skopeo sign. */
export function simplePayload(subject = SUBJECT, reference = PLACE, type = 'cosign container image signature'): Buffer {
  const critical = {
    identity: { 'docker-reference': reference },
    image: { 'docker-manifest-digest': subject },
    type,
  };
  return Buffer.from(JSON.stringify({ critical, optional: null }));
}

export function evidence(payload: Uint8Array, more: Partial<EvidenceBytes> = {}): EvidenceBytes {
  return {
    subject: SUBJECT,
    form: 'cosign-simple',
    mediaType: 'application/vnd.dev.cosign.simplesigning.v1+json',
    annotations: {},
    payload,
    payloadDigest: sha256(payload),
    subjectManifest: null,
    problem: null,
    place: PLACE,
    ...more,
  };
}

/** A simple signature as it should be; `more` changes what a test is about. */
export function simple(
  pair: Pair,
  { payload = simplePayload(), hash, ...more }: { payload?: Buffer; hash?: string } & Partial<EvidenceBytes> = {},
): EvidenceBytes {
  const signature = signBytes(pair.privateKey, payload, hash).toString('base64');
  return evidence(payload, { annotations: { 'dev.cosignproject.cosign/signature': signature }, ...more });
}

export const IN_TOTO = 'application/vnd.in-toto+json';
export const BUNDLE_TYPE = 'application/vnd.dev.sigstore.bundle.v0.3+json';

export function statement(more: object = {}, subject = SUBJECT): Buffer {
  return Buffer.from(
    JSON.stringify({
      _type: 'https://in-toto.io/Statement/v1',
      predicateType: 'https://sigstore.dev/cosign/sign/v1',
      subject: [{ digest: { sha256: subject.slice(7) } }],
      predicate: {},
      ...more,
    }),
  );
}

export function preAuth(type: string, body: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`DSSEv1 ${type.length} ${type} ${body.length} `), body]);
}

/** A bundle by key as cosign 3 writes it. */
export function dsseBundle(pair: Pair, options: { payload?: Buffer; payloadType?: string; signedType?: string } = {}) {
  const { payload = statement(), payloadType = IN_TOTO } = options;
  const { signedType = payloadType } = options;
  return {
    mediaType: BUNDLE_TYPE,
    verificationMaterial: { publicKey: { hint: 'c29tZSBrZXk=' }, tlogEntries: [] },
    dsseEnvelope: {
      payload: payload.toString('base64'),
      payloadType,
      signatures: [{ sig: signBytes(pair.privateKey, preAuth(signedType, payload)).toString('base64'), keyid: '' }],
    },
  };
}

export function bundle(json: unknown, more: Partial<EvidenceBytes> = {}): EvidenceBytes {
  const bytes = Buffer.from(typeof json === 'string' ? json : JSON.stringify(json));
  return evidence(bytes, { form: 'sigstore-bundle', mediaType: BUNDLE_TYPE, ...more });
}

export const DSSE_TYPE = 'application/vnd.dsse.envelope.v1+json';

/** An envelope alone, as cosign 2 attaches it behind its tag `.att`. */
export function envelope(json: unknown, more: Partial<EvidenceBytes> = {}): EvidenceBytes {
  return evidence(Buffer.from(JSON.stringify(json)), { form: 'cosign-dsse', mediaType: DSSE_TYPE, ...more });
}

export function judge(what: EvidenceBytes, trust: Trust, at = NOW): Verdict | null {
  return verifyEvidence(what, trust, at);
}

/** Whether it is a pass. */
export function passes(what: EvidenceBytes, trust: Trust, at = NOW): boolean {
  return judge(what, trust, at)?.outcome === 'verified';
}
