import {
  createCipheriv,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  randomBytes,
} from 'node:crypto';
import type { SealedSecret } from '@pharos/contract';

/** What the control plane does, written out again from the contract's description. */
export function seal(agentKey: string, text: string, origin: string): SealedSecret {
  const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x: agentKey }, format: 'jwk' });
  const ephemeral = generateKeyPairSync('x25519');
  const shared = diffieHellman({ privateKey: ephemeral.privateKey, publicKey });
  const key = Buffer.from(hkdfSync('sha256', shared, '', 'pharos/agent-secret/v1', 32));
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(Buffer.from(origin));
  const ciphertext = Buffer.concat([cipher.update(text), cipher.final(), cipher.getAuthTag()]).toString('base64url');
  return {
    ephemeralKey: ephemeral.publicKey.export({ format: 'jwk' }).x!,
    nonce: nonce.toString('base64url'),
    ciphertext,
    origin,
  };
}
