/**
 * Sends the audit log to a syslog server: RFC 5424 messages, octet-counted on TCP (RFC 6587 §3.4.1) or TLS (RFC 5425). At least once: the
 * number of the last entry that was handed over is kept in the database, and one that was sent twice has the same number.
 */
import { connect as connectTcp, type Socket } from 'node:net';
import { hostname } from 'node:os';
import { connect as connectTls } from 'node:tls';
import type { AuditEvent } from '@pharos/contract';
import type { Store } from '@pharos/store';
import type { FastifyBaseLogger } from 'fastify';
import { ServerError } from '../errors.ts';
import { LOOPBACK_NAMES } from '../identity/origin.ts';

const CURSOR = 'audit-syslog-seq';
const BATCH = 200;
const TIMEOUT_MS = 10_000;
/** Receivers take 8 KiB at least where they take TLS (RFC 5425 §4.3.1): a longer detail is left out, and the message says so. */
const MOST_BYTES = 8_000;
/** Facility 13, log audit. */
const FACILITY = 13;
const SEVERITY = { done: 6, denied: 4, failed: 3 } as const;

export interface AuditSyslogOptions {
  /** `tls://host[:port]`, or `tcp://` on loopback only. */
  readonly url: string;
  /** PEM, in place of the CAs that Node knows. */
  readonly ca: string | null;
  readonly store: Pick<Store, 'audit' | 'settings'>;
  readonly log: Pick<FastifyBaseLogger, 'warn' | 'info'>;
}

export interface AuditSyslog {
  /** Sends what is new. A receiver that is away is told once, and asked again at the next turn. */
  run(): Promise<void>;
  stop(): void;
}

/** @throws ServerError `syslog-invalid` for an address without TLS that is not on loopback */
export function createAuditSyslog({ url: text, ca, store, log }: AuditSyslogOptions): AuditSyslog {
  const url = readUrl(text);
  let socket: Socket | null = null;
  let isAway = false;

  async function connected(): Promise<Socket> {
    if (socket !== null && !socket.destroyed && socket.writable) return socket;
    const opened = await open(url, ca);
    // What a receiver says means nothing here; unread it would fill up.
    opened.resume();
    opened.on('error', () => opened.destroy());
    socket = opened;
    return opened;
  }

  async function send(): Promise<void> {
    for (;;) {
      const seen = Number((await store.settings.get(CURSOR)) ?? 0);
      const events = await store.audit.after(seen, BATCH);
      if (events.length === 0) return;
      const frames = events.map((event) => frameOf(messageOf(event)));
      await write(await connected(), Buffer.concat(frames));
      await store.settings.set(CURSOR, String(events.at(-1)!.seq));
    }
  }

  return {
    async run() {
      try {
        await send();
        if (isAway) log.info('the syslog server takes the audit log again');
        isAway = false;
      } catch (error) {
        socket?.destroy();
        socket = null;
        const reason = error instanceof Error ? error.message : '';
        if (!isAway) log.warn({ reason }, 'the syslog server does not take the audit log; it waits');
        isAway = true;
      }
    },
    stop: () => void socket?.destroy(),
  };
}

/** One message: the words of the entry, and the entry itself as structured data. */
export function messageOf(event: AuditEvent): string {
  const { seq, at, actor, action, outcome, subject, reason, detail, hash } = event;
  const priority = FACILITY * 8 + SEVERITY[outcome];
  const data = Object.entries({ seq: String(seq), actor, action, outcome, subject, reason, hash })
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name}="${escaped(value)}"`)
    .join(' ');
  const head = `<${priority}>1 ${at} ${hostname().slice(0, 255) || '-'} pharos - ${idOf(action)} [audit@32473 ${data}]`;
  // Control characters of hostile texts would end a line somewhere.
  const said = `${actor} ${action} ${outcome} ${subject} ${detail}`.replace(/\p{Cc}/gu, ' ');
  const whole = `${head} \uFEFF${said}`;
  return Buffer.byteLength(whole) <= MOST_BYTES ? whole : `${head} \uFEFFthe detail is too long for syslog`;
}

/** MSGID: 32 printable ASCII characters at most. */
function idOf(action: string): string {
  return action.replace(/[^\x21-\x7e]/g, '').slice(0, 32) || '-';
}

/** RFC 5424 §6.3.3. */
function escaped(text: string): string {
  return text
    .slice(0, 200)
    .replace(/["\\\]]/g, '\\$&')
    .replace(/\p{Cc}/gu, ' ');
}

function frameOf(message: string): Buffer {
  const bytes = Buffer.from(message, 'utf8');
  return Buffer.concat([Buffer.from(`${bytes.length} `), bytes]);
}

function open(url: URL, ca: string | null): Promise<Socket> {
  const [host, isTls] = [url.hostname.replace(/^\[|\]$/g, ''), url.protocol === 'tls:'];
  const port = Number(url.port || (isTls ? 6514 : 601));
  return new Promise((resolve, reject) => {
    const socket = isTls
      ? connectTls({ host, port, servername: host, ...(ca === null ? {} : { ca }) }, () => done())
      : connectTcp({ host, port }, () => done());
    const fail = (error: Error) => {
      socket.destroy();
      reject(error);
    };
    const done = () => {
      socket.setTimeout(0);
      socket.off('error', fail);
      resolve(socket);
    };
    socket.setTimeout(TIMEOUT_MS, () => fail(new Error('no answer within 10 seconds')));
    socket.once('error', fail);
  });
}

function write(socket: Socket, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('nothing was taken within 10 seconds')), TIMEOUT_MS);
    socket.write(bytes, (error) => {
      clearTimeout(timer);
      if (error) reject(error);
      else resolve();
    });
  });
}

function readUrl(text: string): URL {
  const url = URL.parse(text);
  const isLoopback = url !== null && LOOPBACK_NAMES.has(url.hostname);
  if (url !== null && url.hostname !== '' && (url.protocol === 'tls:' || (url.protocol === 'tcp:' && isLoopback)))
    return url;
  throw new ServerError(
    'syslog-invalid',
    'The address of the syslog server is not one with TLS.',
    'Write tls://host[:port]; tcp:// is for a forwarder on this machine.',
  );
}
