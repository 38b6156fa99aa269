/** An error of the testbed: a stable code, a sentence, and the next step. */
export class TestbedError extends Error {
  readonly code: string;
  readonly hint: string;

  constructor(code: string, message: string, hint: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'TestbedError';
    this.code = code;
    this.hint = hint;
  }
}
