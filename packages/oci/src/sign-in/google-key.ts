/** The JSON that stands for an identity at Google, checked before a library acts on it. */
import type { RegistryError } from '../errors.ts';
import { incomplete } from './identity.ts';

const ENDPOINTS = ['token_url', 'token_info_url', 'service_account_impersonation_url', 'token_uri'] as const;
const GOOGLE = /^(?:[a-z0-9-]+\.)*googleapis\.com$/;

/**
 * Reads a service account's key, or the configuration of workload identity federation. The latter names addresses to
 * call, files to read and programs to run: from the agent's own file that is the operator's business; from anybody
 * else only Google's addresses and the workload's own token file are taken.
 * @throws RegistryError `authentication-invalid`
 */
export function parseGoogleKey(text: string, fromOwnFile: boolean): Readonly<Record<string, unknown>> {
  const key = objectOf(text);
  if (key === null) throw invalid('is not a JSON object');
  if (key.type === 'service_account') {
    if (typeof key.client_email !== 'string' || typeof key.private_key !== 'string') {
      throw invalid('has no client_email or no private_key');
    }
  } else if (key.type !== 'external_account') throw invalid('is of a type that is not used here');
  if (!fromOwnFile) checkForeign(key);
  return key;
}

/** Where Kubernetes puts projected tokens. */
const TOKEN_FILE = /^\/var\/run\/(?:secrets|service-account)\/(?!.*\.\.)[\w./-]+$/;

function checkForeign(key: Readonly<Record<string, unknown>>): void {
  for (const name of ENDPOINTS) {
    const value = key[name];
    if (value === undefined || value === null) continue;
    const url = typeof value === 'string' ? URL.parse(value) : null;
    // token_uri of old keys stands at accounts.google.com and is not used by the library.
    const isGoogle = url !== null && (GOOGLE.test(url.hostname) || url.hostname === 'accounts.google.com');
    if (!isGoogle || url.protocol !== 'https:') throw invalid(`names an address in ${name} that is not Google's`);
  }
  if (key.universe_domain !== undefined && key.universe_domain !== 'googleapis.com') {
    throw invalid('belongs to another universe_domain');
  }
  if (key.type !== 'external_account') return;
  const source = objectOf(key.credential_source);
  const isFile =
    source !== null &&
    typeof source.file === 'string' &&
    TOKEN_FILE.test(source.file) &&
    Object.keys(source).every((name) => name === 'file' || name === 'format');
  if (!isFile) throw invalid("takes its token from elsewhere than a file of the workload's own");
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> | null {
  try {
    const json: unknown = typeof value === 'string' ? JSON.parse(value) : value;
    return typeof json === 'object' && json !== null && !Array.isArray(json) ? (json as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function invalid(why: string): RegistryError {
  return incomplete(
    `The service account key ${why}.`,
    "Give the JSON of a key of a service account; a federation that needs more belongs into the agent's file.",
  );
}
