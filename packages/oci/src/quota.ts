import type { IncomingHttpHeaders } from 'node:http';
import type { Quota } from './abilities.ts';
import { one } from './answer-error.ts';

/**
 * What the headers of an answer say about a limit: `ratelimit-limit: 100;w=21600` and `ratelimit-remaining` (Docker Hub,
 * IETF draft-ietf-httpapi-ratelimit-headers), `x-ratelimit-limit/-remaining/-reset` (Hub's API, GitHub); null for nothing.
 */
export function quotaOf(headers: IncomingHttpHeaders, now = performance.now()): Quota | null {
  const remaining = numberOf(headers['ratelimit-remaining'] ?? headers['x-ratelimit-remaining']);
  if (remaining === null) return null;
  const limit = numberOf(headers['ratelimit-limit'] ?? headers['x-ratelimit-limit']);
  const text = one(headers['ratelimit-limit'] as string | string[] | undefined) ?? '';
  const window = /;\s*w=(\d{1,9})/.exec(text)?.[1];
  return { limit, remaining, windowSeconds: window === undefined ? null : Number(window), at: now };
}

function numberOf(header: string | string[] | undefined): number | null {
  const digits = /^\s*(\d{1,12})/.exec(one(header) ?? '')?.[1];
  return digits === undefined ? null : Number(digits);
}
