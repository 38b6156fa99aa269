/**
 * Gathers the hints of a moment, because one push of several platforms is told in three to six notifications, and lets an
 * agent read each repository once. What it reads is what the registry says then, never what a notification said.
 */
import { randomUUID } from 'node:crypto';
import type { Work } from '@pharos/contract';
import type { Context } from '../context.ts';
import type { WorkEnd } from '../work.ts';

const GATHER_MS = 500;
/** More tags than one piece of work holds: then the whole repository is scanned. */
const MAX_TAGS = 100;

/** A repository that notifications hint at. */
export interface Hinted {
  readonly registryId: string;
  readonly locationId: string;
  readonly repositoryId: string;
  readonly repository: string;
}

interface Gathered {
  readonly where: Hinted;
  readonly tags: Set<string>;
  readonly deliveries: { id: string; receiverId: string }[];
}

/** Queues readings for hints. `settled` is called with the receivers whose deliveries ended. */
export interface Gatherer {
  add(where: Hinted, tags: readonly string[], delivery: { id: string; receiverId: string }): void;
}

/** Makes a gatherer over the work queue of a server. */
export function createGatherer(context: Context, settled: (receiverIds: ReadonlySet<string>) => void): Gatherer {
  const open = new Map<string, Gathered>();

  async function flush(key: string): Promise<void> {
    const gathered = open.get(key);
    open.delete(key);
    // What still waits when the server stops is marked at the next start.
    if (gathered === undefined || context.stopping.aborted) return;
    const { where, tags, deliveries } = gathered;
    const work = tags.size > MAX_TAGS ? await scanWork(context, where) : rereadWork(where, [...tags]);
    const end = await context.work.add(where.locationId, work).end;
    if (!end.done && end.why === 'stopping') return;
    const ids = deliveries.map(({ id }) => id);
    await context.running.track(context.store.receivers.settle(ids, outcomeOf(end, ids.length), context.now()));
    settled(new Set(deliveries.map(({ receiverId }) => receiverId)));
  }

  return {
    add(where, tags, delivery) {
      const key = where.repositoryId;
      const known = open.get(key);
      const gathered = known ?? { where, tags: new Set<string>(), deliveries: [] };
      for (const tag of tags) gathered.tags.add(tag);
      gathered.deliveries.push(delivery);
      if (known) return;
      open.set(key, gathered);
      const failed = (error: unknown) =>
        context.log.warn({ err: error, repositoryId: key }, 'what came of a notification was not written down');
      setTimeout(() => void flush(key).catch(failed), GATHER_MS).unref();
    },
  };
}

function rereadWork({ registryId, repository }: Hinted, tags: string[]): Work {
  return { kind: 'reread', id: randomUUID(), registryId, repository, tags };
}

async function scanWork({ store, events, now }: Context, where: Hinted): Promise<Work> {
  const { registryId, locationId, repositoryId, repository } = where;
  const scanId = randomUUID();
  const scan = await store.scans.request({ id: scanId, registryId, repositoryId, locationId }, now());
  events.emit({ type: 'scan', scan });
  return { kind: 'scan', id: randomUUID(), registryId, repository, scanId, trigger: 'change' };
}

function outcomeOf(
  end: WorkEnd,
  count: number,
): { outcome: 'done' | 'failed'; message: string; requests: number | null } {
  if (!end.done) {
    const why = end.why === 'full' ? 'Too much work waits for the agents.' : 'No agent finished it.';
    return { outcome: 'failed', message: `${why} The next scan reads it.`, requests: null };
  }
  const { result } = end;
  if (result.kind !== 'reread' && result.kind !== 'scan') throw new TypeError(`unexpected result ${result.kind}`);
  const isGood = result.kind === 'reread' ? result.ok : result.status !== 'failed';
  const together = count > 1 ? ` One reading for ${count} notifications.` : '';
  const said = result.message || (isGood ? 'It was read again.' : 'It could not be read; the next scan tries again.');
  return { outcome: isGood ? 'done' : 'failed', message: `${said}${together}`, requests: result.requests };
}
