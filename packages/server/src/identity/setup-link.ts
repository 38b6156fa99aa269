import { equalSecret, newSecret, sha256 } from './secret.ts';

const VALID_MS = 60 * 60_000;

/** The one-time link that makes the first administrator. Only its hash is kept. */
export interface SetupLink {
  /** The link as the UI reads it. Queries are never logged here, and no referrer is sent. */
  readonly url: string;
  /** Whether this is the token and it is not older than an hour. */
  fits(token: string): boolean;
}

/** Makes a link below the address that people open. */
export function createSetupLink(baseUrl: string, now: () => Date): SetupLink {
  const token = newSecret();
  const hash = sha256(token);
  const until = now().getTime() + VALID_MS;
  return {
    url: `${baseUrl}/setup?token=${token}`,
    fits: (given) => equalSecret(sha256(given), hash) && now().getTime() < until,
  };
}
