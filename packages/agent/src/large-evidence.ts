/**
 * Attestations that are larger than a signature ever is: a list of packages has megabytes. They are fetched one at a time, within what a
 * scan and its report have room for, and travel in parts, so that neither side holds more than one.
 */
import {
  EVIDENCE_PART_BYTES,
  type EvidencePart,
  MAX_EVIDENCE_BYTES,
  MAX_LARGE_EVIDENCE_BYTES,
  MAX_LARGE_EVIDENCE_BYTES_OF_SUBJECT,
  type ReportedEvidence,
} from '@pharos/contract';
import type { Descriptor } from '@pharos/oci';
import type { RepositoryReader } from './repository-reader.ts';

/** Large attestations fetched in one scan: the rest follows in the next ones. */
const MOST_BYTES_AT_ONCE = 64 * 1024 * 1024;
/** What a report on disk may need for a byte: base64, and room for everything else. */
const SHARE_OF_ROOM = 3;

/** The line in which large ones stand, so that memory holds one. */
export class Line {
  #last: Promise<unknown> = Promise.resolve();

  /** One at a time. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => {});
    return turn;
  }
}

/** What one scan may still fetch. */
export class LargeBudget {
  readonly line = new Line();
  readonly #most: number;
  #left: number;

  /** @param room bytes that the report on disk has room for */
  constructor(room: number) {
    this.#most = Math.max(0, Math.min(MOST_BYTES_AT_ONCE, Math.floor(room / SHARE_OF_ROOM)));
    this.#left = this.#most;
  }

  /** `later`: the next scan has room; `never`: not even a scan that fetched nothing else would have. */
  take(bytes: number): 'now' | 'later' | 'never' {
    if (bytes > this.#most) return 'never';
    if (bytes > this.#left) return 'later';
    this.#left -= bytes;
    return 'now';
  }
}

/** Whether it is an attestation that is fetched though it is larger than a signature. */
export function isLarge({ form }: ReportedEvidence, { size }: Descriptor): boolean {
  if (form !== 'sigstore-bundle' && form !== 'cosign-dsse') return false;
  return size > MAX_EVIDENCE_BYTES && size <= MAX_LARGE_EVIDENCE_BYTES;
}

/** The sizes among these that fit into what is kept of one image, in their order. */
export function sumOfLarge(sizes: readonly number[]): number {
  return sizes.reduce((sum, size) => (sum + size > MAX_LARGE_EVIDENCE_BYTES_OF_SUBJECT ? sum : sum + size), 0);
}

/** Fetches one and hands its parts on, in order. @throws RegistryError, and then no part was handed on */
export async function fetchLarge(
  reader: RepositoryReader,
  own: ReportedEvidence,
  layer: Descriptor,
  onPart: (part: EvidencePart) => Promise<void>,
): Promise<void> {
  const payload = await reader.blob(layer, MAX_LARGE_EVIDENCE_BYTES);
  const evidence = { ...own, payload: null, subjectManifest: null, problem: null };
  for (let part = 0; part * EVIDENCE_PART_BYTES < payload.length; part += 1) {
    const bytes = payload.subarray(part * EVIDENCE_PART_BYTES, (part + 1) * EVIDENCE_PART_BYTES);
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
    await onPart({ evidence, size: payload.length, part, bytes: text });
  }
}
