import type { RequestKind } from './connection.ts';
import { type Absence, RegistryError, type RegistryErrorCode } from './errors.ts';
import type { Answer } from './http.ts';
import { mediaTypeOf } from './media-type.ts';

/** The error codes of the distribution-spec, Distribution and Harbor. Others are free text of the other side and not taken over. */
const KNOWN = new Set(
  (
    'BLOB_UNKNOWN BLOB_UPLOAD_INVALID BLOB_UPLOAD_UNKNOWN DIGEST_INVALID MANIFEST_BLOB_UNKNOWN MANIFEST_INVALID ' +
    'MANIFEST_UNKNOWN MANIFEST_UNVERIFIED NAME_INVALID NAME_UNKNOWN NOT_FOUND SIZE_INVALID UNAUTHORIZED DENIED UNSUPPORTED ' +
    'TOOMANYREQUESTS PAGINATION_NUMBER_INVALID TAG_INVALID UNKNOWN UNAVAILABLE PROJECTPOLICYVIOLATION'
  ).split(' '),
);

const LONGEST_WAIT_MS = 24 * 3600 * 1000;

/** Turns an answer that is not the wished one into an error. `subject` names what was asked for, such as `postgresql:17`. */
export function answerError(answer: Answer, kind: RequestKind, subject: string, hasCredentials = true): RegistryError {
  const codes = errorCodes(answer);
  const host = new URL(answer.origin).host;
  const { code, absence = 'no', transient } = classify(answer, kind, codes);
  return new RegistryError({
    code,
    message: `${sentence(code, host, subject, hasCredentials)} (HTTP ${answer.status}).`,
    hint: code === 'unauthorized' && !hasCredentials ? 'Give user name and password, or a token.' : undefined,
    status: answer.status,
    url: answer.origin + answer.path,
    retryAfterMs: retryAfterMs(answer.headers, Date.now(), code === 'rate-limited' ? answer.body : undefined),
    transient,
    absence,
    evidence: codes[0] ?? `HTTP_${answer.status}`,
  });
}

/** Whether the answer is a web page, as a login proxy or a wrong address sends it. */
export function isWebPage(answer: Answer): boolean {
  return (
    mediaTypeOf(answer.headers['content-type']) === 'text/html' ||
    /^\s*<(?:!doctype|html)/i.test(answer.body.toString('latin1', 0, 64))
  );
}

/** The spec's error codes in the body (distribution-spec "Error Codes"); empty when it is no such body. */
export function errorCodes(answer: Answer): string[] {
  if (answer.body.length === 0 || answer.body[0] !== 0x7b) return [];
  try {
    const { errors } = JSON.parse(answer.body.toString('utf8')) as { errors?: unknown };
    if (!Array.isArray(errors)) return [];
    return errors.slice(0, 10).flatMap((error: { code?: unknown } | null) => {
      const code = error?.code;
      return typeof code === 'string' && KNOWN.has(code.toUpperCase()) ? [code.toUpperCase()] : [];
    });
  } catch {
    return [];
  }
}

/**
 * How long the answer asks to wait: Retry-After in seconds or as a date, X-Retry-After as Unix time (Docker Hub),
 * X-RateLimit-Reset as Unix time (GitHub, with nothing remaining), or a Go duration in the body (GHCR).
 */
export function retryAfterMs(headers: Answer['headers'], now = Date.now(), body?: Buffer): number | undefined {
  const text = one(headers['retry-after'])?.trim();
  const unix = Number(one(headers['x-retry-after']) ?? Number.NaN);
  const wait =
    text === undefined || text === ''
      ? unix * 1000 - now
      : /^\d+(\.\d+)?$/.test(text)
        ? Number(text) * 1000
        : Date.parse(text) - now;
  if (!Number.isFinite(wait)) return resetOf(headers, now) ?? durationOf(body);
  return bounded(wait);
}

function bounded(wait: number): number {
  return Math.min(Math.max(0, Math.ceil(wait)), LONGEST_WAIT_MS);
}

function resetOf(headers: Answer['headers'], now: number): number | undefined {
  const reset = Number(one(headers['x-ratelimit-reset'] as string | string[] | undefined) ?? Number.NaN);
  const isSpent = one(headers['x-ratelimit-remaining'] as string | string[] | undefined)?.trim() === '0';
  return isSpent && Number.isFinite(reset) && reset > 1e9 ? bounded(reset * 1000 - now) : undefined;
}

const UNITS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/** `retry-after: 10.305464ms, allowed: 2000/minute`: GHCR says it in the text of its error, as Go writes a duration. */
function durationOf(body: Buffer | undefined): number | undefined {
  const text = /retry-after:\s*((?:\d{1,9}(?:\.\d{1,12})?(?:ns|us|µs|ms|s|m|h)){1,6})/i.exec(
    body?.toString('utf8', 0, 4096) ?? '',
  )?.[1];
  if (text === undefined) return undefined;
  let sum = 0;
  for (const [, number, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/gi)) {
    sum += Number(number) * UNITS[unit!.toLowerCase()]!;
  }
  return bounded(sum);
}

/** The value of a header that should come once. */
export function one(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}

interface Verdict {
  code: RegistryErrorCode;
  absence?: Absence;
  transient?: boolean;
}

function classify(answer: Answer, kind: RequestKind, codes: readonly string[]): Verdict {
  const { status } = answer;
  if (status === 429 || codes.includes('TOOMANYREQUESTS')) return { code: 'rate-limited' };
  if (kind === 'api' && status === 501) return { code: 'api-unavailable' };
  if (status >= 500 || status === 408) return { code: 'registry-failed' };
  if (kind === 'api' && [400, 401, 403, 404, 405, 422].includes(status)) return { code: 'api-unavailable' };
  if (kind === 'catalog' && [400, 401, 403, 404, 405].includes(status)) return { code: 'catalog-unavailable' };
  if (status === 401) return { code: isScopeTooNarrow(answer) ? 'forbidden' : 'unauthorized' };
  if (status === 403) return { code: 'forbidden' };
  if (status === 412) return { code: 'policy-blocked' };
  if (status === 404) return classifyNotFound(kind, codes);
  if (
    status === 400 &&
    answer.origin.startsWith('http:') &&
    /HTTPS (?:server|port)/i.test(answer.body.toString('latin1'))
  ) {
    return { code: 'plain-http-expected-tls' };
  }
  if (isWebPage(answer)) return { code: 'not-a-registry' };
  return { code: status < 400 ? 'response-invalid' : 'request-refused' };
}

/** Only the registry's own error code proves absence; a bare 404 may come from any proxy on the way. */
function classifyNotFound(kind: RequestKind, codes: readonly string[]): Verdict {
  if (kind === 'ping') return { code: 'not-a-registry' };
  if (codes.includes('NAME_UNKNOWN')) return { code: 'repository-not-found', absence: 'repository' };
  if (kind === 'tags') return { code: 'repository-not-found', transient: true };
  if (kind === 'blob') return { code: 'blob-not-found', transient: codes.length === 0 };
  return codes.includes('MANIFEST_UNKNOWN')
    ? { code: 'manifest-not-found', absence: 'tag' }
    : { code: 'manifest-not-found', transient: true };
}

function isScopeTooNarrow(answer: Answer): boolean {
  return [answer.headers['www-authenticate'] ?? []]
    .flat()
    .some((value) => /error\s*=\s*"?insufficient_scope/i.test(value));
}

function sentence(code: RegistryErrorCode, host: string, subject: string, hasCredentials: boolean): string {
  switch (code) {
    case 'rate-limited':
      return `${host} asks to slow down`;
    case 'registry-failed':
      return `${host} failed when asked for ${subject}`;
    case 'api-unavailable':
      return `${host} does not give ${subject} by its own API`;
    case 'catalog-unavailable':
      return `${host} does not list its repositories`;
    case 'unauthorized':
      return hasCredentials
        ? `${host} does not accept the credentials for ${subject}`
        : `${host} asks to sign in for ${subject}`;
    case 'forbidden':
      return `${host} does not allow this account to read ${subject}`;
    case 'policy-blocked':
      return `A policy of ${host} blocks ${subject}`;
    case 'plain-http-expected-tls':
      return `${host} speaks TLS, but was asked over unprotected http`;
    case 'not-a-registry':
      return `What answers at ${host} is not a container registry`;
    case 'repository-not-found':
      return `${host} has no repository for ${subject}`;
    case 'manifest-not-found':
      return `${host} has no manifest for ${subject}`;
    case 'blob-not-found':
      return `${host} misses a part of ${subject}`;
    default:
      return `${host} did not answer as expected when asked for ${subject}`;
  }
}
