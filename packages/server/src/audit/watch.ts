/** Verifies the audit log in the background, a piece at a time, and signs its head now and then. */
import { createHash } from 'node:crypto';
import {
  type AuditHead,
  type ChainCheck,
  type ChainPosition,
  checkChain,
  type SignedAuditHead,
} from '@pharos/contract';
import type { Store } from '@pharos/store';
import type { FastifyBaseLogger } from 'fastify';
import type { Keyring } from '../keyring.ts';
import { type AuditSigner, createAuditSigner } from './signer.ts';

const BATCH = 1_000;
/** Of one turn: about a second of work, with pauses in between. */
const BATCHES = 20;
const SIGN_MS = 3_600_000;
/** The whole log again, from its first entry. */
const AGAIN_MS = 24 * 3_600_000;

export interface AuditWatch {
  /** One turn. */
  run(): Promise<void>;
  /** The head as it stands, signed; kept in the database and told to the server's log when `keep`. */
  head(keep?: boolean): Promise<SignedAuditHead>;
  verified(): AuditHead['verified'];
}

export interface AuditWatchOptions {
  readonly store: Store;
  /** The newest key signs; heads by older ones still count. */
  readonly key: Keyring;
  readonly now: () => Date;
  readonly log: Pick<FastifyBaseLogger, 'info' | 'error'>;
}

export const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

export function createAuditWatch({ store, key, now, log }: AuditWatchOptions): AuditWatch {
  const signers = new Map<string, AuditSigner>();
  const signerOf = ({ id, bytes }: ReturnType<Keyring['current']>): AuditSigner => {
    const signer = signers.get(id) ?? createAuditSigner(bytes);
    signers.set(id, signer);
    return signer;
  };
  let check: ChainCheck | null = null;
  let endedAt = -1;
  let begunAt = 0;
  let signedAt = 0;
  let signedSeq = 0;
  let told = 0;
  let state: AuditHead['verified'] = null;

  async function head(keep = false): Promise<SignedAuditHead> {
    const signed = signerOf(key.current()).sign(await store.audit.head(), store.serverEpoch, now());
    if (!keep) return signed;
    await store.audit.keepHead(signed);
    const { seq, hash, at, signature } = signed;
    // Outside of the database: whoever writes the log anew has to write the server's log anew as well.
    log.info({ auditHead: { seq, hash, at, signature } }, 'the head of the audit log was signed');
    return signed;
  }

  async function signWhenDue(): Promise<void> {
    const time = now().getTime();
    if (time - signedAt < SIGN_MS) return;
    signedAt = time;
    const { seq } = await store.audit.head();
    if (seq > signedSeq) signedSeq = (await head(true)).seq;
  }

  async function verify(): Promise<void> {
    const time = now().getTime();
    if (check === null || time - begunAt >= AGAIN_MS) {
      const heads = [];
      for (const each of key.all()) heads.push(...(await store.audit.heads(signerOf(each).publicKey)));
      check = checkChain(sha256, undefined, heads);
      begunAt = time;
      endedAt = -1;
      told = 0;
    }
    const reach = await store.audit.head();
    for (let batch = 0; batch < BATCHES && check.position.seq < reach.seq; batch += 1) {
      const entries = await store.audit.after(check.position.seq, BATCH);
      for (const entry of entries) if (entry.seq <= reach.seq) check.take(entry);
      if (entries.length === 0) break;
      // Requests come in between.
      await new Promise((resolve) => setImmediate(resolve));
    }
    await endOf(check, reach);
    const { findings, position } = check;
    state = { seq: position.seq, at: now().toISOString(), findings: [...findings] };
    for (const finding of findings.slice(told)) log.error({ finding }, 'the audit log is not what it was');
    told = findings.length;
  }

  /** At the end of the log, once for each end: nothing may be missing of what the head and the signed heads name. */
  async function endOf(now: ChainCheck, reach: ChainPosition): Promise<void> {
    const { seq } = now.position;
    if (seq === endedAt || (seq < reach.seq && (await store.audit.after(seq, 1)).length > 0)) return;
    endedAt = seq;
    now.end(reach);
  }

  return {
    head,
    verified: () => state,
    async run() {
      await signWhenDue();
      await verify();
    },
  };
}
