/** Public keys: which ones are taken, how people compare them, and a signature by one. */
import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import type { TrustedKey } from '@pharos/contract';
import { TrustError } from './trust-error.ts';

const CURVES: Readonly<Record<string, { name: string; hash: string }>> = {
  prime256v1: { name: 'P-256', hash: 'sha256' },
  secp384r1: { name: 'P-384', hash: 'sha384' },
  secp521r1: { name: 'P-521', hash: 'sha512' },
};
const LEAST_RSA_BITS = 2048;

/** Reads one PEM public key. @throws TrustError */
export function readPublicKey(pem: string): KeyObject {
  const text = pem.trim();
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) {
    throw new TrustError(
      'This is a private key.',
      'Give the public key (cosign.pub), and regard this private key as known to others now.',
    );
  }
  if ((text.match(/-----BEGIN /g) ?? []).length !== 1 || !/-----BEGIN (?:RSA )?PUBLIC KEY-----/.test(text)) {
    throw new TrustError(
      'This is not one public key in PEM form.',
      'Paste the whole file, from -----BEGIN PUBLIC KEY----- to -----END PUBLIC KEY-----.',
    );
  }
  let key: KeyObject;
  try {
    key = createPublicKey(text);
  } catch {
    throw new TrustError('The public key cannot be read.', 'It may be cut off; copy the file again.');
  }
  describeKey(key);
  return key;
}

/** @throws TrustError for kinds of keys that nobody should trust any more, or that are not known here */
export function describeKey(key: KeyObject): TrustedKey {
  return { algorithm: algorithmOf(key), fingerprint: fingerprintOf(key), subject: null, expiresAt: null };
}

function algorithmOf(key: KeyObject): string {
  const details = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType === 'ed25519') return 'Ed25519';
  if (key.asymmetricKeyType === 'ec') {
    const curve = CURVES[details.namedCurve ?? ''];
    if (curve !== undefined) return `ECDSA ${curve.name}`;
  }
  if (key.asymmetricKeyType === 'rsa') {
    const bits = details.modulusLength ?? 0;
    if (bits < LEAST_RSA_BITS)
      throw new TrustError(`An RSA key of ${bits} bits can be forged.`, `Use ${LEAST_RSA_BITS} bits or more.`);
    return `RSA ${bits}`;
  }
  throw new TrustError(
    `Keys of the kind ${details.namedCurve ?? key.asymmetricKeyType ?? 'unknown'} are not supported.`,
    'Use ECDSA P-256, P-384 or P-521, RSA, or Ed25519.',
  );
}

/** SHA-256 over the key as SubjectPublicKeyInfo (DER), in hex. */
export function fingerprintOf(key: KeyObject): string {
  return createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('hex');
}

/**
 * Whether the key made this signature over these bytes, as cosign makes them: ECDSA in DER form over SHA-256 (by newer
 * tools over the hash that fits the curve), RSA PKCS #1 v1.5 over SHA-256, Ed25519 over the bytes.
 */
export function isSignedBy(key: KeyObject, bytes: Uint8Array, signature: Uint8Array): boolean {
  try {
    if (key.asymmetricKeyType === 'ed25519') return verify(null, bytes, key, signature);
    const curve = CURVES[key.asymmetricKeyDetails?.namedCurve ?? ''];
    const hashes = new Set(['sha256', curve?.hash ?? 'sha256']);
    return [...hashes].some((hash) => verify(hash, bytes, key, signature));
  } catch {
    return false;
  }
}
