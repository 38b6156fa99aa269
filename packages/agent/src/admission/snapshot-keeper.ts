/**
 * What the location may run, as the control plane signed it, in memory and on disk. Nothing counts that is not signed by the
 * one key, for this location, whole, and at least as new as what was there before.
 */
import { createHash, createPublicKey, type Hash, type KeyObject, timingSafeEqual, verify } from 'node:crypto';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { type AdmissionSnapshot, SnapshotHeader, signedSnapshotText } from '@pharos/contract';
import { SnapshotIndex } from '@pharos/library';
import { z } from 'zod';
import { writeWhole } from '../write-file.ts';

/** Bytes of a content, unzipped. */
const MOST_BYTES = 256 * 1024 * 1024;
const LINES_A_TURN = 1_000;
/** That nothing changed is written down only now and then: it is said every few seconds. */
const REWRITE_MS = 60_000;
const HEAD = 'head.json';
/** The key that was met first, and the newest that was ever taken: `head.json` alone could be put back to an older one. */
const PIN = 'pin.json';

const Head = z.object({ header: z.string(), signature: z.string() });
const Pin = z.object({
  publicKey: z.string(),
  serverEpoch: z.string(),
  generation: z.number().int().min(0),
  issuedAt: z.string(),
});
type Pin = z.infer<typeof Pin>;

/** Why a snapshot is not taken: a sentence for people. */
export class SnapshotRefused extends Error {
  override readonly name = 'SnapshotRefused';
}

export interface HeldSnapshot {
  readonly header: SnapshotHeader;
  readonly index: SnapshotIndex;
}

/** Where an agent keeps it. */
export const ADMISSION_FOLDER = 'admission';

export class SnapshotKeeper {
  readonly #folder: string;
  readonly #locationId: string;
  readonly #configuredKey: string | null;
  #pin: Pin | null = null;
  #held: HeldSnapshot | null = null;
  #header = '';
  #writtenAt = 0;
  /** Why what is on disk is not used; '' when it is, or nothing is there. */
  problem = '';

  constructor(stateDir: string, locationId: string, publicKey: string | null) {
    this.#folder = join(stateDir, ADMISSION_FOLDER);
    this.#locationId = locationId;
    this.#configuredKey = publicKey;
  }

  get held(): HeldSnapshot | null {
    return this.#held;
  }

  /** The highest generation that was ever taken. */
  get generation(): number {
    return this.#pin?.generation ?? 0;
  }

  /** Reads what is on disk. What is damaged or was changed is not used, and `problem` says so. */
  async load(): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    try {
      const pin = await readJson(join(this.#folder, PIN));
      if (pin === null) return;
      this.#pin = Pin.parse(pin);
      const head = await readJson(join(this.#folder, HEAD));
      if (head === null) return;
      const { header: text, signature } = Head.parse(head);
      const header = this.#verified(text, signature, this.#pin.publicKey);
      const zipped = await readFile(join(this.#folder, contentName(header.contentSha256)));
      this.#held = { header, index: await indexOf(zipped, header.contentSha256) };
      this.#header = text;
    } catch (error) {
      this.problem = `The snapshot on disk is not used: ${messageOf(error)}`;
    }
  }

  /** Takes a snapshot that the control plane answered. @throws SnapshotRefused, or an error of the disk */
  async take(answer: AdmissionSnapshot): Promise<void> {
    const header = this.#verified(answer.header, answer.signature, answer.publicKey);
    if (answer.header === this.#header) return;
    const isSame = this.#held?.header.contentSha256 === header.contentSha256;
    if (answer.content === null && !isSame) throw new SnapshotRefused('The content of the snapshot is missing.');
    const zipped = answer.content === null || isSame ? null : Buffer.from(answer.content, 'base64');
    const index = zipped === null ? this.#held!.index : await indexOf(zipped, header.contentSha256);
    const { serverEpoch, generation, issuedAt } = header;
    const pin = { publicKey: answer.publicKey, serverEpoch, generation, issuedAt };
    const isOnDisk = isSame && this.#pin?.generation === generation && this.#pin.serverEpoch === serverEpoch;
    if (isOnDisk && Date.parse(issuedAt) - this.#writtenAt < REWRITE_MS) {
      this.#held = { header, index };
      this.#header = answer.header;
      return;
    }
    // Content before head before pin: what a crash leaves behind is the old snapshot or the new one.
    if (zipped !== null) await writeBytes(join(this.#folder, contentName(header.contentSha256)), zipped);
    const head = JSON.stringify({ header: answer.header, signature: answer.signature });
    await writeWhole(join(this.#folder, HEAD), [head]);
    await writeWhole(join(this.#folder, PIN), [JSON.stringify(pin)]);
    this.#pin = pin;
    this.#writtenAt = Date.parse(issuedAt);
    this.#held = { header, index };
    this.#header = answer.header;
    this.problem = '';
    if (zipped !== null) await this.#sweep(header.contentSha256);
  }

  /** The header, once everything that can be said without the content has been said. */
  #verified(text: string, signature: string, publicKey: string): SnapshotHeader {
    const pinned = this.#configuredKey ?? this.#pin?.publicKey ?? publicKey;
    if (!isSameText(pinned, publicKey)) {
      throw new SnapshotRefused('It is signed with another key than before.');
    }
    const isSigned = verify(
      null,
      Buffer.from(signedSnapshotText(text), 'utf8'),
      keyOf(publicKey),
      Buffer.from(signature, 'base64url'),
    );
    if (!isSigned) throw new SnapshotRefused('Its signature does not fit.');
    const parsed = SnapshotHeader.safeParse(jsonOf(text));
    if (!parsed.success) throw new SnapshotRefused('Its header cannot be read.');
    const header = parsed.data;
    if (header.locationId !== this.#locationId) throw new SnapshotRefused('It is of another location.');
    const { generation, issuedAt } = header;
    const pin = this.#pin;
    // Generations of another database are others; that it was issued later is what can be said of both.
    const isOlder = pin !== null && (pin.serverEpoch === header.serverEpoch ? generation < pin.generation : false);
    if (isOlder || (pin !== null && issuedAt < pin.issuedAt)) {
      throw new SnapshotRefused('It is older than one that was here before.');
    }
    return header;
  }

  /** Contents of before. */
  async #sweep(sha256: string): Promise<void> {
    for (const name of await readdir(this.#folder)) {
      if (/^content-/.test(name) && name !== contentName(sha256)) await rm(join(this.#folder, name), { force: true });
    }
  }
}

function contentName(sha256: string): string {
  return `content-${sha256}.gz`;
}

/** Unzips, hashes and reads bit by bit: requests are answered in between. */
async function indexOf(zipped: Buffer, sha256: string): Promise<SnapshotIndex> {
  let bytes: Buffer;
  try {
    bytes = await promisify(gunzip)(zipped, { maxOutputLength: MOST_BYTES });
  } catch {
    throw new SnapshotRefused('Its content cannot be unpacked.');
  }
  const hash: Hash = createHash('sha256');
  const index = new SnapshotIndex();
  let lines = 0;
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(10, start);
    if (end < 0) throw new SnapshotRefused('Its content is not whole.');
    hash.update(bytes.subarray(start, end + 1));
    index.add(bytes.toString('utf8', start, end));
    start = end + 1;
    lines += 1;
    if (lines % LINES_A_TURN === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  if (hash.digest('hex') !== sha256) throw new SnapshotRefused('Its content is not what was signed.');
  if (!index.isWhole) throw new SnapshotRefused('Its content is not whole.');
  return index;
}

function keyOf(publicKey: string): KeyObject {
  try {
    return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: publicKey }, format: 'jwk' });
  } catch {
    throw new SnapshotRefused('Its key is no Ed25519 key.');
  }
}

function isSameText(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

async function writeBytes(path: string, bytes: Buffer): Promise<void> {
  await writeWhole(path, [bytes]);
}

function messageOf(error: unknown): string {
  if (error instanceof SnapshotRefused) return error.message;
  const code = (error as NodeJS.ErrnoException).code;
  return code === undefined ? 'it is damaged.' : `it cannot be read (${code}).`;
}
