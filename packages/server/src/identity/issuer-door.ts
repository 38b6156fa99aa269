/** The one way out of the control plane to an identity provider: bounded in where, how long and how much. */
import { isLoopback } from './origin.ts';

const TIMEOUT_MS = 10_000;
const MAX_BYTES = 1024 * 1024;

/** The provider was not reached, or did not answer as one may be expected to. */
export class IssuerUnavailable extends Error {
  override readonly name = 'IssuerUnavailable';
}

/** Whether an address may be asked: by https, or by http on this machine's loopback, for tests and side-cars. */
export function mayBeIssuer(url: URL): boolean {
  if (url.username !== '' || url.password !== '') return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname));
}

/**
 * Asks an identity provider. No redirect is followed; http is open only where the provider itself is on loopback, so that its
 * description cannot send the client's secret anywhere in clear. Throws IssuerUnavailable.
 */
export function createIssuerDoor(issuer: URL): (address: string, init: RequestInit) => Promise<Response> {
  return async (address, init) => {
    const url = URL.parse(address);
    const isOpen = url !== null && mayBeIssuer(url) && (url.protocol === 'https:' || isLoopback(issuer.hostname));
    if (!isOpen) throw new IssuerUnavailable('The identity provider names an address that is not https.');
    try {
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      const answer = await fetch(url, { ...init, redirect: 'manual', signal });
      const body = await readUpTo(answer);
      const isEmpty = answer.status === 204 || answer.status === 304;
      if (answer.status >= 500) throw new IssuerUnavailable(`The identity provider answered ${answer.status}.`);
      return new Response(isEmpty ? null : new Uint8Array(body), { status: answer.status, headers: answer.headers });
    } catch (error) {
      if (error instanceof IssuerUnavailable) throw error;
      throw new IssuerUnavailable('The identity provider did not answer.', { cause: error });
    }
  };
}

async function readUpTo(answer: Response): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of answer.body ?? []) {
    bytes += part.length;
    if (bytes > MAX_BYTES) throw new IssuerUnavailable('The identity provider answered with too much.');
    parts.push(part);
  }
  return Buffer.concat(parts);
}
