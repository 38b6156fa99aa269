/** Server-sent events: a ring of the last events and the clients that listen (WHATWG HTML §9.2). */
import type { ServerResponse } from 'node:http';
import type { Event } from '@pharos/contract';

const RING = 1000;
const HEARTBEAT_MS = 15_000;
/** A client that does not read is cut off at this many unsent bytes; it comes back with Last-Event-ID. */
const MAX_UNSENT_BYTES = 1024 * 1024;
/** A stream ends after this long, so that a revoked session does not go on listening; browsers come back by themselves. */
const MAX_AGE_MS = 10 * 60_000;
const MAX_CLIENTS = 500;
/** A blind client is told that something changed at most this often; it has no event ids, for these would count changes. */
const BLIND_MS = 2_000;
const RESET = 'data: {"type":"reset"}\n\n';
/** Progress of one scan is told at most this often. */
const PROGRESS_MS = 250;

/** Sends events to everybody who listens. */
export interface EventHub {
  /** Tells every client. */
  emit(event: Event): void;
  /**
   * Takes over a response as a stream. Events after `lastEventId` are sent first; when they are no longer known, a
   * `reset` is. False: too many clients, nothing was written. A blind client reads a part of the library only: it is told
   * that something changed, at most every two seconds, and nothing of what.
   */
  attach(
    response: ServerResponse,
    lastEventId: string | undefined,
    headers?: Record<string, string>,
    isBlind?: boolean,
  ): boolean;
  clients(): number;
  close(): void;
}

interface Client {
  readonly response: ServerResponse;
  readonly since: number;
  readonly isBlind: boolean;
  /** A blind client waits to be told. */
  timer?: NodeJS.Timeout;
}

/** Makes a hub. Ids begin at the time of the start in microseconds: they rise over restarts too. */
export function createEventHub(now: () => Date): EventHub {
  let nextId = now().getTime() * 1000;
  const ring: { id: number; text: string }[] = [];
  const clients = new Set<Client>();
  const progressAt = new Map<string, number>();

  function emit(event: Event): void {
    if (isRepeatedProgress(event)) return;
    const id = nextId++;
    const text = `id: ${id}\ndata: ${JSON.stringify(event)}\n\n`;
    ring.push({ id, text });
    if (ring.length > RING) ring.shift();
    for (const client of clients) {
      if (client.isBlind) nudge(client);
      else write(client, text);
    }
  }

  /** Many changes are one nudge, and the reader reads what it may. */
  function nudge(client: Client): void {
    client.timer ??= setTimeout(() => {
      delete client.timer;
      if (clients.has(client)) write(client, RESET);
    }, BLIND_MS).unref();
  }

  function isRepeatedProgress(event: Event): boolean {
    if (event.type !== 'scan') return false;
    if (event.scan.status !== 'running') {
      progressAt.delete(event.scan.id);
      return false;
    }
    const time = now().getTime();
    if (time - (progressAt.get(event.scan.id) ?? 0) < PROGRESS_MS) return true;
    progressAt.set(event.scan.id, time);
    if (progressAt.size > RING) progressAt.delete(progressAt.keys().next().value as string);
    return false;
  }

  function write(client: Client, text: string): void {
    if (client.response.writableLength > MAX_UNSENT_BYTES) {
      clients.delete(client);
      client.response.destroy();
      return;
    }
    client.response.write(text);
  }

  const heartbeat = setInterval(() => {
    const oldest = now().getTime() - MAX_AGE_MS;
    for (const client of clients) {
      if (client.since < oldest) client.response.end();
      else write(client, ': still here\n\n');
    }
  }, HEARTBEAT_MS);
  heartbeat.unref();

  function missed(lastEventId: string | undefined): string {
    if (lastEventId === undefined) return '';
    const last = /^\d{1,16}$/.test(lastEventId) ? Number(lastEventId) : Number.NaN;
    const first = ring[0]?.id ?? nextId;
    if (!(last >= first - 1 && last < nextId)) return `id: ${nextId - 1}\ndata: {"type":"reset"}\n\n`;
    return ring
      .filter((entry) => entry.id > last)
      .map((entry) => entry.text)
      .join('');
  }

  return {
    emit,
    attach(response, lastEventId, headers = {}, isBlind = false) {
      if (clients.size >= MAX_CLIENTS) return false;
      response.writeHead(200, {
        ...headers,
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        // Tells nginx not to buffer the stream.
        'x-accel-buffering': 'no',
      });
      const client: Client = { response, since: now().getTime(), isBlind };
      const said = isBlind ? (lastEventId === undefined ? '' : RESET) : missed(lastEventId);
      response.write(`retry: 2000\n\n${said}`);
      clients.add(client);
      response.on('close', () => clients.delete(client));
      response.on('error', () => clients.delete(client));
      return true;
    },
    clients: () => clients.size,
    close() {
      clearInterval(heartbeat);
      for (const client of clients) client.response.end();
      clients.clear();
    },
  };
}
