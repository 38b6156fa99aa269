import { createDecipheriv, createPublicKey, diffieHellman, hkdfSync, type KeyObject } from 'node:crypto';
import { AuthenticationInput, type SealedSecret } from '@pharos/contract';
import { AgentError } from './agent-error.ts';

const INFO = 'pharos/agent-secret/v1';
const TAG_BYTES = 16;
const NONCE_BYTES = 12;

/**
 * Opens a credential that the control plane sealed to this agent: X25519 with the sender's ephemeral key, HKDF-SHA-256
 * (no salt), AES-256-GCM with the registry's origin as associated data. `origin` is that of the registry as this agent
 * would dial it: a credential for another scheme, host or port is refused, whoever sent it (docs/reliability.md).
 * @throws AgentError `sealed-secret-origin`, `sealed-secret-invalid`
 */
export function openSealedSecret(sealed: SealedSecret, privateKey: KeyObject, origin: string): AuthenticationInput {
  if (sealed.origin !== origin) {
    throw new AgentError(
      'sealed-secret-origin',
      'The stored credential belongs to another address than the registry has now.',
    );
  }
  try {
    return AuthenticationInput.parse(JSON.parse(decrypt(sealed, privateKey).toString('utf8')));
  } catch {
    // The cause is left out on purpose: parsers quote what they read.
    throw new AgentError('sealed-secret-invalid', 'The stored credential cannot be opened by this agent.');
  }
}

function decrypt(sealed: SealedSecret, privateKey: KeyObject): Buffer {
  const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x: sealed.ephemeralKey }, format: 'jwk' });
  const shared = diffieHellman({ privateKey, publicKey });
  const key = Buffer.from(hkdfSync('sha256', shared, Buffer.alloc(0), INFO, 32));
  const nonce = Buffer.from(sealed.nonce, 'base64url');
  const text = Buffer.from(sealed.ciphertext, 'base64url');
  if (nonce.length !== NONCE_BYTES || text.length < TAG_BYTES) throw new Error('wrong length');
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(sealed.origin, 'utf8'));
  decipher.setAuthTag(text.subarray(text.length - TAG_BYTES));
  return Buffer.concat([decipher.update(text.subarray(0, text.length - TAG_BYTES)), decipher.final()]);
}
