/** What a rule may ask of a tag beyond its name, and who knows it. */
import type { Observation } from '@pharos/contract';
import { readCreated } from './created.ts';
import type { PlatformParts } from './platform.ts';

/** What was read of the image that a tag points to. Times are RFC 3339, null when nobody told a plausible one. */
export interface TagFacts {
  readonly mediaType: string;
  readonly artifactType: string | null;
  readonly configMediaType: string | null;
  readonly platforms: readonly PlatformParts[];
  /** Annotations, and labels where there is no annotation of the name. */
  readonly annotations: Readonly<Record<string, string>>;
  readonly createdAt: string | null;
  readonly pushedAt: string | null;
  /** Since when the tag is known to Pharos. */
  readonly firstSeenAt: string | null;
}

/**
 * Who knows more of a repository's tags than their names: the agent, which reads what is asked for, or the store, which
 * knows what was read. `of` answers null for a tag that was not read yet, and `unreadable` for one that cannot be.
 */
export interface KnownFacts {
  /** Milliseconds since 1970: ages are counted to it. */
  readonly now: number;
  of(tag: string): TagFacts | 'unreadable' | null;
  /** Push time that the registry's list told, for which nothing has to be read. */
  pushedAt?(tag: string): string | null;
}

/** Nobody knows anything: what names do not decide stays open. */
export const NO_FACTS: KnownFacts = Object.freeze({ now: 0, of: () => null });

/** The facts of an image as an agent observed it. `now` is RFC 3339 and decides what lies in the future. */
export function factsOfObservation(
  observation: Observation,
  times: Pick<TagFacts, 'pushedAt' | 'firstSeenAt'>,
  now: string,
): TagFacts {
  const { mediaType, artifactType, configMediaType, platforms, annotations, labels } = observation;
  return {
    mediaType,
    artifactType,
    configMediaType,
    platforms,
    annotations: { ...labels, ...annotations },
    createdAt: readCreated(observation, now).createdAt,
    ...times,
  };
}

/** The time by which a tag's age is counted, from the most trustworthy source that tells one. Null: nobody does. */
export function ageTime({ pushedAt, createdAt, firstSeenAt }: TagFacts): string | null {
  return pushedAt ?? createdAt ?? firstSeenAt;
}

/** What is known of some tags as a lookup; of every other tag nothing is known. `now` in milliseconds since 1970. */
export function knownFacts(
  known: readonly { readonly tag: string; readonly facts: TagFacts | 'unreadable' }[],
  now: number,
): KnownFacts {
  const byTag = new Map(known.map(({ tag, facts }) => [tag, facts]));
  return { now, of: (tag) => byTag.get(tag) ?? null };
}
