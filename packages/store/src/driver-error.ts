/** The drivers' errors as errors of the store. Both engines give PostgreSQL's SQLSTATE in `code`, sockets give errno names. */
import { StoreError } from './errors.ts';

interface DriverError {
  readonly code?: unknown;
  readonly constraint?: unknown;
  readonly message?: unknown;
}

const UNAVAILABLE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'ETIMEDOUT',
  'EPIPE',
  'EHOSTUNREACH',
  'EAI_AGAIN',
  'ENOENT',
]);

/** What a failed query means; an error that is nothing known comes back as it was. */
export function storeError(error: unknown): unknown {
  if (error instanceof StoreError || typeof error !== 'object' || error === null) return error;
  const { code, constraint, message } = error as DriverError;
  const text = typeof message === 'string' ? message : '';
  if (code === 'ENOSPC' || code === '53100' || /no space left on device|errno: 28\b/i.test(text)) {
    return new StoreError(
      'disk-full',
      'The disk that holds the database is full, so nothing was changed.',
      'Free or add space; agents send again what was not taken.',
      { cause: error },
    );
  }
  if (code === '23505' && typeof constraint === 'string' && constraint.endsWith('_name_taken')) {
    return new StoreError('name-taken', 'The name is taken.', 'Choose another name.', { cause: error });
  }
  if (isUnavailable(code, text)) {
    return new StoreError(
      'database-unavailable',
      'The database does not answer.',
      'Check DATABASE_URL, and that the database runs and takes connections.',
      { cause: error },
    );
  }
  return error;
}

/** 08: connection lost, 28: sign-in refused, 3D000: no such database, 53300: too many connections, 57P: shut down. */
function isUnavailable(code: unknown, text: string): boolean {
  if (typeof code !== 'string') return /^(timeout exceeded when trying to connect|Connection terminated)/.test(text);
  return UNAVAILABLE.has(code) || /^(08...|28...|3D000|53300|57P0.)$/.test(code);
}

/** The same object with every method's rejection passed through storeError. Methods must not use `this`. */
export function guarded<T extends object>(noun: T): T {
  const entries = Object.entries(noun).map(([name, method]) => [
    name,
    async (...values: unknown[]) => {
      try {
        return await (method as (...values: unknown[]) => unknown)(...values);
      } catch (error) {
        throw storeError(error);
      }
    },
  ]);
  return Object.fromEntries(entries) as T;
}
