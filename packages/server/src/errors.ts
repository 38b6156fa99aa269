/** Stable codes of ServerError. */
export type ServerErrorCode =
  | 'port-in-use'
  | 'port-forbidden'
  | 'address-unavailable'
  | 'route-incomplete'
  | 'key-unusable'
  | 'sealed-unreadable'
  | 'address-invalid'
  | 'identity-provider-invalid'
  | 'syslog-invalid'
  | 'mail-settings-invalid';

/** What can go wrong in the control plane apart from answers to requests: a stable code, a sentence and a next step. */
export class ServerError extends Error {
  override readonly name = 'ServerError';
  readonly code: ServerErrorCode;
  readonly hint: string;
  constructor(code: ServerErrorCode, message: string, hint: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.hint = hint;
  }
}
