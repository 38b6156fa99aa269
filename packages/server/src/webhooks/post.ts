/** One POST to an endpoint of somebody else: guarded in where it goes, how long it takes and how much is read. */
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { WEBHOOK_FAILURES, type WebhookFailure } from '@pharos/contract';
import { guardedLookup, literalClass, refusalOf } from './address.ts';

const TIMEOUT_MS = 15_000;
const MAX_ANSWER_BYTES = 2048;
const MAX_HEADER_BYTES = 16 * 1024;
/** Longest wait that a Retry-After may ask for, in seconds. */
const MAX_RETRY_AFTER = 36_000;

export interface Post {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly allowHttp: boolean;
  readonly allowPrivate: boolean;
  /** Milliseconds for all of it; default 15 s. */
  readonly timeoutMs?: number;
}

/** What came of it. `code` null: it answered with a status of 200 to 299. */
export interface Posted {
  readonly status: number | null;
  readonly code: WebhookFailure | null;
  readonly message: string;
  readonly responseBody: string;
  readonly retryAfterSeconds: number | null;
}

/** Sends once; never rejects. A redirect is not followed, cookies are not kept, the connection is not used again. */
export async function post(input: Post): Promise<Posted> {
  const url = new URL(input.url);
  if (url.protocol !== 'https:' && !input.allowHttp) return failedPost('webhook-plain-http');
  // Sockets do not look up what is an address already.
  const literal = literalClass(url.hostname);
  const refusal = literal === null ? null : refusalOf(literal, input.allowPrivate);
  if (refusal !== null) return failedPost(refusal);
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), input.timeoutMs ?? TIMEOUT_MS);
  try {
    const response = await answerOf(url, input, deadline.signal);
    const responseBody = await beginningOf(response);
    return { ...outcomeOf(response), responseBody };
  } catch (error) {
    return failedPost(deadline.signal.aborted ? 'webhook-timed-out' : failureOf(error));
  } finally {
    clearTimeout(timer);
  }
}

function answerOf(url: URL, input: Post, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const request: ClientRequest = send(url, {
      method: 'POST',
      agent: false,
      signal,
      lookup: guardedLookup(input.allowPrivate),
      maxHeaderSize: MAX_HEADER_BYTES,
      headers: { ...input.headers, 'content-length': String(Buffer.byteLength(input.body)) },
    });
    request.once('response', resolve);
    // Also after the answer: a connection that breaks then must not bring the process down.
    request.on('error', reject);
    request.end(input.body);
  });
}

/** The first 2 KiB as text. The status is known by now: an answer that breaks off or comes too late is just shorter. */
async function beginningOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of response) {
      chunks.push(chunk as Buffer);
      bytes += (chunk as Buffer).length;
      if (bytes >= MAX_ANSWER_BYTES) break;
    }
  } catch {
    // What came before counts.
  }
  response.destroy();
  return Buffer.concat(chunks).subarray(0, MAX_ANSWER_BYTES).toString('utf8');
}

function outcomeOf(response: IncomingMessage): Omit<Posted, 'responseBody'> {
  const status = response.statusCode ?? 0;
  const retryAfterSeconds = retryAfterOf(response.headers['retry-after']);
  if (status >= 200 && status < 300) return { status, code: null, message: 'Delivered.', retryAfterSeconds };
  const code =
    status === 410 ? 'webhook-gone' : status >= 300 && status < 400 ? 'webhook-redirected' : 'webhook-refused';
  return { status, code, message: WEBHOOK_FAILURES[code][0], retryAfterSeconds };
}

/** Seconds only: a date would be one of their clock. */
function retryAfterOf(header: string | undefined): number | null {
  return header !== undefined && /^\d{1,6}$/.test(header) ? Math.min(Number(header), MAX_RETRY_AFTER) : null;
}

/** What is told of a try that came to no answer. */
export function failedPost(code: WebhookFailure): Posted {
  return { status: null, code, message: WEBHOOK_FAILURES[code][0], responseBody: '', retryAfterSeconds: null };
}

function failureOf(error: unknown): WebhookFailure {
  const code = String((error as NodeJS.ErrnoException).code ?? '');
  if (code === 'webhook-address-forbidden' || code === 'webhook-address-private') return code;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'webhook-name-unknown';
  if (/^(ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_)/.test(code))
    return 'webhook-tls-failed';
  return 'webhook-unreachable';
}
