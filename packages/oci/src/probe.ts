import type { RegistryConnection } from './connection.ts';
import { RegistryError, type RegistryErrorCode } from './errors.ts';
import { createRegistry, type Registry } from './registry.ts';

export type ProbeState = 'ok' | 'warning' | 'error';

/** One thing that was looked at. `cause` and `cure` are there when something is wrong; `evidence` says what was seen. */
export interface ProbeCheck {
  id: 'address' | 'reachable' | 'tls' | 'api' | 'sign-in' | 'catalog' | 'tags' | 'manifest';
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
 * Tries a registry step by step and says what works and what to do about what does not. Sends about five requests,
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
    return connectionFailed(failure, !BEFORE_ASKING.has(failure.code));
  }
  const catalog = await checkCatalog(registry, options);
  const repository = options.repository ?? catalog.first;
  const tags = await checkTags(registry, repository, options);
  const manifest = await checkManifest(registry, repository, tags.first, options);
  return [...connected(registry), catalog.check, tags.check, manifest];
}

function connected(registry: Registry): ProbeCheck[] {
  const [warning] = registry.warnings;
  return [
    { id: 'address', state: 'ok', message: `The address is ${registry.host}.` },
    { id: 'reachable', state: 'ok', message: `${registry.host} answers.` },
    warning === undefined
      ? { id: 'tls', state: 'ok', message: 'The connection is protected and the certificate is trusted.' }
      : {
          id: 'tls',
          state: 'warning',
          message: warning,
          cure: 'Turn the switch off; give a private authority in tls.ca_certs instead.',
        },
    { id: 'api', state: 'ok', message: 'It is a container registry.' },
    { id: 'sign-in', state: 'ok', message: signInSentence(registry) },
  ];
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
): Promise<ProbeCheck> {
  const id = 'manifest';
  if (repository === null || tag === null) return skipped(id, 'No tag is known to try.');
  try {
    const { digest } = await registry.getManifest(repository, tag, options.signal);
    return {
      id,
      state: 'ok',
      message: `The manifest of ${repository}:${tag} can be read and its digest is right.`,
      evidence: digest,
    };
  } catch (error) {
    const check = failedCheck(id, asRegistryError(error));
    // One bad image stays one: it says nothing against the registry.
    return ['manifest-invalid', 'manifest-ambiguous', 'manifest-not-found', 'policy-blocked'].includes(check.code ?? '')
      ? { ...check, state: 'warning' }
      : check;
  }
}

async function firstPage(pages: AsyncIterable<string[]>): Promise<string[]> {
  for await (const page of pages) return page;
  return [];
}

/** The checks of a connection that broke: what came before it works, what comes after was not tried. */
function connectionFailed(error: RegistryError, dialled: boolean): ProbeCheck[] {
  const step = STEP[error.code] ?? 'api';
  const broken = CONNECTING.indexOf(step);
  const rest: readonly CheckId[] = [...CONNECTING, 'catalog', 'tags', 'manifest'];
  return rest.map((id, position) => {
    if (position === broken) return failedCheck(id, error);
    const untried = position > broken || (!dialled && id !== 'address');
    return untried ? skipped(id, 'Not tried.') : { id, state: 'ok', message: PASSED[id] ?? '' };
  });
}

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
