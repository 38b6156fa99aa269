/** What agents with admission control are told: the content of a location, its generation, and the signature over both. */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign as signBytes,
} from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { type AdmissionSnapshot, type SnapshotHeader, signedSnapshotText } from '@pharos/contract';
import { SnapshotIndex, snapshotLines } from '@pharos/library';
import type { Store } from '@pharos/store';
import { ServerError } from './errors.ts';
import type { Keyring } from './keyring.ts';
import { seal, sealedBy, unseal } from './sealing.ts';

const KEY_SETTING = 'admission-signing-key';
/** Content is drawn anew when something changed, and after this time whatever the mark says. */
const FRESH_MS = 300_000;
/** Locations whose content is held in memory; the others are drawn when they ask. */
const HELD = 16;
const LINES_A_TURN = 2_000;

interface Held {
  readonly mark: string;
  readonly drawnAt: number;
  readonly sha256: string;
  readonly zipped: Buffer;
  index: Promise<SnapshotIndex> | null;
  readonly lines: readonly string[];
}

export interface Signer {
  readonly publicKey: string;
  sign(text: string): string;
}

export class AdmissionSnapshots {
  readonly #store: Store;
  readonly #key: Keyring;
  readonly #now: () => Date;
  readonly #held = new Map<string, Held>();
  readonly #drawing = new Map<string, Promise<Held>>();
  #signer: Promise<Signer> | null = null;

  constructor({ store, key, now }: { store: Store; key: Keyring; now: () => Date }) {
    this.#store = store;
    this.#key = key;
    this.#now = now;
  }

  /** The newest snapshot, without its content for who holds that. `known` is the highest generation the agent ever had. */
  async snapshot(locationId: string, known: number, holds: string): Promise<AdmissionSnapshot> {
    const { sha256, zipped } = await this.#content(locationId);
    const { publicKey, sign } = await this.#signing();
    const now = this.#now();
    const header: SnapshotHeader = {
      version: 1,
      serverEpoch: this.#store.serverEpoch,
      locationId,
      generation: await this.#store.admission.generation(locationId, sha256, known, now),
      issuedAt: now.toISOString(),
      contentSha256: sha256,
    };
    const text = JSON.stringify(header);
    return {
      publicKey,
      header: text,
      signature: sign(signedSnapshotText(text)),
      content: holds === sha256 ? null : zipped.toString('base64'),
    };
  }

  /** What decisions of the location are made from, for who asks what would be decided. */
  async facts(locationId: string): Promise<{ facts: SnapshotIndex; generation: number }> {
    const held = await this.#content(locationId);
    held.index ??= indexOf(held.lines);
    const generation = await this.#store.admission.generation(locationId, held.sha256, 0, this.#now());
    return { facts: await held.index, generation };
  }

  async #content(locationId: string): Promise<Held> {
    const mark = await this.#store.admission.mark(locationId);
    const held = this.#held.get(locationId);
    if (held?.mark === mark && this.#now().getTime() - held.drawnAt < FRESH_MS) return held;
    const drawing = this.#drawing.get(locationId) ?? this.#draw(locationId, mark, held);
    this.#drawing.set(locationId, drawing);
    return drawing.finally(() => this.#drawing.delete(locationId));
  }

  async #draw(locationId: string, mark: string, before: Held | undefined): Promise<Held> {
    const { images, repositories } = await this.#store.admission.content(locationId);
    const lines: string[] = [];
    const hash = createHash('sha256');
    for (const line of snapshotLines(images, repositories)) {
      lines.push(line);
      hash.update(`${line}\n`);
      if (lines.length % LINES_A_TURN === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    const sha256 = hash.digest('hex');
    const isSame = before?.sha256 === sha256;
    const held: Held = {
      mark,
      drawnAt: this.#now().getTime(),
      sha256,
      zipped: isSame ? before.zipped : await promisify(gzip)(`${lines.join('\n')}\n`),
      index: isSame ? before.index : null,
      lines,
    };
    this.#held.delete(locationId);
    this.#held.set(locationId, held);
    const [oldest] = this.#held.keys();
    if (this.#held.size > HELD && oldest !== undefined) this.#held.delete(oldest);
    return held;
  }

  #signing(): Promise<Signer> {
    // A failure is tried again: the database may have been away for a moment.
    this.#signer ??= openSigner(this.#store, this.#key).catch((error: unknown) => {
      this.#signer = null;
      throw error;
    });
    return this.#signer;
  }
}

async function indexOf(lines: readonly string[]): Promise<SnapshotIndex> {
  const index = new SnapshotIndex();
  for (const [at, line] of lines.entries()) {
    index.add(line);
    if (at % LINES_A_TURN === LINES_A_TURN - 1) await new Promise((resolve) => setImmediate(resolve));
  }
  return index;
}

/**
 * The key that signs, made once for the database and sealed by the server's key. One that cannot be opened is not replaced:
 * agents would refuse the new one, and rightly.
 * @throws ServerError `sealed-unreadable`
 */
async function openSigner(store: Store, key: Keyring): Promise<Signer> {
  const made = generateKeyPairSync('ed25519').privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64');
  const sealed = await store.settings.once(KEY_SETTING, seal(key, made, { signing: 'admission' }));
  const der = Buffer.from(openSealed(key, sealed), 'base64');
  return signerOf(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }));
}

/** Puts the key under the one that seals now. Answers whether it did; throws when nothing here opens it. */
export async function resealSigningKey(store: Store, key: Keyring): Promise<boolean> {
  const sealed = await store.settings.get(KEY_SETTING);
  if (sealed === null || sealed.startsWith(sealedBy(key.current()))) return false;
  const again = seal(key, openSealed(key, sealed), { signing: 'admission' });
  return store.settings.replace(KEY_SETTING, sealed, again);
}

function openSealed(key: Keyring, sealed: string): string {
  try {
    return unseal(key, sealed, { signing: 'admission' });
  } catch (error) {
    const hint = 'Restore the key file. Without it, agents must be told to trust a new key: see docs/admission.md.';
    throw new ServerError('sealed-unreadable', 'The key that signs for admission control cannot be opened.', hint, {
      cause: error,
    });
  }
}

/** Signs with an Ed25519 key. */
export function signerOf(privateKey: KeyObject): Signer {
  const publicKey = createPublicKey(privateKey).export({ format: 'jwk' }).x as string;
  return {
    publicKey,
    sign: (text) => signBytes(null, Buffer.from(text, 'utf8'), privateKey).toString('base64url'),
  };
}
