/** What goes on beside requests for the library's own history: who is told, what is counted, what is forgotten. */
import type { ActivityEntry, Event } from '@pharos/contract';
import type { Context } from './context.ts';

/**
 * Tells open pages of new entries of the activity feed, whichever replica wrote them. It is a hint to read again: an entry
 * whose transaction ends after that of a later one is told of with the next.
 */
export function createActivityWatch({ store, events }: Pick<Context, 'store' | 'events'>): () => Promise<void> {
  let told: number | null = null;
  return async () => {
    // Asked also while nobody listens: who comes next must not miss what happened since the turn before.
    const last = await store.activity.last();
    const since = told;
    told = last;
    if (since === null || last <= since || events.clients() === 0) return;
    const entries = await store.activity.after(since);
    for (const event of new Map(entries.flatMap(eventsOf)).values()) events.emit(event);
    events.emit({ type: 'activity' });
  };
}

/** What pages show an entry's change, by a key that folds repetitions. */
function eventsOf({ type, registryId, repositoryId, subjectId }: ActivityEntry): [string, Event][] {
  const told: [string, Event][] = [];
  if (type === 'image.state-changed' || type === 'approval.requested') told.push(['approval', { type: 'approval' }]);
  if (repositoryId !== null && registryId !== null)
    told.push([repositoryId, { type: 'repository', id: repositoryId, registryId }]);
  else if (registryId !== null) told.push([registryId, { type: 'registry', id: registryId }]);
  if (subjectId !== null) {
    if (type.startsWith('agent.')) told.push([subjectId, { type: 'agent', id: subjectId }]);
    if (type.startsWith('rule.')) told.push([subjectId, { type: 'rule', id: subjectId }]);
    if (type.startsWith('upgrade.')) told.push([subjectId, { type: 'cluster', id: subjectId }]);
    if (type.startsWith('catalog.')) told.push(['catalog', { type: 'catalog' }]);
    if (type.startsWith('webhook.')) told.push([subjectId, { type: 'webhook', id: subjectId }]);
  }
  return told;
}

/** A server that was away must not take its agents for lost before they had the time to call. */
const GRACE_MS = 3 * 60_000;

export function createAgentLossWatch({ store, now }: Pick<Context, 'store' | 'now'>): () => Promise<void> {
  const since = now().getTime();
  return async () => {
    if (now().getTime() - since >= GRACE_MS) await store.activity.watchAgents(now());
  };
}

/** Counts what changed; the library as a whole in the first turn and then once an hour. */
export function createCounting({
  store,
  now,
  stopping,
}: Pick<Context, 'store' | 'now' | 'stopping'>): () => Promise<void> {
  let countedAt = 0;
  return async () => {
    while (!stopping.aborted && (await store.history.countRepositories(now())));
    if (stopping.aborted || now().getTime() - countedAt < 3_600_000) return;
    countedAt = now().getTime();
    await store.history.countLibrary(now());
  };
}

/** Approvals whose time is over count as pending at once; here it is written down, and told. */
export async function expireApprovals({
  store,
  now,
  stopping,
}: Pick<Context, 'store' | 'now' | 'stopping'>): Promise<void> {
  while (!stopping.aborted && (await store.decisions.expire(now())) > 0);
}

export async function prune({ store, now }: Pick<Context, 'store' | 'now'>): Promise<void> {
  await store.scans.prune();
  await store.activity.prune(now());
  await store.webhookOutbox.prune(now());
  await store.history.prune(now());
}
