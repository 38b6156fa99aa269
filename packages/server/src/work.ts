/**
 * What agents shall do, per location and in memory: scans, probes, lists that somebody asked for. Nothing here must
 * outlive the process: schedules live at the agents, and a requested scan that nobody finishes is marked failed.
 */
import type { Work, WorkResult } from '@pharos/contract';

/** Work that was handed out goes to the next poll again when nothing was heard of it for this long. */
const LEASE_MS = 120_000;
/** After so many agents did not finish it, the work is given up: it may be what kills them. */
const MAX_HAND_OUTS = 3;
const MAX_WAITING = 1_000;
const MAX_AT_ONCE = 10;
/** Re-readings wait for agents that are away, and leave room for what people ask for. */
const MAX_REREADS = 500;
const MAX_TAGS = 100;

/** How a piece of work ended: what the agent said, or why nobody will do it. */
export type WorkEnd = { done: true; result: WorkResult } | { done: false; why: 'given-up' | 'full' | 'stopping' };

/** One piece of work that somebody asked for. */
export interface WorkItem {
  readonly work: Work;
  readonly locationId: string;
  /** Who has it now, or had it last. */
  readonly agentId: string | null;
  /** Resolves once, never rejects. */
  readonly end: Promise<WorkEnd>;
}

/** The work of all locations, fair by age. */
export interface WorkQueue {
  /**
   * Queues work; the same work (kind and target) that still waits is shared instead of doubled. Re-readings of one
   * repository become one of all their tags while these fit.
   */
  add(locationId: string, work: Work): WorkItem;
  /** Work for an agent of a location, at most 10 pieces; it then holds a lease on them. */
  take(locationId: string, agentId: string): Work[];
  /** Resolves when there may be news for the location, after `ms`, or with the signal. */
  wait(locationId: string, ms: number, signal: AbortSignal): Promise<void>;
  /** Wakes the long polls of a location (its configuration changed), or of all. */
  wake(locationId?: string): void;
  /** Renews the lease of the work with this id, or of the scan work with this scan id. */
  renew(id: string): void;
  /** A piece of work that is not ended; null: not known (any more). */
  get(id: string): WorkItem | null;
  /** Ends a piece of work; false: not known (any more), or of another kind. */
  finish(id: string, result: WorkResult): boolean;
  /** Drops what waits for a registry that is gone. */
  forget(registryId: string): void;
  depth(): number;
  stop(): void;
}

interface Entry extends WorkItem {
  work: Work;
  readonly settle: (end: WorkEnd) => void;
  agentId: string | null;
  leaseUntil: number;
  handOuts: number;
}

/** Makes an empty queue. */
export function createWorkQueue(now: () => Date): WorkQueue {
  const entries = new Map<string, Entry>();
  const waiters = new Map<string, Set<() => void>>();

  function wake(locationId?: string): void {
    const sets = locationId === undefined ? [...waiters.values()] : [waiters.get(locationId) ?? new Set<() => void>()];
    for (const set of sets) for (const resume of [...set]) resume();
  }

  function end(entry: Entry, how: WorkEnd): void {
    entries.delete(entry.work.id);
    entry.settle(how);
  }

  function rereads(): number {
    return [...entries.values()].filter((entry) => entry.work.kind === 'reread').length;
  }

  function makeEntry(locationId: string, work: Work): Entry {
    const { promise, resolve } = Promise.withResolvers<WorkEnd>();
    return { work, locationId, end: promise, settle: resolve, agentId: null, leaseUntil: 0, handOuts: 0 };
  }

  return {
    add(locationId, work) {
      const same = [...entries.values()].find((entry) => entry.agentId === null && sameWork(entry.work, work));
      if (same) {
        same.work = merged(same.work, work);
        return same;
      }
      const entry = makeEntry(locationId, work);
      if (entries.size >= MAX_WAITING || (work.kind === 'reread' && rereads() >= MAX_REREADS)) {
        entry.settle({ done: false, why: 'full' });
        return entry;
      }
      entries.set(work.id, entry);
      wake(locationId);
      return entry;
    },
    take(locationId, agentId) {
      const time = now().getTime();
      const taken: Work[] = [];
      for (const entry of [...entries.values()]) {
        if (entry.locationId !== locationId || entry.leaseUntil > time) continue;
        if (entry.handOuts >= MAX_HAND_OUTS) {
          end(entry, { done: false, why: 'given-up' });
          continue;
        }
        entry.agentId = agentId;
        entry.leaseUntil = time + LEASE_MS;
        entry.handOuts += 1;
        taken.push(entry.work);
        if (taken.length === MAX_AT_ONCE) break;
      }
      return taken;
    },
    wait(locationId, ms, signal) {
      if (ms <= 0 || signal.aborted) return Promise.resolve();
      const set = waiters.get(locationId) ?? new Set();
      waiters.set(locationId, set);
      return new Promise((resolve) => {
        const resume = () => {
          clearTimeout(timer);
          signal.removeEventListener('abort', resume);
          set.delete(resume);
          resolve();
        };
        const timer = setTimeout(resume, ms);
        signal.addEventListener('abort', resume, { once: true });
        set.add(resume);
      });
    },
    wake,
    renew(id) {
      for (const entry of entries.values()) {
        const isIt = entry.work.id === id || (entry.work.kind === 'scan' && entry.work.scanId === id);
        if (isIt && entry.agentId !== null) entry.leaseUntil = now().getTime() + LEASE_MS;
      }
    },
    get: (id) => entries.get(id) ?? null,
    finish(id, result) {
      const entry = entries.get(id);
      if (!entry || entry.work.kind !== result.kind) return false;
      end(entry, { done: true, result });
      return true;
    },
    forget(registryId) {
      for (const entry of [...entries.values()]) {
        if (entry.work.registryId === registryId) end(entry, { done: false, why: 'given-up' });
      }
    },
    depth: () => entries.size,
    stop() {
      for (const entry of [...entries.values()]) end(entry, { done: false, why: 'stopping' });
      wake();
    },
  };
}

function sameWork(a: Work, b: Work): boolean {
  if (a.kind !== b.kind || a.registryId !== b.registryId) return false;
  if (a.kind === 'probe') return true;
  if (a.kind === 'scan' && b.kind === 'scan') return a.repository === b.repository;
  if (a.kind === 'describe' && b.kind === 'describe') return a.digest === b.digest;
  if (a.kind === 'reread' && b.kind === 'reread') {
    return a.repository === b.repository && new Set([...a.tags, ...b.tags]).size <= MAX_TAGS;
  }
  return false;
}

/** The work that is shared by both: of re-readings one with the tags of both. */
function merged(waiting: Work, added: Work): Work {
  if (waiting.kind !== 'reread' || added.kind !== 'reread') return waiting;
  return { ...waiting, tags: [...new Set([...waiting.tags, ...added.tags])] };
}

/** The end of a piece of work, or null when it has not come after `ms`, or the signal ended the waiting. */
export async function endWithin(item: WorkItem, ms: number, signal: AbortSignal): Promise<WorkEnd | null> {
  const { promise, resolve } = Promise.withResolvers<null>();
  const giveUp = () => resolve(null);
  const timer = setTimeout(giveUp, ms);
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    return await Promise.race([item.end, promise]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', giveUp);
  }
}
