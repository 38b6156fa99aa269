/**
 * Gathers the hints of a moment, because one push of several platforms is told in three to six notifications, and lets an
 * agent read each repository once. What it reads is what the registry says then, never what a notification said.
 */
import { randomUUID } from 'node:crypto';
import type { Work } from '@pharos/contract';
import type { Context } from '../context.ts';
import type { WorkEnd, WorkItem } from '../work.ts';

const GATHER_MS = 500;
/** More tags than one piece of work holds: then the whole repository is scanned. */
const MAX_TAGS = 100;
/** Deliveries that one reading settles; each receiver keeps its last 200. */
const MAX_TOLD = 1_000;

interface Outcome {
  readonly outcome: 'done' | 'failed';
  readonly message: string;
  readonly requests: number | null;
}

const NOT_QUEUED: Outcome = {
  outcome: 'failed',
  message: 'It could not be queued. The next scan reads it.',
  requests: null,
};

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
  readonly deliveries: Told[];
}

interface Told {
  readonly id: string;
  readonly receiverId: string;
}

/** Queues readings for hints. */
export interface Gatherer {
  add(where: Hinted, tags: readonly string[], delivery: Told): void;
}

/** Makes a gatherer over the work queue of a server; `settled` is called with the receivers whose deliveries ended. */
export function createGatherer(context: Context, settled: (receiverIds: ReadonlySet<string>) => void): Gatherer {
  const open = new Map<string, Gathered>();
  // One list for each piece of work: while an agent is away, hints at one repository go on coming.
  const waiting = new Map<WorkItem, Told[]>();

  async function flush({ where, tags, deliveries }: Gathered): Promise<void> {
    const item = tags.size > MAX_TAGS ? await scanOf(where) : queue(where, rereadWork(where, [...tags]));
    const others = waiting.get(item);
    waiting.set(item, [...(others ?? []), ...deliveries].slice(-MAX_TOLD));
    if (others) return;
    const end = await item.end;
    const told = waiting.get(item) ?? [];
    waiting.delete(item);
    // What still waits when the server stops is marked at the next start.
    if (!end.done && end.why === 'stopping') return;
    await settle(told, outcomeOf(end, told.length));
  }

  function queue({ locationId }: Hinted, work: Work): WorkItem {
    return context.work.add(locationId, work);
  }

  /** A scan that no agent has taken yet will see these tags too. */
  async function scanOf(where: Hinted): Promise<WorkItem> {
    const waits = [...waiting.keys()].find(
      ({ work, agentId }) =>
        agentId === null &&
        work.kind === 'scan' &&
        work.registryId === where.registryId &&
        work.repository === where.repository,
    );
    return waits ?? queue(where, await scanWork(context, where));
  }

  async function settle(told: readonly Told[], outcome: Outcome): Promise<void> {
    const ids = told.map(({ id }) => id);
    await context.running.track(context.store.receivers.settle(ids, outcome, context.now()));
    settled(new Set(told.map(({ receiverId }) => receiverId)));
  }

  async function flushSafely(gathered: Gathered): Promise<void> {
    try {
      await flush(gathered);
    } catch (error) {
      context.log.warn({ err: error, repositoryId: gathered.where.repositoryId }, 'a notification led to no reading');
      await settle(gathered.deliveries, NOT_QUEUED).catch(() => {});
    }
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
      const end = () => {
        open.delete(key);
        if (!context.stopping.aborted) void flushSafely(gathered);
      };
      setTimeout(end, GATHER_MS).unref();
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

function outcomeOf(end: WorkEnd, count: number): Outcome {
  if (!end.done) {
    const why = end.why === 'full' ? 'Too much work waits for the agents.' : 'No agent finished it.';
    return { outcome: 'failed', message: `${why} The next scan reads it.`, requests: null };
  }
  const { result } = end;
  if (result.kind !== 'reread' && result.kind !== 'scan') throw new TypeError(`unexpected result ${result.kind}`);
  const isGood = result.kind === 'reread' ? result.ok : result.status !== 'failed';
  const together = count > 1 ? ` One reading for ${count} notifications.` : '';
  const said =
    result.message.trim() || (isGood ? 'It was read again.' : 'It could not be read; the next scan tries again.');
  return { outcome: isGood ? 'done' : 'failed', message: `${said}${together}`, requests: result.requests };
}
