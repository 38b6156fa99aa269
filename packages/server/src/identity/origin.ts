/** Requests from other sites: cross-site request forgery and DNS rebinding (reliability: Harbor CVE-2019-19025). */
import type { FastifyRequest } from 'fastify';
import { ProblemError } from '../problem.ts';

const UNSAFE = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);
/** Host names in an address that are this machine and nothing else, as `URL.hostname` writes them. */
export const LOOPBACK_NAMES: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Checks that a request was not made by another site. */
export interface OriginPolicy {
  /** Refuses Host headers that do not name this machine while the server listens on loopback only. */
  checkHost(request: FastifyRequest): void;
  /** Refuses changes that a page of another site makes with the browser's cookie. */
  checkOrigin(request: FastifyRequest): void;
}

/** The rules for one server. `trustedOrigins` are further origins of its own UI, such as a proxy in front. */
export function createOriginPolicy(options: {
  host: string;
  publicUrl: string | undefined;
  trustedOrigins: readonly string[];
}): OriginPolicy {
  const trusted = new Set(
    [options.publicUrl, ...options.trustedOrigins].flatMap((url) => (url ? (URL.parse(url)?.origin ?? []) : [])),
  );
  const trustedHosts = new Set([...trusted].map((origin) => new URL(origin).hostname));
  const loopback = isLoopback(options.host);

  return {
    checkHost(request) {
      if (!loopback) return;
      const name = URL.parse(`http://${request.headers.host ?? ''}`)?.hostname ?? '';
      if (LOOPBACK_NAMES.has(name) || trustedHosts.has(name) || isLoopback(name)) return;
      throw new ProblemError('origin-refused', 'Pharos listens on this machine only and was called by another name.', {
        hint: 'Open it as http://127.0.0.1, or give the address as its public URL.',
      });
    },
    checkOrigin(request) {
      // A bearer token is not sent by a browser on its own; only cookies, and the forms that set them, can be forged.
      if (!UNSAFE.has(request.method) || request.headers.authorization !== undefined) return;
      const { origin } = request.headers;
      if (origin !== undefined && trusted.has(origin)) return;
      const site = request.headers['sec-fetch-site'];
      if (site !== undefined) {
        if (site === 'same-origin') return;
        throw refused();
      }
      if (origin !== undefined) {
        if (URL.parse(origin)?.host === request.headers.host) return;
        throw refused();
      }
      // No browser names itself: a custom header cannot be sent across sites without our consent (CORS), which nobody gets.
      if (request.headers['x-pharos-client'] !== undefined || request.headers.cookie === undefined) return;
      throw refused();
    },
  };
}

/** Whether a host or address is this machine's loopback. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '');
  return bare === 'localhost' || bare === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(bare);
}

function refused(): ProblemError {
  return new ProblemError('origin-refused', 'The request comes from a page of another site.');
}
