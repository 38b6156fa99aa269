/** The steps of a probe that lead to a registry: from its address to the sign-in. */
import type { RegistryError, RegistryErrorCode } from './errors.ts';
import { isLayoutUrl } from './layout/address.ts';
import { type CheckId, failedCheck, type ProbeCheck, skipped } from './probe-check.ts';
import type { Registry } from './registry.ts';

export const CONNECTING: readonly CheckId[] = ['address', 'reachable', 'tls', 'api', 'sign-in'];

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

/** The checks of a connection that broke: what came before it works, what comes after was not tried. */
export function connectionFailed(error: RegistryError, dialled: boolean, isFiles = false): ProbeCheck[] {
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

export function connected(registry: Registry): ProbeCheck[] {
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

/** A danger that was switched on is one also while something else is wrong. */
export function withDangers(registry: Registry, checks: readonly ProbeCheck[]): ProbeCheck[] {
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
