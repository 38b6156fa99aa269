/**
 * What a scan knows of a repository's tags beyond their names, for rules that ask for it. Kept over restarts: an image
 * that was read once is not read again to be left out again, and the time since when a tag is known is not forgotten.
 */
import type { LeftOutTag, Observation } from '@pharos/contract';
import { factsOfObservation, type TagFacts } from '@pharos/library';

/** A tag that was looked at: `checked` and `firstSeen` in seconds since 1970. */
export interface SeenTag {
  digest: string;
  checked: number;
  firstSeen: number;
}

type ImageFacts = Omit<TagFacts, 'pushedAt' | 'firstSeenAt'>;

/** As it is kept. `keys`: the annotations that were kept of each image; another set means that all is read anew. */
export interface StoredFacts {
  keys: string[];
  tags: [name: string, digest: string, checked: number, firstSeen: number][];
  images: [digest: string, facts: ImageFacts][];
}

const MAX_LEFT_OUT = 20_000;

export class ScanFacts {
  readonly #keys: readonly string[];
  readonly #tags: Map<string, SeenTag>;
  readonly #images: Map<string, ImageFacts>;
  readonly #broken = new Set<string>();
  readonly #looked = new Set<string>();

  constructor(keys: readonly string[], stored: StoredFacts | null) {
    this.#keys = keys;
    this.#tags = new Map(
      (stored?.tags ?? []).map(([name, digest, checked, firstSeen]) => [name, { digest, checked, firstSeen }]),
    );
    const isUsable = stored !== null && keys.every((key) => stored.keys.includes(key));
    this.#images = new Map(isUsable ? stored.images : []);
  }

  seen(name: string): SeenTag | undefined {
    return this.#tags.get(name);
  }

  /** Whether this scan has looked at the tag. */
  wasLookedAt(name: string): boolean {
    return this.#looked.has(name);
  }

  hasImage(digest: string): boolean {
    return this.#images.has(digest);
  }

  /** Notes that this scan found the tag at a digest. */
  look(name: string, digest: string, checked: number, now: number): void {
    this.#looked.add(name);
    this.#tags.set(name, { digest, checked, firstSeen: this.#tags.get(name)?.firstSeen ?? now });
  }

  break(name: string): void {
    this.#broken.add(name);
  }

  isBroken(name: string): boolean {
    return this.#broken.has(name);
  }

  /** Keeps of an observation what rules ask for. `now` in seconds since 1970. */
  learn(observation: Observation, now: number): void {
    const time = new Date(now * 1000).toISOString();
    const { pushedAt: _, firstSeenAt: __, ...facts } = factsOfObservation(observation, NO_TIMES, time);
    const kept = this.#keys.filter((key) => Object.hasOwn(facts.annotations, key));
    const annotations = Object.fromEntries(kept.map((key) => [key, facts.annotations[key]!]));
    this.#images.set(observation.digest, { ...facts, annotations });
  }

  /** Null until this scan has looked at the tag and its image is known. */
  of(name: string, pushedAt: string | null): TagFacts | 'unreadable' | null {
    if (this.#broken.has(name)) return 'unreadable';
    const tag = this.#looked.has(name) ? this.#tags.get(name) : undefined;
    const image = tag === undefined ? undefined : this.#images.get(tag.digest);
    if (image === undefined) return null;
    return { ...image, pushedAt, firstSeenAt: timeOf(tag!.firstSeen) };
  }

  /** What was looked at and not taken, for the library to explain. */
  leftOut(isTaken: (name: string) => boolean, pushedAt: (name: string) => string | null, now: number): LeftOutTag[] {
    const names = [...this.#looked, ...this.#broken].filter((name) => !isTaken(name)).slice(0, MAX_LEFT_OUT);
    return [...new Set(names)].map((name) => {
      const tag = this.#tags.get(name);
      const digest = this.#broken.has(name) ? null : (tag?.digest ?? null);
      const createdAt = (digest === null ? null : this.#images.get(digest)?.createdAt) ?? null;
      return { name, digest, createdAt, pushedAt: pushedAt(name), firstSeenAt: timeOf(tag?.firstSeen ?? now) };
    });
  }

  /** What to keep: tags that are still listed, and their images. */
  stored(names: readonly string[]): StoredFacts {
    const tags = names.flatMap((name): StoredFacts['tags'] => {
      const tag = this.#tags.get(name);
      return tag === undefined ? [] : [[name, tag.digest, tag.checked, tag.firstSeen]];
    });
    const digests = new Set(tags.map(([, digest]) => digest));
    return { keys: [...this.#keys], tags, images: [...this.#images].filter(([digest]) => digests.has(digest)) };
  }
}

const NO_TIMES = { pushedAt: null, firstSeenAt: null };

function timeOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
