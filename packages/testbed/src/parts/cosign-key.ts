import { generateKeyPairSync, randomBytes, scryptSync } from 'node:crypto';
import nacl from 'tweetnacl';

/** A signing key as `cosign generate-key-pair` writes it. */
export type CosignKey = {
  /** PEM of the public key (`cosign.pub`). */
  publicKey: string;
  /** PEM of the private key, encrypted with the passphrase (`cosign.key`). */
  privateKey: string;
  /** PEM of the private key as openssl reads it (PKCS #8, not encrypted). */
  plainKey: string;
  passphrase: string;
};

// Parameters and layout of go-tuf's encrypted package, which cosign and containers/image read (sigstore pkg/cryptoutils).
const SCRYPT = { N: 32_768, r: 8, p: 1 };

/** Makes an ECDSA P-256 key in cosign's encrypted file form: no program of Debian's writes one, and skopeo signs with nothing else. */
export function makeCosignKey(): CosignKey {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const passphrase = randomBytes(16).toString('hex');
  const salt = randomBytes(32);
  const nonce = randomBytes(nacl.secretbox.nonceLength);
  const key = scryptSync(passphrase, salt, nacl.secretbox.keyLength, { ...SCRYPT, maxmem: 64 * 1024 * 1024 });
  const der = privateKey.export({ type: 'pkcs8', format: 'der' });
  const plainKey = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const box = nacl.secretbox(new Uint8Array(der), new Uint8Array(nonce), new Uint8Array(key));
  const file = {
    kdf: { name: 'scrypt', params: SCRYPT, salt: salt.toString('base64') },
    cipher: { name: 'nacl/secretbox', nonce: nonce.toString('base64') },
    ciphertext: Buffer.from(box).toString('base64'),
  };
  const body = Buffer.from(JSON.stringify(file))
    .toString('base64')
    .match(/.{1,64}/g)!
    .join('\n');
  const type = 'ENCRYPTED COSIGN PRIVATE KEY';
  return {
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    privateKey: `-----BEGIN ${type}-----\n${body}\n-----END ${type}-----\n`,
    plainKey,
    passphrase,
  };
}
