/** A trust entry that cannot be: why, and what to do. */
export class TrustError extends Error {
  override readonly name = 'TrustError';
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}
