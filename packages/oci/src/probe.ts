import type { RegistryConnection } from './connection.ts';
import { RegistryError, type RegistryErrorCode } from './errors.ts';
import { isLayoutUrl } from './layout/address.ts';
import { createRegistry, type Registry } from './registry.ts';

export type ProbeState = 'ok' | 'warning' | 'error';

/** One thing that was looked at. `cause` and `cure` are there when something is wrong; `evidence` says what was seen. */
export interface ProbeCheck {
  id:
    | 'address'
    | 'reachable'
    | 'tls'
    | 'api'
    | 'clock'
    | 'sign-in'
    | 'dialect'
    | 'catalog'
    | 'tags'
    | 'bulk'
    | 'manifest'
    | 'referrers'
    | 'quota';
  state: ProbeState | 'skipped';
  message: string;
  evidence?: string;
  cause?: string;
  cure?: string;
  code?: RegistryErrorCode;
}

/** The worst state of all checks with its sentence, and every check in the order of the connection. Times in milliseconds. */
export interface ProbeResult {
  state: ProbeState;
  message: string;
  checks: ProbeCheck[];
  requests: number;
  durationMs: number;
}

export interface ProbeOptions {
  /** The repository to try; without one the first of the catalog. */
  repository?: string | undefined;
  signal?: AbortSignal | undefined;
}

type CheckId = ProbeCheck['id'];

const CONNECTING: readonly CheckId[] = ['address', 'reachable', 'tls', 'api', 'sign-in'];

/** At which step of the connection an error of the first request belongs. */
const STEP: Partial<Record<RegistryErrorCode, CheckId>> = {
  'registry-url-invalid': 'address',
  'address-refused': 'address',
  'layout-unreadable': 'reachable',
  'layout-incomplete': 'reachable',
  'layout-invalid': 'api',
  'ca-certs-invalid': 'tls',
  'docker-config-invalid': 'sign-in',
  'authentication-invalid': 'sign-in',
  'dns-failed': 'reachable',
  'connection-refused': 'reachable',
  'registry-unreachable': 'reachable',
  timeout: 'reachable',
  aborted: 'reachable',
  'tls-untrusted': 'tls',
  'tls-name-mismatch': 'tls',
  'tls-expired': 'tls',
  'tls-failed': 'tls',
  'tls-expected-plain-http': 'tls',
  'plain-http-expected-tls': 'tls',
  unauthorized: 'sign-in',
  forbidden: 'sign-in',
  'token-failed': 'sign-in',
  'token-realm-refused': 'sign-in',
  'sdk-missing': 'sign-in',
  'identity-missing': 'sign-in',
  'identity-failed': 'sign-in',
  'identity-host-refused': 'sign-in',
  'credential-helper-failed': 'sign-in',
};

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

async function checkDialect(registry: Registry, options: ProbeOptions): Promise<ProbeCheck> {
  const id = 'dialect';
  try {
    const { product, detectedBy } = await registry.dialect(options.signal);
    const how = detectedBy === null ? 'as its provider says' : `by ${detectedBy}`;
    return { id, state: 'ok', message: `It is read as ${product}.`, evidence: `recognised ${how}` };
  } catch (error) {
    return { ...failedCheck(id, asRegistryError(error)), state: 'warning' };
  }
}

/** More than this and tokens and signatures begin to look expired or not valid yet. */
const SKEW_MS = 300_000;

function checkClock(registry: Registry): ProbeCheck {
  const skew = registry.clockSkewMs;
  if (skew === null) return skipped('clock', 'The registry does not tell the time.');
  const evidence = `${Math.round(skew / 1000)} s`;
  if (Math.abs(skew) <= SKEW_MS) return { id: 'clock', state: 'ok', message: 'Its clock agrees with ours.', evidence };
  return {
    id: 'clock',
    state: 'warning',
    message: `The clocks differ by ${Math.round(Math.abs(skew) / 60_000)} minutes.`,
    evidence,
    cause: 'The clock of the registry or of the agent’s machine is wrong.',
    cure: 'Set the clocks (NTP): tokens count as expired, or as not valid yet, on the wrong side.',
  };
}

async function checkBulk(registry: Registry, repository: string | null, options: ProbeOptions): Promise<ProbeCheck> {
  const id = 'bulk';
  if (repository === null) return skipped(id, 'No tag is known to try.');
  try {
    const before = await registry.dialect(options.signal);
    // A product that tells names only is not asked for more.
    const asks = before.isBulk || before.bulkRefusal !== null;
    const page = asks ? await firstPage(registry.describeTags(repository, { signal: options.signal })) : [];
    const { product, bulkRefusal } = await registry.dialect(options.signal);
    const count = page.filter((tag) => tag.digest !== null).length;
    if (count > 0) {
      const evidence = `${count} of ${page.length} tags on the first page of ${repository} came with their digest`;
      return { id, state: 'ok', message: 'Lists come with digests, so that unchanged tags cost no request.', evidence };
    }
    const message = 'Lists come without digests, so every tag that may move is asked for by a HEAD.';
    if (bulkRefusal === null) return skipped(id, `${message} ${product} tells no more.`);
    return { ...failedCheck(id, bulkRefusal), state: 'warning', message };
  } catch (error) {
    return { ...failedCheck(id, asRegistryError(error)), state: 'warning' };
  }
}

async function checkReferrers(
  registry: Registry,
  repository: string | null,
  digest: string | null,
  options: ProbeOptions,
): Promise<ProbeCheck> {
  const id = 'referrers';
  if (repository === null || digest === null) return skipped(id, 'No image is known to try.');
  try {
    const found = await registry.listReferrers(repository, digest, options.signal);
    if (found === null) {
      return skipped(id, 'The registry does not list what hangs on an image; tags that stand in for it are read.');
    }
    return { id, state: 'ok', message: 'Signatures, SBOMs and attestations can be listed.' };
  } catch (error) {
    return { ...failedCheck(id, asRegistryError(error)), state: 'warning' };
  }
}

function checkQuota(registry: Registry): ProbeCheck {
  const { quota } = registry;
  if (quota === null) return skipped('quota', 'The registry tells no limit.');
  const { remaining, limit, windowSeconds } = quota;
  const window = windowSeconds === null ? '' : ` in ${Math.round(windowSeconds / 60)} minutes`;
  const evidence = `${remaining}${limit === null ? '' : ` of ${limit}`}${window}`;
  if (remaining > (limit ?? 0) / 10) {
    return { id: 'quota', state: 'ok', message: 'The registry’s own limit is not near.', evidence };
  }
  return {
    id: 'quota',
    state: 'warning',
    message: remaining === 0 ? 'The registry’s own limit is used up.' : 'The registry’s own limit is nearly used up.',
    evidence,
    cause: 'Others with this account or address ask it too, or the limit is low.',
    cure: 'Sign in for a higher limit, read through a mirror, or set a longer interval or a lower budget.',
    code: 'rate-limited',
  };
}

function connected(registry: Registry): ProbeCheck[] {
  if (isLayoutUrl(registry.host)) return CONNECTING.map((id) => ofFiles(id));
  return [
    { id: 'address', state: 'ok', message: `The address is ${registry.host}.` },
    { id: 'reachable', state: 'ok', message: `${registry.host} answers.` },
    dangerOf(registry) ?? {
      id: 'tls',
      state: 'ok',
      message: 'The connection is protected and the certificate is trusted.',
    },
    { id: 'api', state: 'ok', message: 'It is a container registry.' },
    checkClock(registry),
    { id: 'sign-in', state: 'ok', message: signInSentence(registry) },
  ];
}

/** A danger that was switched on is one also while something else is wrong. */
function withDangers(registry: Registry, checks: readonly ProbeCheck[]): ProbeCheck[] {
  return checks.map((check) => (check.id === 'tls' && check.state === 'ok' ? (dangerOf(registry) ?? check) : check));
}

function dangerOf({ warnings: [warning] }: Registry): ProbeCheck | null {
  if (warning === undefined) return null;
  const cure = 'Turn the switch off; give a private authority in tls.ca_certs instead.';
  return { id: 'tls', state: 'warning', message: warning, cure };
}

function signInSentence(registry: Registry): string {
  if (registry.signedInBy === 'basic') return 'Signed in with user name and password.';
  if (registry.signedInBy === 'bearer')
    return registry.hasCredentials ? 'Signed in with a token.' : 'Let in with an anonymous token.';
  return registry.hasCredentials ? 'The registry did not ask for the credentials yet.' : 'No sign-in is needed.';
}

async function checkCatalog(
  registry: Registry,
  options: ProbeOptions,
): Promise<{ check: ProbeCheck; first: string | null }> {
  const id = 'catalog';
  try {
    const names = await firstPage(registry.listRepositories({ signal: options.signal }));
    if (names.length > 0)
      return {
        check: {
          id,
          state: 'ok',
          message: 'The repositories can be listed.',
          evidence: `${names.length} on the first page`,
        },
        first: names[0]!,
      };
    const message = 'The registry lists no repositories: it is empty, or this account may see none.';
    return {
      check: { id, state: 'warning', message, cure: 'Name the repositories in a rule or in the agent’s file.' },
      first: null,
    };
  } catch (error) {
    // Nothing is lost without a catalog: named repositories are read all the same.
    return { check: { ...failedCheck(id, asRegistryError(error)), state: 'warning' }, first: null };
  }
}

async function checkTags(
  registry: Registry,
  repository: string | null,
  options: ProbeOptions,
): Promise<{ check: ProbeCheck; first: string | null }> {
  const id = 'tags';
  if (repository === null) return { check: skipped(id, 'No repository is known to try.'), first: null };
  try {
    const tags = await firstPage(registry.listTags(repository, { signal: options.signal }));
    const first = tags.find((tag) => !tag.startsWith('sha256-')) ?? tags[0] ?? null;
    const evidence = `${tags.length} on the first page of ${repository}`;
    if (first === null)
      return { check: { id, state: 'warning', message: `${repository} has no tags.`, evidence }, first };
    return { check: { id, state: 'ok', message: `The tags of ${repository} can be listed.`, evidence }, first };
  } catch (error) {
    const check = failedCheck(id, asRegistryError(error));
    // A repository that only the catalog named may have lost its last tag; that is no fault of the connection.
    return {
      check:
        options.repository === undefined && check.code === 'repository-not-found'
          ? { ...check, state: 'warning' }
          : check,
      first: null,
    };
  }
}

async function checkManifest(
  registry: Registry,
  repository: string | null,
  tag: string | null,
  options: ProbeOptions,
): Promise<{ check: ProbeCheck; digest: string | null }> {
  const id = 'manifest';
  if (repository === null || tag === null) return { check: skipped(id, 'No tag is known to try.'), digest: null };
  try {
    const { digest } = await registry.getManifest(repository, tag, options.signal);
    const message = `The manifest of ${repository}:${tag} can be read and its digest is right.`;
    return { check: { id, state: 'ok', message, evidence: digest }, digest };
  } catch (error) {
    const check = failedCheck(id, asRegistryError(error));
    // One bad image stays one: it says nothing against the registry.
    const isOne = ['manifest-invalid', 'manifest-ambiguous', 'manifest-not-found', 'policy-blocked'];
    return { check: isOne.includes(check.code ?? '') ? { ...check, state: 'warning' } : check, digest: null };
  }
}

async function firstPage<T>(pages: AsyncIterable<T[]>): Promise<T[]> {
  for await (const page of pages) return page;
  return [];
}

/** The checks of a connection that broke: what came before it works, what comes after was not tried. */
function connectionFailed(error: RegistryError, dialled: boolean, isFiles = false): ProbeCheck[] {
  const step = STEP[error.code] ?? 'api';
  const broken = CONNECTING.indexOf(step);
  const rest: readonly CheckId[] = [...CONNECTING, 'catalog', 'tags', 'manifest'];
  return rest.map((id, position) => {
    if (position === broken) return failedCheck(id, error);
    const untried = position > broken || (!dialled && id !== 'address');
    if (untried) return skipped(id, 'Not tried.');
    return isFiles ? ofFiles(id) : { id, state: 'ok', message: PASSED[id] ?? '' };
  });
}

/** A step of the connection that went well, where it leads to files. */
function ofFiles(id: CheckId): ProbeCheck {
  if (id === 'tls') return skipped(id, 'Files need no protected connection.');
  if (id === 'sign-in') return skipped(id, 'Files need no sign-in.');
  return { id, state: 'ok', message: PASSED_FILES[id] ?? '' };
}

const PASSED_FILES: Partial<Record<CheckId, string>> = {
  address: 'The address names files on the machine of the agent.',
  reachable: 'The files can be read.',
  api: 'They are an OCI image layout of version 1.',
};

const PASSED: Partial<Record<CheckId, string>> = {
  address: 'The address can be read.',
  reachable: 'Something answers there.',
  tls: 'The connection was made.',
  api: 'It is a container registry.',
};

function failedCheck(id: CheckId, error: RegistryError): ProbeCheck {
  const seen = [
    error.status === undefined ? null : `HTTP ${error.status}`,
    error.evidence ?? null,
    error.url ?? null,
  ].filter((each) => each !== null);
  return {
    id,
    state: 'error',
    message: error.message,
    ...(seen.length > 0 ? { evidence: seen.join(', ') } : {}),
    cause: error.message,
    cure: error.hint,
    code: error.code,
  };
}

function skipped(id: CheckId, message: string): ProbeCheck {
  return { id, state: 'skipped', message };
}

function asRegistryError(error: unknown): RegistryError {
  if (error instanceof RegistryError) return error;
  // Only a fault of this program comes here; its text could hold anything.
  return new RegistryError({
    code: 'response-invalid',
    message: 'The probe stopped at an unexpected fault.',
    evidence: (error as Error | null)?.name,
  });
}
