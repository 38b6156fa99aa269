import type { Check, RegistryReading } from '@pharos/contract';
import { repositoryLiterals } from '@pharos/library';
import type { ActiveRegistry } from './registries.ts';

export interface Probed {
  state: 'ok' | 'warning' | 'error';
  message: string;
  code: string | null;
  checks: Check[];
  /** Absent when it did not answer: how it was read before still holds. */
  reading?: RegistryReading | null;
  requests: number;
}

/** Probes a registry as the agent would read it: on a repository that a rule names, if there is one. Never throws. */
export async function probeRegistry(registry: ActiveRegistry, signal: AbortSignal): Promise<Probed> {
  const { reader, error } = registry;
  if (reader === null) {
    const { code, message, hint } = error!;
    const checks: Check[] = [{ id: 'address', state: 'error', message, code, cause: message, cure: hint }];
    return { state: 'error', message, code, checks, requests: 0 };
  }
  const repository = registry.rules.flatMap((rule) => repositoryLiterals(rule.spec))[0];
  const { state, message, checks, requests } = await reader.probe(repository, signal);
  const code = checks.find((check) => check.state === state && check.code !== undefined)?.code ?? null;
  const probed = { state, message: message.slice(0, 2000), code: state === 'ok' ? null : code, checks, requests };
  return reader.reading === null ? probed : { ...probed, reading: reader.reading };
}
