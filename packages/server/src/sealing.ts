/**
 * How secrets rest and travel. A credential names the origin (scheme://host:port, as `URL.origin` writes it) in the
 * associated data, so that a ciphertext moved to another registry or address cannot be opened.
 */
import {
  createCipheriv,
  createDecipheriv,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  randomBytes,
} from 'node:crypto';
import type { SealedSecret } from '@pharos/contract';
import { ServerError } from './errors.ts';
import type { Keyring, SealingKey } from './keyring.ts';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Of the purposes, which are older than the form. */
const VERSION = 'v1';
const FORM = 'v2';

/** What a stored secret is bound to: a credential to its registry and address, other secrets to what they belong to. */
export type Binding =
  | { readonly registryId: string; readonly origin: string }
  | { readonly receiverId: string }
  | { readonly webhookId: string }
  | { readonly serviceId: string; readonly origin: string }
  | { readonly attempt: 'oidc' }
  | { readonly signing: 'admission' };

/**
 * Seals a text for the database. Format: `v2.<key id>.<base64url of nonce(12) || ciphertext || tag(16)>`, AES-256-GCM, associated
 * data `pharos/credential/v1\n<registryId>\n<origin>`, `pharos/receiver/v1\n<receiverId>`, or `pharos/webhook/v1\n<webhookId>`: what was sealed for one purpose
 * opens for no other.
 */
export function seal(keyring: Keyring, secret: string, binding: Binding): string {
  const nonce = randomBytes(NONCE_BYTES);
  const { id, bytes } = keyring.current();
  const body = Buffer.concat([nonce, encrypt(bytes, nonce, secret, associatedData(binding))]);
  return `${FORM}.${id}.${body.toString('base64url')}`;
}

/** What every text begins with that the key seals now. */
export function sealedBy(key: Pick<SealingKey, 'id'>): string {
  return `${FORM}.${key.id}.`;
}

/**
 * Opens what `seal` made.
 * @throws ServerError `sealed-unreadable` with another key, binding or format, or changed bytes; the text is never in it
 */
export function unseal(keyring: Keyring, sealed: string, binding: Binding): string {
  const [form, ...rest] = sealed.split('.');
  // The first form named no key: each is tried.
  const keys = form === FORM ? [keyring.find(rest[0] ?? '')] : form === VERSION ? keyring.all() : [];
  const bytes = Buffer.from(rest.at(-1) ?? '', 'base64url');
  if (rest.length !== (form === FORM ? 2 : 1) || bytes.length < NONCE_BYTES + TAG_BYTES) throw unreadable();
  for (const key of keys) {
    const secret = key === null ? null : decrypt(key.bytes, bytes, associatedData(binding));
    if (secret !== null) return secret;
  }
  throw unreadable();
}

function decrypt(key: Buffer, bytes: Buffer, aad: Buffer): string | null {
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(aad);
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]).toString('utf8');
  } catch {
    return null;
  }
}

/**
 * Seals a text to an agent. The agent opens it with its private key and nothing of ours, so the bytes are the contract:
 *
 * - `publicKey`, `ephemeralKey`: raw X25519 public keys, 32 bytes (RFC 7748); a new ephemeral pair for every call
 * - key = HKDF-SHA-256(ikm = X25519(ephemeral private, agent public), salt = empty, info = "pharos/agent-secret/v1", 32 bytes)
 * - `nonce`: 12 random bytes
 * - `ciphertext`: AES-256-GCM ciphertext || tag (16 bytes), associated data = `origin` in UTF-8
 * - all of them base64url without padding; the text is UTF-8
 *
 * @throws ServerError `sealed-unreadable` when the public key is not one
 */
export function sealToAgent(publicKey: string, secret: string, origin: string): SealedSecret {
  const agentKey = readPublicKey(publicKey);
  const ephemeral = generateKeyPairSync('x25519');
  const shared = diffieHellman({ privateKey: ephemeral.privateKey, publicKey: agentKey });
  const key = Buffer.from(hkdfSync('sha256', shared, Buffer.alloc(0), 'pharos/agent-secret/v1', 32));
  const nonce = randomBytes(NONCE_BYTES);
  const jwk = ephemeral.publicKey.export({ format: 'jwk' });
  return {
    ephemeralKey: jwk.x as string,
    nonce: nonce.toString('base64url'),
    ciphertext: encrypt(key, nonce, secret, Buffer.from(origin, 'utf8')).toString('base64url'),
    origin,
  };
}

/** Whether a text is a raw X25519 public key in base64url. */
export function isAgentKey(publicKey: string): boolean {
  return /^[A-Za-z0-9_-]{43}$/.test(publicKey) && Buffer.from(publicKey, 'base64url').length === 32;
}

function readPublicKey(publicKey: string) {
  if (!isAgentKey(publicKey)) throw badAgentKey();
  try {
    return createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x: publicKey }, format: 'jwk' });
  } catch {
    throw badAgentKey();
  }
}

function encrypt(key: Buffer, nonce: Buffer, text: string, aad: Buffer): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(aad);
  return Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
}

function associatedData(binding: Binding): Buffer {
  return Buffer.from(purposeOf(binding), 'utf8');
}

function purposeOf(binding: Binding): string {
  if ('receiverId' in binding) return `pharos/receiver/${VERSION}\n${binding.receiverId}`;
  if ('attempt' in binding) return `pharos/attempt/${VERSION}\n${binding.attempt}`;
  if ('signing' in binding) return `pharos/signing/${VERSION}\n${binding.signing}`;
  if ('serviceId' in binding) return `pharos/model-service/${VERSION}\n${binding.serviceId}\n${binding.origin}`;
  if ('webhookId' in binding) return `pharos/webhook/${VERSION}\n${binding.webhookId}`;
  return `pharos/credential/${VERSION}\n${binding.registryId}\n${binding.origin}`;
}

function unreadable(): ServerError {
  return new ServerError(
    'sealed-unreadable',
    'A stored credential cannot be opened with this key.',
    'Restore the key file, or enter the credential again.',
  );
}

function badAgentKey(): ServerError {
  return new ServerError(
    'sealed-unreadable',
    'The public key of the agent is not an X25519 key.',
    'Remove the state folder of the agent and start it again.',
  );
}
