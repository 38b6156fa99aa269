/** A query that cannot be read. `position` is the offset of the character in the query as written, to point at. */
export class QueryError extends Error {
  override readonly name = 'QueryError';
  readonly code: QueryErrorCode;
  readonly hint: string;
  readonly position: number;

  constructor(code: QueryErrorCode, message: string, hint: string, position: number) {
    super(message);
    this.code = code;
    this.hint = hint;
    this.position = position;
  }
}

export type QueryErrorCode =
  | 'unknown-field'
  | 'field-not-here'
  | 'value-missing'
  | 'unknown-value'
  | 'wrong-value'
  | 'no-comparison'
  | 'unclosed-quote'
  | 'too-much';
