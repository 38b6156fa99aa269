/**
 * Tags with their digests, outside of the heap: as objects and text, 200,000 of them would be most of an agent's memory
 * several times over. Reads make text anew; what does not fit into a row is kept beside it.
 */
import type { KnownTag } from './state.ts';

const ROW = 32 + 8 + 8;
const ROWS = 4096;
const SHA256 = /^sha256:[a-f0-9]{64}$/;

export class PackedTags implements Iterable<[name: string, tag: KnownTag]> {
  readonly #rows = new Map<string, number>();
  readonly #blocks: Buffer[] = [];
  /** Of rows whose digest is none of sha256; '' is no digest at all. */
  readonly #otherDigests = new Map<number, string>();
  /** Of rows whose time is not written as this program writes it. */
  readonly #otherTimes = new Map<number, string>();
  /** Rows ever used; those of removed tags stay empty. */
  #used = 0;

  constructor(tags: Iterable<readonly [name: string, tag: KnownTag]> = []) {
    for (const [name, { digest, checked, pushedAt }] of tags) this.set(name, digest, checked, pushedAt);
  }

  get size(): number {
    return this.#rows.size;
  }

  has(name: string): boolean {
    return this.#rows.has(name);
  }

  /** @param digest '' for one that is not known */
  set(name: string, digest: string, checked = 0, pushedAt: string | null = null): void {
    let row = this.#rows.get(name);
    if (row === undefined) {
      row = this.#used;
      this.#used += 1;
      this.#rows.set(name, row);
      if (row % ROWS === 0) this.#blocks.push(Buffer.allocUnsafeSlow(ROW * ROWS));
    }
    const block = this.#blockOf(row);
    const at = startOf(row);
    if (SHA256.test(digest)) {
      block.write(digest.slice(7), at, 'hex');
      this.#otherDigests.delete(row);
    } else this.#otherDigests.set(row, digest);
    block.writeDoubleLE(checked, at + 32);
    const ms = pushedAt === null ? Number.NaN : Date.parse(pushedAt);
    if (pushedAt === null || textOf(ms) === pushedAt) this.#otherTimes.delete(row);
    else this.#otherTimes.set(row, pushedAt);
    block.writeDoubleLE(ms, at + 40);
  }

  delete(name: string): void {
    const row = this.#rows.get(name);
    if (row === undefined) return;
    this.#rows.delete(name);
    this.#otherDigests.delete(row);
    this.#otherTimes.delete(row);
  }

  /** Undefined for a tag that is not here, '' for one whose digest is not known. */
  digestOf(name: string): string | undefined {
    const row = this.#rows.get(name);
    return row === undefined ? undefined : this.#digestAt(row);
  }

  pushedAtOf(name: string): string | null {
    const row = this.#rows.get(name);
    return row === undefined ? null : this.#timeAt(row);
  }

  checkedOf(name: string): number | undefined {
    const row = this.#rows.get(name);
    return row === undefined ? undefined : this.#blockOf(row).readDoubleLE(startOf(row) + 32);
  }

  get(name: string): KnownTag | undefined {
    const row = this.#rows.get(name);
    return row === undefined ? undefined : this.#tagAt(row);
  }

  names(): Iterable<string> {
    return this.#rows.keys();
  }

  *digests(): Generator<string> {
    for (const row of this.#rows.values()) yield this.#digestAt(row);
  }

  *[Symbol.iterator](): Generator<[name: string, tag: KnownTag]> {
    for (const [name, row] of this.#rows) yield [name, this.#tagAt(row)];
  }

  #tagAt(row: number): KnownTag {
    const checked = this.#blockOf(row).readDoubleLE(startOf(row) + 32);
    return { digest: this.#digestAt(row), checked, pushedAt: this.#timeAt(row) };
  }

  #digestAt(row: number): string {
    const other = this.#otherDigests.size === 0 ? undefined : this.#otherDigests.get(row);
    const at = startOf(row);
    return other ?? `sha256:${this.#blockOf(row).toString('hex', at, at + 32)}`;
  }

  #timeAt(row: number): string | null {
    const other = this.#otherTimes.size === 0 ? undefined : this.#otherTimes.get(row);
    return other ?? textOf(this.#blockOf(row).readDoubleLE(startOf(row) + 40));
  }

  #blockOf(row: number): Buffer {
    return this.#blocks[Math.floor(row / ROWS)]!;
  }
}

const startOf = (row: number): number => (row % ROWS) * ROW;

function textOf(ms: number): string | null {
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}
