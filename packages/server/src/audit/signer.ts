/** Signs heads of the audit log. The key is made from the server's, so that it needs no place of its own. */
import { createPrivateKey, createPublicKey, hkdfSync, sign } from 'node:crypto';
import { auditHeadText, type ChainPosition, type SignedAuditHead } from '@pharos/contract';

/** PKCS #8 of an Ed25519 key is this and its 32 bytes (RFC 8410 §7). */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

export interface AuditSigner {
  /** PEM, SubjectPublicKeyInfo. */
  readonly publicKey: string;
  sign(head: ChainPosition, serverEpoch: string, at: Date): SignedAuditHead;
}

/** `key`: the server's, 32 bytes. Another one signs with another key; heads that were signed before name theirs. */
export function createAuditSigner(key: Buffer): AuditSigner {
  const seed = Buffer.from(hkdfSync('sha256', key, Buffer.alloc(0), 'pharos/audit-head/v1', 32));
  const privateKey = createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' });
  const publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString();
  return {
    publicKey,
    sign({ seq, hash }, serverEpoch, at) {
      const head = { serverEpoch, seq, hash, at: at.toISOString() };
      const signature = sign(null, Buffer.from(auditHeadText(head), 'utf8'), privateKey).toString('base64');
      return { ...head, signature, publicKey };
    },
  };
}
