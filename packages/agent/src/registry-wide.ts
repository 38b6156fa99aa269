import { RegistryError } from '@pharos/oci';

/** Faults that concern the whole registry: going on would only cost time and, with a wrong password, lock the account. */
const REGISTRY_WIDE: ReadonlySet<string> = new Set([
  'address-refused',
  'budget-spent',
  'connection-refused',
  'credential-helper-failed',
  'dns-failed',
  'identity-failed',
  'identity-host-refused',
  'identity-missing',
  'not-a-registry',
  'plain-http-expected-tls',
  'rate-limited',
  'registry-failed',
  'registry-unreachable',
  'sdk-missing',
  'timeout',
  'tls-expected-plain-http',
  'tls-expired',
  'tls-failed',
  'tls-name-mismatch',
  'tls-untrusted',
  'token-failed',
  'token-realm-refused',
  'unauthorized',
]);

/** Whether the error says something about the registry and not about one tag. */
export function isRegistryWide(error: unknown): boolean {
  return error instanceof RegistryError && REGISTRY_WIDE.has(error.code);
}
