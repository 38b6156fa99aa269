interface Entry {
  readonly key: string;
  readonly index: number;
}

/**
 * The `limit` highest (with `asc` the lowest) of many keys, fed one by one: a binary heap with the first to go on top. Unlike a sort it can be fed in
 * pieces, so that a server that previews a rule stays responsive, and it holds `limit` entries only.
 */
export class Newest {
  readonly #limit: number;
  readonly #heap: Entry[] = [];

  readonly #isLower: (a: Entry, b: Entry) => boolean;

  constructor(limit: number, direction: 'asc' | 'desc' = 'desc') {
    this.#limit = limit;
    this.#isLower = direction === 'desc' ? isLower : isHigher;
  }

  /** Offers an entry; answers the index of the entry that has no place (maybe this one), or null while there is room. */
  offer(key: string, index: number): number | null {
    const entry = { key, index };
    if (this.#heap.length < this.#limit) {
      this.#heap.push(entry);
      this.#up(this.#heap.length - 1);
      return null;
    }
    const lowest = this.#heap[0]!;
    if (!this.#isLower(lowest, entry)) return index;
    this.#heap[0] = entry;
    this.#down(0);
    return lowest.index;
  }

  #up(start: number): void {
    let at = start;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#isLower(this.#heap[at]!, this.#heap[parent]!)) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  #down(start: number): void {
    let at = start;
    for (;;) {
      const left = 2 * at + 1;
      if (left >= this.#heap.length) return;
      const right = left + 1;
      const child = right < this.#heap.length && this.#isLower(this.#heap[right]!, this.#heap[left]!) ? right : left;
      if (!this.#isLower(this.#heap[child]!, this.#heap[at]!)) return;
      this.#swap(at, child);
      at = child;
    }
  }

  #swap(a: number, b: number): void {
    const entry = this.#heap[a]!;
    this.#heap[a] = this.#heap[b]!;
    this.#heap[b] = entry;
  }
}

function isLower(a: Entry, b: Entry): boolean {
  return a.key === b.key ? a.index > b.index : a.key < b.key;
}

function isHigher(a: Entry, b: Entry): boolean {
  return a.key === b.key ? a.index > b.index : a.key > b.key;
}
