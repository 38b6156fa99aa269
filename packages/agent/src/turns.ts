/** In which order the repositories of a sweep are read: rules take turns, so that one with huge repositories keeps no other waiting. */
import { type CompiledRule, decideRepository } from '@pharos/library';

/** Repositories of one sweep that are read at the same time, at least and at most; their requests share the connections. */
const LEAST = 4;
const MOST = 16;

interface Line {
  readonly waiting: string[];
  running: number;
}

export interface Turn {
  readonly repository: string;
  /** It was read, however that went. */
  done(): void;
}

export class Turns {
  readonly #lines: Line[];

  constructor(repositories: readonly string[], rules: readonly CompiledRule[]) {
    const lines = new Map<number, Line>();
    // Taken from the end, so that the first comes first.
    for (const repository of [...repositories].reverse()) {
      const rule = rules.findIndex((each) => decideRepository(each, repository).included);
      const line = lines.get(rule) ?? { waiting: [], running: 0 };
      line.waiting.push(repository);
      lines.set(rule, line);
    }
    this.#lines = [...lines.entries()].sort(([a], [b]) => a - b).map(([, line]) => line);
  }

  /** One for each rule, so that none waits for another, within bounds. */
  get atOnce(): number {
    return Math.min(MOST, Math.max(LEAST, this.#lines.length));
  }

  /** The next repository, of the rule of which the fewest are being read; null when all were given. */
  next(): Turn | null {
    const open = this.#lines.filter((line) => line.waiting.length > 0);
    const [first] = open;
    if (first === undefined) return null;
    const line = open.reduce((least, each) => (each.running < least.running ? each : least), first);
    line.running += 1;
    const repository = line.waiting.pop()!;
    return {
      repository,
      done: () => {
        line.running -= 1;
      },
    };
  }
}
