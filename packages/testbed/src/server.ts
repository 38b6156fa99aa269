import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Answer } from './answer.ts';

const MAX_BODY = 64 * 1024;
const CHUNK = Buffer.alloc(64 * 1024, ' ');

/** A loopback HTTP server with one handler. A handler that throws answers 500 with the message. */
export async function startServer(
  port: number,
  handle: (request: IncomingMessage, body: string) => Answer | Promise<Answer>,
): Promise<{ port: number; stop(): Promise<void> }> {
  const server = createServer(async (request, response) => {
    try {
      await send(request, response, await handle(request, await readBody(request)));
    } catch (cause) {
      if (!response.headersSent) response.writeHead(500);
      response.end(String(cause));
    }
  });
  await listen(server, port);
  return {
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
}

async function readBody(request: IncomingMessage): Promise<string> {
  if (request.method === 'GET' || request.method === 'HEAD') return '';
  let body = '';
  for await (const chunk of request) if (body.length < MAX_BODY) body += chunk;
  return body;
}

async function send(request: IncomingMessage, response: ServerResponse, answer: Answer): Promise<void> {
  if (answer.delayMs) await pause(answer.delayMs, response);
  if (answer.reset) {
    request.socket.resetAndDestroy();
    return;
  }
  if (response.destroyed) return;
  const { status, headers, body, dripMs, padBytes } = answer;
  const length = padBytes || status === 304 ? {} : { 'Content-Length': body.length };
  response.writeHead(status, { 'Docker-Distribution-Api-Version': 'registry/2.0', ...headers, ...length });
  if (request.method === 'HEAD') response.end();
  else if (dripMs) await drip(response, body, dripMs);
  else if (padBytes) await pad(response, body, padBytes);
  else response.end(body);
}

async function drip(response: ServerResponse, body: Buffer, ms: number): Promise<void> {
  for (const byte of body) {
    if (response.destroyed) return;
    response.write(Buffer.of(byte));
    await pause(ms, response);
  }
  response.end();
}

async function pad(response: ServerResponse, body: Buffer, bytes: number): Promise<void> {
  response.write(body);
  for (let sent = 0; sent < bytes && !response.destroyed; sent += CHUNK.length) {
    if (!response.write(CHUNK.subarray(0, bytes - sent))) await drained(response);
  }
  response.end();
}

/** Also ends when the other side hangs up, so that no test waits for a slow answer nobody reads. */
function pause(ms: number, response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      response.off('close', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    response.once('close', done);
  });
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.once('drain', done);
    response.once('close', done);
  });
}
