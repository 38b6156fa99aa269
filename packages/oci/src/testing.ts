import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Authentication, Limits, RegistryConnection, TlsOptions } from './connection.ts';
import { createRegistry, type Registry } from './registry.ts';

/** Small helpers of this package's own tests; not exported. */

export interface Seen {
  method: string;
  url: string;
  authorization: string | undefined;
  headers: IncomingMessage['headers'];
  body: string;
}

export interface Fake extends AsyncDisposable {
  origin: string;
  host: string;
  seen: Seen[];
  /** TCP connections accepted so far. */
  connections: number;
}

export type Handler = (request: Seen, response: ServerResponse) => void;

/** Starts a server on loopback; `handle` gets every request with its body read. Answers 404 when `handle` throws. */
export async function serve(handle: Handler, tls?: { key: string; cert: string }): Promise<Fake> {
  const listener: RequestListener = async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const { method = '', url = '', headers } = request;
    const seen = { method, url, headers, authorization: headers.authorization, body };
    fake.seen.push(seen);
    handle(seen, response);
  };
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const fake: Fake = {
    origin: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    host: `127.0.0.1:${port}`,
    seen: [],
    connections: 0,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  server.on('connection', () => {
    fake.connections += 1;
  });
  return fake;
}

export interface Opening {
  authentication?: Authentication;
  limits?: Partial<Limits>;
  tls?: TlsOptions;
  tokenHosts?: string[];
  apiUrl?: string;
  fromOwnFile?: boolean;
}

export function connectionTo(url: string, opening: Opening = {}): RegistryConnection {
  return {
    name: 'test',
    url,
    provider: 'oci',
    authentication: opening.authentication ?? { type: 'none' },
    tls: opening.tls ?? { plainHttp: true },
    limits: { connectMs: 2000, headersMs: 2000, bodyMs: 2000, ...opening.limits },
    tokenHosts: opening.tokenHosts,
    apiUrl: opening.apiUrl,
    fromOwnFile: opening.fromOwnFile,
  };
}

export function open(url: string, opening: Opening = {}): Registry & AsyncDisposable {
  const registry = createRegistry(connectionTo(url, opening));
  return Object.defineProperty(registry, Symbol.asyncDispose, { value: () => registry.close() }) as Registry &
    AsyncDisposable;
}

export async function collect(pages: AsyncIterable<string[]>): Promise<string[]> {
  const names: string[] = [];
  for await (const page of pages) names.push(...page);
  return names;
}

export function json(
  response: ServerResponse,
  value: unknown,
  status = 200,
  headers: Record<string, string | string[]> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(typeof value === 'string' ? value : JSON.stringify(value));
}

export function fail(
  response: ServerResponse,
  status: number,
  code: string,
  headers: Record<string, string | string[]> = {},
): void {
  json(response, { errors: [{ code, message: 'canary-message', detail: null }] }, status, headers);
}

export function sha256(text: string | Uint8Array): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

export const CONFIG = JSON.stringify({ os: 'linux', architecture: 'amd64' });
export const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';

export function manifestText(extra: object = {}): string {
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: sha256(CONFIG), size: CONFIG.length },
    layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar', digest: sha256('layer'), size: 5 }],
    ...extra,
  });
}

export const CANARY = { type: 'basic', username: 'canary-user', password: 'canary-password' } as const;
const CANARIES = [
  'canary-user',
  'canary-password',
  'canary-token',
  Buffer.from('canary-user:canary-password').toString('base64'),
];

/** Whether anything secret is in the value, in clear or as Basic credentials. */
export function holdsCanary(value: unknown): boolean {
  const text = JSON.stringify(value);
  return CANARIES.some((secret) => text.includes(secret));
}
