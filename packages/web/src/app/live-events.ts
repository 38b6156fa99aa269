/** Server-sent events: what changed is read again, without losing place or focus. */
import { API_PREFIX, type Event } from '@pharos/contract';
import { type QueryClient, type QueryKey, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { api } from '../api/client.ts';
import { noteScan } from '../api/scans.ts';
import { noteAway, noteHere } from './connection.ts';
import { keysOf } from './event-keys.ts';

/** Every type of the contract: one that is missing here would never reach a page. */
const EVENT_TYPES: Record<Event['type'], true> = {
  scan: true,
  repository: true,
  registry: true,
  rule: true,
  model: true,
  receiver: true,
  agent: true,
  'hcp-tag': true,
  activity: true,
  webhook: true,
  image: true,
  'model-service': true,
  dispatch: true,
  cluster: true,
  approval: true,
  policy: true,
  reset: true,
};
const BATCH_MS = 400;
const RETRY_MS = 4000;

/** Collects keys, so that a scan of a thousand tags asks for the list twice a second and not a thousand times. */
function createBatch(client: QueryClient): { add: (keys: readonly QueryKey[]) => void; stop: () => void } {
  const waiting = new Map<string, QueryKey>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flush = () => {
    timer = undefined;
    for (const queryKey of waiting.values()) void client.invalidateQueries({ queryKey });
    waiting.clear();
  };
  return {
    add: (keys) => {
      for (const key of keys) waiting.set(JSON.stringify(key), key);
      timer ??= setTimeout(flush, BATCH_MS);
    },
    stop: () => clearTimeout(timer),
  };
}

function readEvent(data: unknown): Event | null {
  try {
    const event = JSON.parse(String(data)) as Event;
    return Object.hasOwn(EVENT_TYPES, event?.type) ? event : null;
  } catch {
    return null;
  }
}

/** Listens while mounted. The browser reconnects by itself after a cut; a refused stream is tried again here. */
export function useLiveEvents(): void {
  const client = useQueryClient();
  useEffect(() => {
    const batch = createBatch(client);
    let source: EventSource | undefined;
    let retry: ReturnType<typeof setTimeout> | undefined;
    let wasAway = false;

    const take = (message: MessageEvent) => {
      const event = readEvent(message.data);
      if (!event) return;
      if (event.type === 'scan') noteScan(client, event.scan);
      batch.add(keysOf(event));
    };
    const open = () => {
      source = new EventSource(`${API_PREFIX}/events`);
      source.onopen = () => {
        noteHere();
        // Whatever happened while nobody listened is read now.
        if (wasAway) batch.add([[]]);
        wasAway = false;
      };
      source.onerror = () => {
        wasAway = true;
        noteAway();
        if (source?.readyState !== EventSource.CLOSED) return;
        // A refusal (signed out, stopping) ends the stream for good; asking for the session tells which.
        void client.invalidateQueries({ queryKey: ['session'] });
        retry = setTimeout(open, RETRY_MS);
      };
      source.onmessage = take;
      for (const type of Object.keys(EVENT_TYPES)) source.addEventListener(type, take as EventListener);
    };

    open();
    return () => {
      source?.close();
      clearTimeout(retry);
      batch.stop();
    };
  }, [client]);
}

/**
 * While the server is away, asks every few seconds whether it is ready again, and then reads everything anew. The
 * stream alone does not tell: it may have survived what a single request did not.
 */
export function useRecovery(away: boolean): void {
  const client = useQueryClient();
  useEffect(() => {
    if (!away) return;
    const timer = setInterval(() => {
      api('readiness', {}).then(
        () => {
          noteHere();
          void client.invalidateQueries();
        },
        // Still away: the next turn asks again.
        () => undefined,
      );
    }, RETRY_MS);
    return () => clearInterval(timer);
  }, [away, client]);
}
