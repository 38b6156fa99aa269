/** What the activity feed and webhooks are told of a catalog: every step of an edition, in the transaction of the step. */
import type { ActivityItem, ActivityType, CatalogEntry, RolloutState } from '@pharos/contract';
import { activityDraft } from '@pharos/library';
import { tell } from './activity.ts';
import type { Db } from './database.ts';
import type { NewEdition, StoredCatalog } from './rollout-port.ts';

type Told = Pick<StoredCatalog, 'id' | 'key'>;

/** One entry about a catalog. `entries` is what it is about, by tag. */
export async function tellOfCatalog(
  trx: Db,
  { id, key }: Told,
  type: ActivityType,
  words: string,
  entries: readonly Pick<CatalogEntry, 'tag' | 'digest'>[],
  now: Date,
): Promise<void> {
  const items: ActivityItem[] = entries.map(({ tag, digest }) => ({ name: tag, digest }));
  const message = `${key.name} in ${key.location}: ${words}`;
  const catalog = { name: key.name, location: key.location };
  const draft = activityDraft(type, message, { subjectId: id, catalog, count: Math.max(items.length, 1), items });
  await tell(trx, [draft], now);
}

/** A new edition: drawn where it has stages before it, else it is out with the same step. */
export async function tellOfEdition(
  trx: Db,
  catalog: Told,
  edition: NewEdition & { readonly number: number; readonly isOut: boolean },
  changed: readonly CatalogEntry[],
  now: Date,
): Promise<void> {
  const { number, by, reason, isOut, backTo = null } = edition;
  const say = (type: ActivityType, words: string) => tellOfCatalog(trx, catalog, type, words, changed, now);
  if (backTo !== null) await say('catalog.rolled-back', `${by} went back to edition ${backTo}, as edition ${number}`);
  if (isOut) await say('catalog.rollout-out', `edition ${number} goes to every cluster at once (${reason})`);
  else await say('catalog.rollout-drawn', `edition ${number} is on its way in stages (${reason})`);
}

const TYPES: Readonly<Record<RolloutState, ActivityType | null>> = {
  drawn: 'catalog.rollout-drawn',
  canary: 'catalog.rollout-canary',
  'waiting-for-health': null,
  'waiting-for-person': 'catalog.rollout-waiting',
  'waiting-for-window': 'catalog.rollout-waiting',
  out: 'catalog.rollout-out',
  stopped: 'catalog.rollout-stopped',
};

/** A step of the newest edition from one state to another. `isOpen`: its window is no wait. */
export async function tellOfStep(
  trx: Db,
  catalog: StoredCatalog,
  step: {
    readonly from: RolloutState;
    readonly to: RolloutState;
    readonly message: string;
    readonly isHealthy: boolean;
    readonly isOpen: boolean;
  },
  now: Date,
): Promise<void> {
  const { from, to, message, isHealthy, isOpen } = step;
  if (from === to) return;
  const { number, entries } = catalog.newest;
  const say = (type: ActivityType, words: string) => tellOfCatalog(trx, catalog, type, words, entries, now);
  if (from === 'waiting-for-health' && isHealthy && to !== 'stopped') {
    await say('catalog.rollout-healthy', `all canary clusters stayed healthy on edition ${number}`);
  }
  const type = TYPES[to];
  if (type === null || (to === 'waiting-for-window' && isOpen)) return;
  await say(type, `${WORDS[to](number)}${message === '' ? '' : `. ${message}`}`);
}

const WORDS: Readonly<Record<RolloutState, (edition: number) => string>> = {
  drawn: (edition) => `edition ${edition} begins again`,
  canary: (edition) => `edition ${edition} goes to the canary clusters`,
  'waiting-for-health': (edition) => `edition ${edition} waits for health`,
  'waiting-for-person': (edition) => `edition ${edition} waits for a person`,
  'waiting-for-window': (edition) => `edition ${edition} waits for the maintenance window`,
  out: (edition) => `edition ${edition} goes to every cluster`,
  stopped: (edition) => `edition ${edition} was stopped`,
};
