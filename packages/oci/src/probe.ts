import type { RegistryConnection } from './connection.ts';
import type { RegistryErrorCode } from './errors.ts';
import { isLayoutUrl } from './layout/address.ts';
import { asRegistryError, type ProbeCheck, type ProbeOptions, type ProbeState } from './probe-check.ts';
import { connected, connectionFailed, withDangers } from './probe-connection.ts';
import {
  checkBulk,
  checkCatalog,
  checkDialect,
  checkManifest,
  checkQuota,
  checkReferrers,
  checkTags,
} from './probe-reading.ts';
import { createRegistry, type Registry } from './registry.ts';

/** The worst state of all checks with its sentence, and every check in the order of the connection. Times in milliseconds. */
export interface ProbeResult {
  state: ProbeState;
  message: string;
  checks: ProbeCheck[];
  requests: number;
  durationMs: number;
}

/** What goes wrong before the registry is asked at all. */
const BEFORE_ASKING: ReadonlySet<RegistryErrorCode> = new Set([
  'authentication-invalid',
  'sdk-missing',
  'identity-missing',
  'identity-failed',
  'credential-helper-failed',
]);

/**
 * Tries a registry step by step and says what works and what to do about what does not. Sends about ten requests,
 * changes nothing, and never throws for anything that the registry or its description does.
 */
export async function probe(target: Registry | RegistryConnection, options: ProbeOptions = {}): Promise<ProbeResult> {
  const started = performance.now();
  const result = (checks: ProbeCheck[], requests: number): ProbeResult => {
    const worst = checks.find((check) => check.state === 'error') ?? checks.find((check) => check.state === 'warning');
    const message = worst?.message ?? 'The registry can be read.';
    const state = worst?.state === 'error' || worst?.state === 'warning' ? worst.state : 'ok';
    return { state, message, checks, requests, durationMs: Math.round(performance.now() - started) };
  };
  if ('ping' in target) {
    const before = target.requests;
    const checks = await runChecks(target, options);
    return result(checks, target.requests - before);
  }
  let registry: Registry;
  try {
    registry = createRegistry(target);
  } catch (error) {
    return result(connectionFailed(asRegistryError(error), false), 0);
  }
  try {
    return result(await runChecks(registry, options), registry.requests);
  } finally {
    await registry.close();
  }
}

async function runChecks(registry: Registry, options: ProbeOptions): Promise<ProbeCheck[]> {
  try {
    await registry.ping(options.signal);
  } catch (error) {
    const failure = asRegistryError(error);
    const wasAsked = !BEFORE_ASKING.has(failure.code);
    // Which product it is decides what its refusal means; that is shown without signing in.
    if (wasAsked) await registry.dialect(options.signal).catch(() => {});
    const checks = connectionFailed(failure, wasAsked, isLayoutUrl(registry.host));
    return advised(registry, withDangers(registry, checks));
  }
  const dialect = await checkDialect(registry, options);
  const catalog = await checkCatalog(registry, options);
  const repository = options.repository ?? catalog.first;
  const tags = await checkTags(registry, repository, options);
  const bulk = await checkBulk(registry, tags.first === null ? null : repository, options);
  const manifest = await checkManifest(registry, repository, tags.first, options);
  const referrers = await checkReferrers(registry, repository, manifest.digest, options);
  const checks = [dialect, catalog.check, tags.check, bulk, manifest.check, referrers, checkQuota(registry)];
  return advised(registry, [...connected(registry), ...checks]);
}

/** Cause and cure in the words of the product, where it has some. */
function advised(registry: Registry, checks: readonly ProbeCheck[]): ProbeCheck[] {
  return checks.map((check) => {
    const isFailure = check.state === 'error' || check.state === 'warning';
    if (!isFailure || check.code === undefined) return check;
    const status = Number(/^HTTP (\d{3})/.exec(check.evidence ?? '')?.[1] ?? Number.NaN);
    const failure = { id: check.id, code: check.code, status: Number.isNaN(status) ? undefined : status };
    return { ...check, ...(registry.advise(failure) ?? {}) };
  });
}
