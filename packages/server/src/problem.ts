import { type FieldProblem, PROBLEMS, type Problem, type ProblemCode } from '@pharos/contract';
import { QueryError } from '@pharos/library';
import { StoreError, type StoreErrorCode } from '@pharos/store';
import type { FastifyError } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';

/** An error that is an answer: thrown by handlers, sent as RFC 9457 problem details. Its text is shown to the caller. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly code: ProblemCode;
  readonly status: number;
  readonly hint: string;
  readonly errors: readonly FieldProblem[] | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /** It says that there is no such thing, where there is one that who asks may not know of. */
  readonly hidesRefusal: boolean;
  constructor(
    code: ProblemCode,
    detail: string,
    more: {
      hint?: string;
      errors?: readonly FieldProblem[];
      headers?: Record<string, string>;
      cause?: unknown;
      hidesRefusal?: true;
    } = {},
  ) {
    super(detail, more.cause === undefined ? undefined : { cause: more.cause });
    this.code = code;
    this.status = PROBLEMS[code][0];
    this.hint = more.hint ?? PROBLEMS[code][2];
    this.errors = more.errors;
    this.headers = more.headers ?? {};
    this.hidesRefusal = more.hidesRefusal ?? false;
  }
}

/** The answer to a missing row. */
export function notFound(what: string): ProblemError {
  return new ProblemError('not-found', `${what} does not exist.`);
}

/** Hands the row on, or throws `not-found`. */
export function found<T>(row: T | null | undefined, what: string): T {
  if (row === null || row === undefined) throw notFound(what);
  return row;
}

/** The wire form. */
export function toProblem(error: ProblemError, requestId: string): Problem {
  return {
    type: 'about:blank',
    status: error.status,
    code: error.code,
    title: PROBLEMS[error.code][1],
    detail: error.message,
    hint: error.hint,
    ...(error.errors ? { errors: [...error.errors] } : {}),
    requestId,
  };
}

/**
 * Whatever was thrown, as an answer. What is not known to be safe to show becomes `internal`, which says nothing but the
 * request id; the caller logs the cause.
 */
export function asProblemError(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error;
  if (error instanceof StoreError) return fromStore(error);
  if (error instanceof QueryError) {
    const { message, hint, position } = error;
    return new ProblemError('invalid-query', message, { hint, errors: [{ path: 'q', message, position }] });
  }
  if (hasZodFastifySchemaValidationErrors(error)) return fromValidation(error);
  const fastifyError = error as Partial<FastifyError>;
  switch (fastifyError.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new ProblemError('too-large', 'The body is larger than this address takes.');
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return unsupportedMediaType();
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
      return new ProblemError('invalid-input', 'The body is empty.', { hint: 'Send a JSON document.' });
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
      return new ProblemError('invalid-input', 'The body is not JSON.', { hint: 'Send a well-formed JSON document.' });
    case 'FST_ERR_BAD_URL':
      return new ProblemError('invalid-input', 'The address is not a valid URL path.');
  }
  if (error instanceof SyntaxError && fastifyError.statusCode === 400) {
    return new ProblemError('invalid-input', 'The body is not JSON.', { hint: 'Send a well-formed JSON document.' });
  }
  if (fastifyError.statusCode !== undefined && fastifyError.statusCode >= 400 && fastifyError.statusCode < 500) {
    return new ProblemError('invalid-input', 'The request cannot be read.', { cause: error });
  }
  return new ProblemError('internal', 'Something failed inside Pharos.', { cause: error });
}

/** 415. */
export function unsupportedMediaType(): ProblemError {
  return new ProblemError('unsupported-media-type', 'The body must be application/json.');
}

const FROM_STORE: Partial<Record<StoreErrorCode, ProblemCode>> = {
  'database-unavailable': 'database-unavailable',
  'disk-full': 'disk-full',
  'name-taken': 'name-taken',
  conflict: 'conflict',
  'limit-reached': 'limit-reached',
  'not-found': 'not-found',
  'read-only-source': 'read-only-source',
  'invalid-cursor': 'invalid-cursor',
  'stale-scan': 'stale-scan',
  'chunk-out-of-order': 'chunk-out-of-order',
  'set-digest-mismatch': 'set-digest-mismatch',
  'last-administrator': 'last-administrator',
  'second-person-needed': 'second-person-needed',
  'policy-blocks': 'policy-blocks',
  'decision-elsewhere': 'forbidden',
};

function fromStore(error: StoreError): ProblemError {
  const code = FROM_STORE[error.code];
  if (code === undefined) return new ProblemError('internal', 'Something failed inside Pharos.', { cause: error });
  const expected = error.expected;
  return new ProblemError(code, error.message, {
    hint: error.hint,
    cause: error,
    ...(expected === undefined ? {} : { errors: [{ path: 'n', message: `expected ${expected}` }] }),
  });
}

type ValidationError = Error & {
  validation: readonly { instancePath: string; message?: string; keyword: string; params: unknown }[];
};

function fromValidation(error: unknown): ProblemError {
  const errors = (error as ValidationError).validation.slice(0, 50).map((issue) => ({
    path: issue.instancePath.replace(/^\//, '').replaceAll('/', '.'),
    message: issue.message ?? 'is not valid',
  }));
  const first = errors[0];
  const detail = first ? `${first.path === '' ? 'The request' : first.path}: ${first.message}` : 'Not valid.';
  return new ProblemError('invalid-input', detail, { errors });
}
