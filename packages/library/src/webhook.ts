/** What webhooks are sent: payloads of entries of the activity feed, and when a failed delivery is tried again. */
import type { ActivityEntry } from '@pharos/contract';
import { compilePattern } from './pattern.ts';

/** Waits before the tries after the first one, in seconds: about 27 hours in all, then it is given up. */
export const RETRY_SECONDS = [5, 300, 1_800, 7_200, 18_000, 36_000, 36_000] as const;
/** Share by which a wait is made longer, so that endpoints that come back are not stormed. */
const JITTER = 0.2;

/**
 * Seconds until the next try after `tries` failed ones; null when it is given up. `random` in [0, 1). An endpoint that
 * asks for more time (`retryAfterSeconds`) gets it, up to ten hours.
 */
export function nextTryIn(tries: number, random: number, retryAfterSeconds: number | null = null): number | null {
  const wait = RETRY_SECONDS[tries - 1];
  if (wait === undefined) return null;
  return Math.max(wait * (1 + JITTER * random), Math.min(retryAfterSeconds ?? 0, 36_000));
}

/**
 * The body of an event as Standard Webhooks lays it out (type, timestamp, data), small and without any secret: at most 50
 * items. `path` leads to the page in the UI.
 */
export function webhookPayload(entry: ActivityEntry): string {
  const { type, at, id, message, registryId, registry, repositoryId, repository, scanId, subjectId, count, items } =
    entry;
  return JSON.stringify({
    type,
    timestamp: at,
    data: {
      activityId: id,
      message,
      registryId,
      registry,
      repositoryId,
      repository,
      scanId,
      subjectId,
      count,
      items,
      path: pathOf(entry),
    },
  });
}

/** The page in the UI that says more. */
function pathOf({ type, registryId, repositoryId, subjectId, catalog }: ActivityEntry): string {
  if (repositoryId !== null) return `/library/${repositoryId}`;
  if (registryId !== null) return `/manage/registries/${registryId}`;
  if (subjectId !== null && type.startsWith('upgrade.')) return `/databases/${subjectId}`;
  if (catalog !== null) return `/databases/catalogs/${catalog.name}?location=${catalog.location}`;
  return '/activity';
}

/**
 * What an endpoint with this pattern of repository names is told of an entry: all of it, the items that fit where it is
 * about several repositories, or null for nothing. Entries of no repository are for everybody.
 */
export function entryFor(pattern: string | null, entry: ActivityEntry): ActivityEntry | null {
  if (pattern === null) return entry;
  const compiled = compilePattern(pattern);
  if (entry.repository !== null) return compiled.test(entry.repository) ? entry : null;
  if (!entry.items.some((item) => item.repositoryId !== undefined)) return entry;
  const items = entry.items.filter(({ name }) => compiled.test(name));
  return items.length === 0 ? null : { ...entry, items, count: items.length };
}
