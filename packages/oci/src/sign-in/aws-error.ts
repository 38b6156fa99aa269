/** What the AWS SDK throws, in this package's words. */
import { RegistryError } from '../errors.ts';
import { identityError } from './identity.ts';

const REFUSED =
  /^(?:UnrecognizedClient|InvalidClientTokenId|InvalidSignature|SignatureDoesNotMatch|ExpiredToken|InvalidIdentityToken|AccessDenied|IncompleteSignature|MissingAuthenticationToken|OptInRequired|AuthFailure)/;
const BUSY = /^(?:Throttl|TooManyRequests|RequestLimitExceeded|LimitExceeded|SlowDown)/;

/**
 * For calls that sign in. Only the error's own name is told: its sentence quotes requests.
 * `identity-missing`, `identity-failed`, `rate-limited`, or what the door said.
 */
export function awsSignInError(error: unknown): RegistryError {
  if (error instanceof RegistryError) return error;
  const name = nameOf(error);
  if (BUSY.test(name)) return busy();
  if (/^(?:CredentialsProvider|TokenProvider|ProviderError|ENOENT)/.test(name)) {
    return identityError({ cloud: 'AWS', kind: 'missing', detail: name });
  }
  return identityError({ cloud: 'AWS', kind: REFUSED.test(name) ? 'refused' : 'failed', detail: name });
}

/**
 * For calls of the ECR dialect: `api-unavailable` where the identity may sign in but not list,
 * `repository-not-found`, `rate-limited`, else as when signing in. @param subject what was asked for
 */
export function awsApiError(error: unknown, subject: string): RegistryError {
  if (error instanceof RegistryError) return error;
  const name = nameOf(error);
  const status = statusOf(error);
  if (name.startsWith('AccessDenied')) {
    return new RegistryError({
      code: 'api-unavailable',
      message: `AWS does not let this identity list ${subject}.`,
      status,
      evidence: 'AccessDenied',
    });
  }
  if (name === 'RepositoryNotFoundException') {
    return new RegistryError({
      code: 'repository-not-found',
      message: `ECR has no repository ${subject}.`,
      status,
      absence: 'repository',
      evidence: name,
    });
  }
  if (status !== undefined && status >= 500) {
    return new RegistryError({
      code: 'registry-failed',
      message: `ECR failed at ${subject} (HTTP ${status}).`,
      status,
    });
  }
  return awsSignInError(error);
}

function busy(): RegistryError {
  return new RegistryError({ code: 'rate-limited', message: 'AWS asks to wait.', evidence: 'Throttling' });
}

function nameOf(error: unknown): string {
  const { name, code } = (error ?? {}) as { name?: unknown; code?: unknown };
  if (typeof name === 'string' && name !== 'Error' && name !== 'TypeError') return name;
  return typeof code === 'string' ? code : 'UnknownError';
}

function statusOf(error: unknown): number | undefined {
  const { $metadata } = (error ?? {}) as { $metadata?: { httpStatusCode?: unknown } };
  return typeof $metadata?.httpStatusCode === 'number' ? $metadata.httpStatusCode : undefined;
}
