import { type Answer, json, NOT_FOUND, ociError, text } from '../answer.ts';
import { API, type Fault, type FaultContext } from '../fault.ts';
import { unauthorized } from '../sign-in.ts';

const HTML = 'text/html; charset=utf-8';

/** The same answer to every call of the API, signed in or not. */
function always(line: string, answer: (context: FaultContext) => Answer): Fault {
  return { line, on: API, beforeSignIn: true, apply: answer };
}

const denied = () => ociError(403, 'DENIED', 'access is denied');

const tooMany = (headers: Record<string, string> = {}) =>
  ociError(429, 'TOOMANYREQUESTS', 'too many requests', headers);

/** Faults that answer something else altogether. */
export const STATUS = {
  'catalog-401': {
    line: '_catalog answers 401 whatever the credentials',
    on: ['catalog'],
    beforeSignIn: true,
    apply: ({ call, signIn }) => signIn.challenge(call, signIn.realmUrl, ',error="insufficient_scope"'),
  },
  'catalog-403': { line: '_catalog answers 403 DENIED', on: ['catalog'], apply: () => denied() },
  'catalog-405': {
    line: '_catalog answers 405 UNSUPPORTED',
    on: ['catalog'],
    apply: () => ociError(405, 'UNSUPPORTED', 'the operation is unsupported'),
  },
  'catalog-404': { line: '_catalog answers a plain 404', on: ['catalog'], apply: () => NOT_FOUND },
  'catalog-empty': {
    line: '_catalog answers 200 with no repositories, though named ones can be read',
    on: ['catalog'],
    apply: () => json({ repositories: [] }),
  },
  'api-404': {
    line: 'GET /v2/ answers a plain 404, as a web server that is no registry',
    on: ['root'],
    beforeSignIn: true,
    apply: () => NOT_FOUND,
  },
  'html-login': always('everything under /v2/ answers 200 with an HTML login page', () =>
    text(200, '<!doctype html><title>Sign in</title><form action="/login">Password</form>', HTML),
  ),
  'status-401': always('everything answers 401 with a challenge, whatever the credentials', ({ call, signIn }) =>
    signIn.mode === 'token' ? signIn.challenge(call, signIn.realmUrl) : unauthorized('Basic realm="testbed"'),
  ),
  'status-403': always('everything answers 403 DENIED', denied),
  'status-404-no-code': always('everything answers 404 without an OCI error body', () => NOT_FOUND),
  'status-429': always('everything answers 429 without Retry-After', () => tooMany()),
  'status-500': always('everything answers 500 UNKNOWN', () => ociError(500, 'UNKNOWN', 'unknown error')),
  'status-502-html': always('everything answers 502 with a proxy’s HTML', () =>
    text(502, '<html><head><title>502 Bad Gateway</title></head></html>', HTML),
  ),
  'status-503': always('everything answers 503 with plain text', () => text(503, 'service unavailable\n')),
  'retry-after-seconds': always('everything answers 429 with Retry-After in `seconds` (1)', ({ options }) =>
    tooMany({ 'Retry-After': String(options.seconds ?? 1) }),
  ),
  'retry-after-date': always(
    'everything answers 429 with Retry-After as an HTTP date, `seconds` (1) ahead',
    ({ options }) => tooMany({ 'Retry-After': new Date(Date.now() + (options.seconds ?? 1) * 1000).toUTCString() }),
  ),
  'empty-body': always('everything answers 200 with no body at all', () => text(200, '', 'application/json')),
  'warning-299': {
    line: 'good answers have a Warning that is meant for people',
    on: API,
    apply: ({ good }) => {
      const answer = good();
      const Warning = '299 - "This registry will be switched off. \\"Soon\\"."';
      return { ...answer, headers: { ...answer.headers, Warning } };
    },
  },
  'name-unknown': {
    line: 'a repository (option `repo`) answers 404 NAME_UNKNOWN',
    on: ['tags', 'manifest', 'blob', 'referrers', 'bulk'],
    apply: () => ociError(404, 'NAME_UNKNOWN', 'repository name not known to registry'),
  },
} as const satisfies Record<string, Fault>;
