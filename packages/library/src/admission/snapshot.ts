/**
 * What a location may run, as an agent keeps it: one line of JSON for each image and for each part of a repository's tags. Lines,
 * so that 100,000 images are read bit by bit and nothing waits meanwhile.
 *
 *   ["i", digest, state, expiresAt in ms | 0, [digests of platforms], successor | null]
 *   ["r", host/repository, [tag, digest, tag, digest …]]
 *   ["end", number of "i" lines, number of "r" lines]
 */
import type { ImageState } from '@pharos/contract';
import { stateAt } from '../state.ts';

/** An image with a decision, as the library knows it. */
export interface SnapshotImage {
  readonly digest: string;
  readonly state: ImageState;
  /** Milliseconds since 1970; null: never. */
  readonly expiresAt: number | null;
  readonly platforms: readonly string[];
  readonly successor: string | null;
}

/** Tags that name decided images now, of one repository. */
export interface SnapshotRepository {
  /** As `repositoryKey` writes it. */
  readonly repository: string;
  readonly tags: readonly (readonly [tag: string, digest: string])[];
}

/** What stands of a digest. */
export interface Standing {
  readonly state: ImageState;
  readonly successor: string | null;
}

/** What is asked of the library for a decision. */
export interface AdmissionFacts {
  /** The state that counts at a time; null: nothing is decided of it here. */
  standingOf(digest: string, now: Date): Standing | null;
  /** What a tag names in the library; null: nothing that a decision was made about. */
  digestOf(repository: string, tag: string): string | null;
  /** Whether the location's library has the repository at all. */
  knows(repository: string): boolean;
}

/** Tags on one line. */
const TAGS_A_LINE = 500;
/** Children of an index that are read; an index of more platforms has none that a node of ours would run. */
const MOST_PLATFORMS = 200;

/** The text of a snapshot, line by line (without line feeds), the same for the same library. */
export function* snapshotLines(
  images: Iterable<SnapshotImage>,
  repositories: Iterable<SnapshotRepository>,
): Generator<string> {
  let imageLines = 0;
  let repositoryLines = 0;
  for (const { digest, state, expiresAt, platforms, successor } of images) {
    const children = platforms.filter((child) => child !== digest).slice(0, MOST_PLATFORMS);
    yield JSON.stringify(['i', digest, state, expiresAt ?? 0, children, successor]);
    imageLines += 1;
  }
  for (const { repository, tags } of repositories) {
    for (let at = 0; at === 0 || at < tags.length; at += TAGS_A_LINE) {
      yield JSON.stringify(['r', repository, tags.slice(at, at + TAGS_A_LINE).flat()]);
      repositoryLines += 1;
    }
  }
  yield JSON.stringify(['end', imageLines, repositoryLines]);
}

interface Entry {
  readonly state: ImageState;
  readonly expiresAt: string | null;
  readonly successor: string | null;
}

/** Not a snapshot, or only a part of one. */
export class SnapshotError extends Error {
  override readonly name = 'SnapshotError';
}

const DIGEST = /^(?:sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128})$/;
const STATES: ReadonlySet<string> = new Set(['pending', 'approved', 'rejected', 'deprecated', 'revoked']);

/** Best first: what several indexes say of a platform's manifest that nobody decided about itself. */
const RANK: readonly ImageState[] = ['approved', 'deprecated', 'revoked', 'rejected', 'pending'];

/** A snapshot in memory, built line by line; of use when `isWhole`. */
export class SnapshotIndex implements AdmissionFacts {
  readonly #images = new Map<string, Entry>();
  readonly #parents = new Map<string, Entry | Entry[]>();
  readonly #repositories = new Map<string, Map<string, string>>();
  #imageLines = 0;
  #repositoryLines = 0;
  #isWhole = false;

  get isWhole(): boolean {
    return this.#isWhole;
  }

  /** Images with a decision. */
  get size(): number {
    return this.#images.size;
  }

  /** Takes a line. @throws SnapshotError */
  add(line: string): void {
    if (this.#isWhole) throw new SnapshotError('The snapshot goes on behind its end.');
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      throw new SnapshotError('A line of the snapshot is not JSON.');
    }
    if (!Array.isArray(value)) throw new SnapshotError('A line of the snapshot is no list.');
    if (value[0] === 'i') this.#addImage(value);
    else if (value[0] === 'r') this.#addRepository(value);
    else if (value[0] === 'end') this.#end(value);
    else throw new SnapshotError('A line of the snapshot is of an unknown kind.');
  }

  standingOf(digest: string, now: Date): Standing | null {
    const own = this.#images.get(digest);
    if (own !== undefined) {
      const state = stateAt(own, now);
      if (state !== 'pending') return { state, successor: own.successor };
    }
    const parents = this.#parents.get(digest);
    if (parents === undefined) return null;
    let best: Standing | null = null;
    for (const parent of Array.isArray(parents) ? parents : [parents]) {
      const state = stateAt(parent, now);
      if (best === null || RANK.indexOf(state) < RANK.indexOf(best.state))
        best = { state, successor: parent.successor };
    }
    return best === null || best.state === 'pending' ? null : best;
  }

  digestOf(repository: string, tag: string): string | null {
    return this.#repositories.get(repository)?.get(tag) ?? null;
  }

  knows(repository: string): boolean {
    return this.#repositories.has(repository);
  }

  #addImage([, digest, state, expires, children, successor]: unknown[]): void {
    const isDigest = (value: unknown) => typeof value === 'string' && DIGEST.test(value);
    const fits =
      isDigest(digest) &&
      typeof state === 'string' &&
      STATES.has(state) &&
      Number.isSafeInteger(expires) &&
      Array.isArray(children) &&
      children.every(isDigest) &&
      (successor === null || isDigest(successor));
    if (!fits || this.#images.has(digest as string)) throw new SnapshotError('An image of the snapshot is not one.');
    const entry: Entry = {
      state: state as ImageState,
      expiresAt: expires === 0 ? null : new Date(expires as number).toISOString(),
      successor: successor as string | null,
    };
    this.#images.set(digest as string, entry);
    for (const child of children as string[]) {
      const others = this.#parents.get(child);
      if (others === undefined) this.#parents.set(child, entry);
      else if (Array.isArray(others)) others.push(entry);
      else this.#parents.set(child, [others, entry]);
    }
    this.#imageLines += 1;
  }

  #addRepository([, repository, list]: unknown[]): void {
    if (typeof repository !== 'string' || !Array.isArray(list) || list.length % 2 !== 0) {
      throw new SnapshotError('A repository of the snapshot is not one.');
    }
    const tags = this.#repositories.get(repository) ?? new Map<string, string>();
    for (let at = 0; at < list.length; at += 2) {
      const [tag, digest] = [list[at], list[at + 1]] as unknown[];
      if (typeof tag !== 'string' || typeof digest !== 'string' || !DIGEST.test(digest)) {
        throw new SnapshotError('A tag of the snapshot is not one.');
      }
      tags.set(tag, digest);
    }
    this.#repositories.set(repository, tags);
    this.#repositoryLines += 1;
  }

  #end([, images, repositories]: unknown[]): void {
    if (images !== this.#imageLines || repositories !== this.#repositoryLines) {
      throw new SnapshotError('The snapshot is not whole.');
    }
    this.#isWhole = true;
  }
}
