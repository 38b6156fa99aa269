/** One thing that a probe looked at, and how it says what it found. */
import { RegistryError, type RegistryErrorCode } from './errors.ts';

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

export type CheckId = ProbeCheck['id'];

export interface ProbeOptions {
  /** The repository to try; without one the first of the catalog. */
  repository?: string | undefined;
  signal?: AbortSignal | undefined;
}

export function failedCheck(id: CheckId, error: RegistryError): ProbeCheck {
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

export function skipped(id: CheckId, message: string): ProbeCheck {
  return { id, state: 'skipped', message };
}

export function asRegistryError(error: unknown): RegistryError {
  if (error instanceof RegistryError) return error;
  // Only a fault of this program comes here; its text could hold anything.
  return new RegistryError({
    code: 'response-invalid',
    message: 'The probe stopped at an unexpected fault.',
    evidence: (error as Error | null)?.name,
  });
}
