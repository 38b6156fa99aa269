/** The HTTP of the AWS SDK through our one door: its bounds, its time-outs, its guarded lookup. */
import type { TokenContext } from './bearer.ts';

/** The part of the SDK's requests that is sent (HttpRequest of its types). */
interface SdkRequest {
  protocol: string;
  hostname: string;
  port?: number | undefined;
  path: string;
  method: string;
  headers: Record<string, string>;
  query?: Record<string, string | string[] | null> | undefined;
  body?: unknown;
}

interface SdkResponse {
  response: { statusCode: number; headers: Record<string, string>; body: Uint8Array };
}

/** What the SDK's clients take as `requestHandler`. */
export interface AwsDoor {
  handle(request: SdkRequest, options?: { abortSignal?: unknown }): Promise<SdkResponse>;
  updateHttpClientConfig(): void;
  httpHandlerConfigs(): Record<string, never>;
  destroy(): void;
}

/** Sends what the SDK has signed. Its errors are those of the door (RegistryError). */
export function awsDoor({ door, limits, userAgent }: TokenContext): AwsDoor {
  return {
    async handle(request, options) {
      const { method, headers, body } = request;
      if (method !== 'GET' && method !== 'POST') throw new TypeError(`The method ${method} is not sent.`);
      const port = request.port === undefined ? '' : `:${request.port}`;
      const answer = await door.send({
        kind: 'api',
        method,
        origin: new URL(`${request.protocol}//${request.hostname}${port}`).origin,
        path: request.path + queryText(request.query),
        reach: 'any',
        headers: { ...sendable(headers), 'user-agent': userAgent },
        maxBytes: limits.tagPageBytes,
        body: textOf(body),
        signal: options?.abortSignal instanceof AbortSignal ? options.abortSignal : undefined,
      });
      return {
        response: { statusCode: answer.status, headers: plain(answer.headers), body: new Uint8Array(answer.body) },
      };
    },
    updateHttpClientConfig() {},
    httpHandlerConfigs: () => ({}),
    // The door belongs to the registry's session, not to the client of one SDK.
    destroy() {},
  };
}

/** `host`, `content-length` and the like are the door's to write; what the SDK signed of them is what the door sends. */
function sendable(headers: Record<string, string>): Record<string, string> {
  const own = new Set(['content-length', 'connection', 'transfer-encoding', 'expect', 'user-agent']);
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !own.has(name.toLowerCase())));
}

function plain(headers: NodeJS.Dict<string | string[]>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
    ),
  );
}

function textOf(body: unknown): string | undefined {
  if (body === undefined || body === null) return undefined;
  if (typeof body === 'string') return body;
  // By its bytes: the SDK's own kind of array warns when anything makes a string of it.
  if (body instanceof Uint8Array) return Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');
  throw new TypeError('Only text is sent to AWS from here.');
}

function queryText(query: SdkRequest['query']): string {
  const parts = Object.entries(query ?? {}).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((each) =>
      each === null ? encodeURIComponent(name) : `${encodeURIComponent(name)}=${encodeURIComponent(each)}`,
    ),
  );
  return parts.length === 0 ? '' : `?${parts.join('&')}`;
}
