/** What arrived at a stand-in. */
import type { LoggedRequest } from '@pharos/testbed';

export interface Tally {
  readonly requests: number;
  /** Of these, those that fetched a token or password: how many depends on the time, not on the tags. */
  readonly tokens: number;
  /** Of these, those that asked what hangs on a digest. */
  readonly referrers: number;
}

export function tallyOf(log: readonly LoggedRequest[]): Tally {
  const referrers = log.filter(({ path }) => path.includes('/referrers/')).length;
  return { requests: log.length, tokens: log.filter(isToken).length, referrers };
}

function isToken({ path, headers }: LoggedRequest): boolean {
  const target = String(headers['x-amz-target'] ?? '');
  return /token|\/auth|_auth|\/oauth2\//.test(path) || target.includes('GetAuthorizationToken');
}
