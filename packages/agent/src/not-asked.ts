import { RegistryError } from '@pharos/oci';

/** `evidence` of an error for which no request was sent: the registry is resting, away, or its allowance is spent. */
export const NOT_ASKED = 'not-asked';

/** The same error, saying that the registry was not asked again. */
export function notAsked(error: RegistryError): RegistryError {
  const { code, hint, status, url, retryAfterMs } = error;
  const message = error.evidence === NOT_ASKED ? error.message : `${error.message} It was not asked again yet.`;
  return new RegistryError({ code, message, hint, status, url, retryAfterMs, transient: false, evidence: NOT_ASKED });
}

/** Whether no request was sent: every other one of the same scan would end the same way. */
export function isNotAsked(error: unknown): boolean {
  return error instanceof RegistryError && error.evidence === NOT_ASKED;
}
