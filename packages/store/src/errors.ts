/** What can go wrong in the store, each with a stable code, a sentence and a next step. */

export type StoreErrorCode =
  | 'database-unavailable'
  | 'database-newer'
  | 'database-damaged'
  | 'data-directory-in-use'
  | 'data-directory-unusable'
  | 'disk-full'
  | 'migration-failed'
  | 'name-taken'
  | 'conflict'
  | 'limit-reached'
  | 'not-found'
  | 'read-only-source'
  | 'invalid-cursor'
  | 'stale-scan'
  | 'chunk-out-of-order'
  | 'set-digest-mismatch'
  | 'last-administrator'
  | 'second-person-needed'
  | 'policy-blocks'
  | 'decision-elsewhere';

export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code: StoreErrorCode;
  readonly hint: string;
  /** With chunk-out-of-order: the number of the chunk to send. */
  readonly expected: number | undefined;
  constructor(code: StoreErrorCode, message: string, hint: string, options?: ErrorOptions & { expected?: number }) {
    super(message, options);
    this.code = code;
    this.hint = hint;
    this.expected = options?.expected;
  }
}
