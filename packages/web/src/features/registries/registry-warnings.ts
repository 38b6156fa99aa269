import type { Registry, RegistryStatus } from '@pharos/contract';

/** The two dangers of a connection in words, then what else the server warns of. */
export function registryWarnings(registry: Pick<Registry, 'tls' | 'warnings' | 'isSample'>): string[] {
  const own = [
    registry.tls.skipVerify ? 'Certificate not checked' : null,
    registry.tls.plainHttp && !registry.isSample ? 'No TLS' : null,
  ].filter((warning) => warning !== null);
  const others = registry.warnings.filter((warning) => !/skip_?verify|plain_?http/i.test(warning));
  return [...own, ...others];
}

/** The state to show. The sample is on plain HTTP on loopback by design; nobody needs to act. */
export function shownState({ isSample, status }: Pick<Registry, 'isSample' | 'status'>): RegistryStatus['state'] {
  return isSample && status.state === 'warning' ? 'ok' : status.state;
}
