/** The HTTPS server that the API server asks: `/validate`, `/mutate`, and for people `/healthz` and `/metrics`. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import { AgentError } from '../agent-error.ts';
import type { ServingCertificate } from './certificate.ts';
import { mutateReview, NoReview, type ReviewAnswer, type ReviewContext, validateReview } from './review.ts';

/** An object may have 1.5 MiB in etcd (its default), and a review holds it twice, written as JSON. */
const MOST_BYTES = 8 * 1024 * 1024;
/** Reviews at once, and bytes of all their bodies: a flood is sent away, and the agent's memory stays bounded. */
const MOST_REQUESTS = 256;
const MOST_BYTES_AT_ONCE = 64 * 1024 * 1024;
const REQUEST_MS = 10_000;

export interface WebhookOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly certificate: ServingCertificate;
  readonly context: ReviewContext;
  readonly log: Logger;
  /** Whether it can answer with more than a refusal. */
  isReady(): boolean;
  metrics(): string;
}

export interface Webhook {
  readonly port: number;
  /** Meets new connections with another certificate. */
  renew(certificate: ServingCertificate): void;
  close(): Promise<void>;
}

/** Starts it. @throws AgentError `admission-listen-failed` */
export async function startWebhook(options: WebhookOptions): Promise<Webhook> {
  const { certificate, host, port } = options;
  let running = 0;
  const reading = { bytes: 0 };
  const { cert, key } = certificate;
  const server = createServer({ cert, key, minVersion: 'TLSv1.2', requestTimeout: REQUEST_MS }, (request, response) => {
    if (request.method === 'POST' && running >= MOST_REQUESTS) {
      options.context.tally.busy += 1;
      return send(response, 503, 'Too many requests are under way.');
    }
    running += 1;
    response.once('close', () => {
      running -= 1;
    });
    return void answer(request, response, options, reading);
  });
  server.headersTimeout = REQUEST_MS;
  server.keepAliveTimeout = 120_000;
  server.maxConnections = 1024;
  server.on('tlsClientError', () => {});
  await listen(server, host, port);
  return {
    port: (server.address() as AddressInfo).port,
    renew: ({ cert, key }) => server.setSecureContext({ cert, key, minVersion: 'TLSv1.2' }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
        // Reviews under way take milliseconds; whoever sends slowly does not hold the agent.
        setTimeout(() => server.closeAllConnections(), 1000).unref();
      }),
  };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const message = `Admission control cannot listen on ${host}:${port} (${error.code}).`;
      reject(new AgentError('admission-listen-failed', message, { cause: error }));
    });
    server.listen(port, host, resolve);
  });
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  options: WebhookOptions,
  reading: Reading,
): Promise<void> {
  const path = (request.url ?? '').split('?', 1)[0];
  if (request.method === 'GET' && path === '/healthz') {
    return send(response, options.isReady() ? 200 : 503, options.isReady() ? 'ok' : 'no usable snapshot');
  }
  if (request.method === 'GET' && path === '/metrics') return send(response, 200, options.metrics());
  const review = path === '/validate' ? validateReview : path === '/mutate' ? mutateReview : null;
  if (request.method !== 'POST' || review === null) return send(response, 404, 'Nothing is here.');
  try {
    const body = await readBody(request, reading);
    send(response, 200, review(JSON.parse(body), options.context));
  } catch (error) {
    const { tally } = options.context;
    if (error instanceof TooLarge) {
      tally.malformed += 1;
      response.setHeader('connection', 'close');
      return send(response, 413, 'The review is too large.');
    }
    if (error instanceof TooMuch) {
      tally.busy += 1;
      response.setHeader('connection', 'close');
      return send(response, 503, 'Too many requests are under way.');
    }
    if (error instanceof NoReview || error instanceof SyntaxError) {
      tally.malformed += 1;
      return send(response, 400, error instanceof NoReview ? error.message : 'The body is not JSON.');
    }
    if (request.destroyed && !request.complete) return;
    // A fault of this program is no yes: the API server's failurePolicy decides.
    options.log.error({ event: 'admission', err: error }, 'a review could not be answered');
    send(response, 500, 'The review could not be answered.');
  }
}

/** Bytes of bodies that are in memory. */
interface Reading {
  bytes: number;
}

class TooLarge extends Error {}
class TooMuch extends Error {}

async function readBody(request: IncomingMessage, reading: Reading): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  try {
    for await (const part of request) {
      size += (part as Buffer).length;
      reading.bytes += (part as Buffer).length;
      if (size > MOST_BYTES) throw new TooLarge();
      if (reading.bytes > MOST_BYTES_AT_ONCE) throw new TooMuch();
      parts.push(part as Buffer);
    }
    return Buffer.concat(parts).toString('utf8');
  } finally {
    reading.bytes -= size;
  }
}

function send(response: ServerResponse, status: number, body: string | ReviewAnswer): void {
  const isText = typeof body === 'string';
  const text = isText ? `${body}\n` : JSON.stringify(body);
  const type = isText ? 'text/plain; charset=utf-8' : 'application/json';
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(text) }).end(text);
}
