/** Server-sent events: what changed is read again, without losing place or focus. */
import type { Event } from '@pharos/contract';
import { type QueryClient, type QueryKey, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { api } from '../api/client.ts';
import { noteScan } from '../api/scans.ts';
import { checkSession, useSession } from '../api/session.ts';
import { noteAway, noteHere } from './connection.ts';
import { keysOf } from './event-keys.ts';
import { listenToStream } from './stream-port.ts';

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
  catalog: true,
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

/** Listens while mounted, to the stream that all tabs of the browser share. */
export function useLiveEvents(): void {
  const client = useQueryClient();
  const who = useSession()?.name;
  useEffect(() => {
    if (who === undefined) return;
    const batch = createBatch(client);
    const stop = listenToStream(who, {
      open: (missed) => {
        noteHere();
        if (missed) batch.add([[]]);
      },
      cut: noteAway,
      refused: () => {
        noteAway();
        // A refusal is a session that ended, or a server that stops; asking for the session tells which.
        void checkSession(client);
      },
      event: (data) => {
        const event = readEvent(data);
        if (!event) return;
        if (event.type === 'scan') noteScan(client, event.scan);
        batch.add(keysOf(event));
      },
    });
    return () => {
      stop();
      batch.stop();
    };
  }, [client, who]);
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
