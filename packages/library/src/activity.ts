/** What a scan changed, in the words of the activity feed. One entry for each kind of change, whatever its size. */
import type { ActivityEntry, ActivityItem, ActivityType } from '@pharos/contract';
import type { Reconciliation } from './reconcile.ts';

/** An entry before it is stored. */
export type ActivityDraft = Omit<ActivityEntry, 'id' | 'at'>;

/** Items kept of one entry; its count says how many there were. */
export const MAX_ACTIVITY_ITEMS = 50;
const MAX_MESSAGE = 500;

/** What is told of nothing else but its kind and its sentence. */
export function activityDraft(type: ActivityType, message: string, more: Partial<ActivityDraft> = {}): ActivityDraft {
  const items = (more.items ?? []).slice(0, MAX_ACTIVITY_ITEMS);
  return {
    registryId: null,
    registry: null,
    repositoryId: null,
    repository: null,
    scanId: null,
    subjectId: null,
    catalog: null,
    count: 1,
    ...more,
    type,
    message: message.slice(0, MAX_MESSAGE),
    items,
  };
}

/** Where a scan looked. */
export interface ScannedPlace {
  readonly registryId: string;
  readonly registry: string;
  readonly repositoryId: string;
  readonly repository: string;
  readonly scanId: string;
}

/** What is known about the changes beside the reconciliation. */
export interface ScanCircumstances {
  /** Digests at which no tag of the library ever stood before. */
  readonly newDigests: ReadonlySet<string>;
  /** Names that were present before. */
  readonly wasPresent: (name: string) => boolean;
  /** Names that were retired before: what comes back of these counts as added. */
  readonly wasRetired: (name: string) => boolean;
  /** The absence was held by the scan before already. */
  readonly wasHeld: boolean;
}

/** The entries of one scan, most welcome news first; none for a scan that changed nothing. */
export function activityOfScan(
  changes: Reconciliation,
  place: ScannedPlace,
  circumstances: ScanCircumstances,
): ActivityDraft[] {
  const { newDigests, wasPresent, wasRetired, wasHeld } = circumstances;
  const back = changes.reappeared.filter(({ name }) => wasRetired(name));
  const added = [...changes.added, ...back];
  const returned = changes.reappeared.filter(({ name }) => !wasRetired(name));
  const moved = [...changes.moved, ...changes.reappeared.filter((tag) => tag.digest !== tag.previous)];
  const images = new Map<string, ActivityItem>();
  for (const { name, digest } of [...added, ...moved]) {
    if (newDigests.has(digest) && !images.has(digest)) images.set(digest, { name, digest });
  }
  const gone = changes.missing.filter(({ name }) => wasPresent(name));
  const retired = changes.retired.map(({ name }) => ({ name }));
  const released = changes.released.map((name) => ({ name }));
  const at = `in ${place.repository}`;
  return [
    entry('image.added', [...images.values()], (n) => `${n} new ${n === 1 ? 'image' : 'images'} ${at}`),
    entry('tag.added', added.map(named), (n) => `${tags(n)} added ${at}`),
    entry(
      'tag.moved',
      moved.map(({ name, digest, previous }) => ({ name, digest, previousDigest: previous })),
      (n) => `${tags(n)} moved to another image ${at}`,
    ),
    entry(
      'tag.returned',
      returned.map(named),
      (n) => `${tags(n)} that ${n === 1 ? 'was' : 'were'} missing came back ${at}`,
    ),
    entry(
      'tag.vanished',
      gone.map(({ name }) => ({ name })),
      (n) => {
        return `${tags(n)} ${n === 1 ? 'is' : 'are'} missing at the registry ${at}; nothing is removed yet`;
      },
    ),
    entry('tag.retired', retired, (n) => `${tags(n)} left the library ${at}: missing for long`),
    entry('tag.retired', released, (n) => `${tags(n)} left the library ${at}: no rule takes them any more`),
    changes.held !== null && !wasHeld
      ? activityDraft('absence.held', `${place.repository}: ${changes.held.message}`, {
          ...place,
          count: changes.held.count,
        })
      : null,
  ].filter((draft) => draft !== null);

  function entry(type: ActivityType, items: readonly ActivityItem[], words: (count: number) => string) {
    if (items.length === 0) return null;
    return activityDraft(type, words(items.length), { ...place, count: items.length, items: [...items] });
  }
}

function named({ name, digest }: { name: string; digest: string }): ActivityItem {
  return { name, digest };
}

function tags(count: number): string {
  return `${count} ${count === 1 ? 'tag' : 'tags'}`;
}
