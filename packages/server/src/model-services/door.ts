/** The door to services that people registered: one request, guarded as webhooks are, bounded in time and size. */
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { ServiceFailure } from '@pharos/contract';
import { guardedLookup, literalClass, type RefusedAddress, refusalOf } from '../webhooks/address.ts';

const MAX_HEADER_BYTES = 16 * 1024;
const MAX_ANSWER_BYTES = 1024 * 1024;

export interface Ask {
  readonly url: URL;
  readonly method: 'GET' | 'POST';
  readonly apiKey: string | null;
  readonly body?: unknown;
  readonly allowHttp: boolean;
  readonly allowPrivate: boolean;
  /** Milliseconds for all of it. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** `json` is what came with a status of 200 to 299; `code` says why nothing did. */
export type Asked =
  | { readonly status: number; readonly code: null; readonly json: unknown }
  | { readonly status: number | null; readonly code: ServiceFailure; readonly json: null };

const REFUSED: Record<RefusedAddress, ServiceFailure> = {
  'webhook-address-forbidden': 'service-address-forbidden',
  'webhook-address-private': 'service-address-private',
};

/** Asks once; never rejects. A redirect is not followed, so that the key goes nowhere else. */
export async function ask(input: Ask): Promise<Asked> {
  const { url } = input;
  if (url.protocol !== 'https:' && !input.allowHttp) return failed('service-plain-http');
  // Sockets do not look up what is an address already.
  const literal = literalClass(url.hostname);
  const refusal = literal === null ? null : refusalOf(literal, input.allowPrivate);
  if (refusal !== null) return failed(REFUSED[refusal]);
  const deadline = AbortSignal.timeout(input.timeoutMs);
  try {
    const response = await answerOf(input, AbortSignal.any([deadline, input.signal]));
    const status = response.statusCode ?? 0;
    const code = refusedBy(status);
    if (code !== null) {
      response.destroy();
      return failed(code, status);
    }
    const text = await wholeOf(response);
    if (text === null) return failed('service-too-large', status);
    try {
      return { status, code: null, json: JSON.parse(text) };
    } catch {
      return failed('service-not-openai', status);
    }
  } catch (error) {
    return failed(deadline.aborted ? 'service-timed-out' : failureOf(error));
  }
}

function answerOf(input: Ask, signal: AbortSignal): Promise<IncomingMessage> {
  const body = input.body === undefined ? null : JSON.stringify(input.body);
  return new Promise((resolve, reject) => {
    const send = input.url.protocol === 'https:' ? httpsRequest : httpRequest;
    const request = send(input.url, {
      method: input.method,
      agent: false,
      signal,
      lookup: guardedLookup(input.allowPrivate),
      maxHeaderSize: MAX_HEADER_BYTES,
      headers: {
        accept: 'application/json',
        ...(input.apiKey === null ? {} : { authorization: `Bearer ${input.apiKey}` }),
        ...(body === null ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
      },
    });
    request.once('response', resolve);
    // Also after the answer: a connection that breaks then must not bring the process down.
    request.on('error', reject);
    request.end(body ?? undefined);
  });
}

/** null: more came than is read. */
async function wholeOf(response: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    bytes += (chunk as Buffer).length;
    if (bytes > MAX_ANSWER_BYTES) {
      response.destroy();
      return null;
    }
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function refusedBy(status: number): ServiceFailure | null {
  if (status >= 200 && status < 300) return null;
  if (status >= 300 && status < 400) return 'service-redirected';
  return status === 401 || status === 403 ? 'service-key-refused' : 'service-refused';
}

function failed(code: ServiceFailure, status: number | null = null): Asked {
  return { status, code, json: null };
}

function failureOf(error: unknown): ServiceFailure {
  const code = String((error as NodeJS.ErrnoException).code ?? '');
  if (code === 'webhook-address-forbidden' || code === 'webhook-address-private') return REFUSED[code];
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'service-name-unknown';
  if (/^(ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_)/.test(code))
    return 'service-tls-failed';
  return 'service-unreachable';
}
