/** One shape for everything that can go wrong, whichever package threw it. */
import type { FieldProblem } from '@pharos/contract';
import { EXIT, type ExitCode, exitCodeOf } from './exit-code.ts';

export interface Pointer {
  readonly text: string;
  readonly position: number;
}

/** An error of the command itself: usage, settings, files, names that do not resolve. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly code: string;
  readonly hint: string;
  readonly exitCode: ExitCode;
  readonly errors: FieldProblem[];
  /** The text that the error is about, and the character in it. */
  readonly pointer: Pointer | undefined;

  constructor(
    code: string,
    message: string,
    hint: string,
    options: { exitCode?: ExitCode; errors?: FieldProblem[]; pointer?: Pointer; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.hint = hint;
    this.exitCode = options.exitCode ?? EXIT.usage;
    this.errors = options.errors ?? [];
    this.pointer = options.pointer;
  }
}

/** What is printed of an error, and what the process ends with. */
export interface Failure {
  code: string;
  /** HTTP status of the control plane's answer, 0 when none came; absent for errors that are not its. */
  status?: number;
  message: string;
  hint?: string;
  /** Single things that are wrong: a field, a line of a file. */
  errors?: FieldProblem[];
  requestId?: string;
  pointer?: Pointer;
  exitCode: ExitCode;
}

/**
 * Reads a failure out of an error. The other packages' errors are known by their shape (`code`, `message`, `hint`), not
 * by their class, so that telling of an error does not load the package that threw it.
 */
export function describeFailure(error: unknown): Failure {
  if (error instanceof CliError) {
    const { code, message, hint, exitCode, errors, pointer } = error;
    return { code, message, hint, exitCode, ...(errors.length > 0 ? { errors } : {}), ...(pointer ? { pointer } : {}) };
  }
  if (!(error instanceof Error)) return { code: 'internal', message: String(error), exitCode: EXIT.failed };
  const shape = error as Error & { code?: unknown; hint?: unknown; problem?: unknown; problems?: unknown };
  if (isProblem(shape.problem)) return ofProblem(shape.problem);
  const hint = typeof shape.hint === 'string' ? { hint: shape.hint } : {};
  if (typeof shape.code !== 'string' || !/^[a-z]+(-[a-z]+)*$/.test(shape.code)) return ofSystem(error, hint);
  const errors = listedProblems(shape.problems);
  if (errors.length > 0) return ofFile(shape.code, error as AgentFileError, errors);
  return { code: shape.code, message: error.message, ...hint, exitCode: exitCodeOf(shape.code) };
}

type AgentFileError = Error & { file?: unknown; hint?: unknown };

/** An agent's file with everything that is wrong in it. */
function ofFile(code: string, { file, hint }: AgentFileError, errors: FieldProblem[]): Failure {
  const [only, second] = errors;
  const where = typeof file === 'string' ? file : 'The agent configuration';
  const message =
    only && !second
      ? [where, only.path, only.message].filter(Boolean).join(': ')
      : `${where}: ${errors.length} problems.`;
  return { code, message, ...(typeof hint === 'string' ? { hint } : {}), errors, exitCode: EXIT.usage };
}

interface ProblemShape {
  code: string;
  status: number;
  detail: string;
  hint?: string;
  errors?: FieldProblem[];
  requestId?: string;
}

function isProblem(value: unknown): value is ProblemShape {
  return typeof value === 'object' && value !== null && 'detail' in value && 'status' in value && 'code' in value;
}

function ofProblem(problem: ProblemShape): Failure {
  const { code, status, detail, hint, errors, requestId } = problem;
  return {
    code,
    status,
    message: detail,
    ...(code === 'unauthenticated' ? { hint: SIGN_IN_HINT } : hint ? { hint } : {}),
    ...(errors?.length ? { errors } : {}),
    ...(requestId ? { requestId } : {}),
    exitCode: exitCodeOf(code, status),
  };
}

/** "Sign in" means something else at a terminal than in a browser. */
export const SIGN_IN_HINT =
  'Set PHAROS_TOKEN to an API token (UI: Administration, Tokens), or run the command where "pharos up" runs, with the same --data-dir.';

const INTERNAL_HINT = { hint: 'This is a fault in Pharos. PHAROS_LOG_LEVEL=debug shows where; please report it.' };

/** Errors of the operating system, e.g. EACCES. */
function ofSystem(error: Error, hint: { hint?: string }): Failure {
  const system = (error as NodeJS.ErrnoException).code;
  const path = (error as NodeJS.ErrnoException).path;
  const sentence = typeof system === 'string' ? SYSTEM_ERRORS[system] : undefined;
  if (!sentence) return { code: 'internal', message: error.message, ...INTERNAL_HINT, ...hint, exitCode: EXIT.failed };
  return {
    code: sentence[0],
    message: `${sentence[1]}${path ? `: ${path}` : ''}.`,
    hint: sentence[2],
    exitCode: EXIT.failed,
  };
}

const SYSTEM_ERRORS: Record<string, [code: string, message: string, hint: string]> = {
  ENOENT: ['file-not-found', 'No such file or directory', 'Check the path.'],
  EACCES: ['file-not-allowed', 'No permission', 'Check who owns it, or choose another path.'],
  EPERM: ['file-not-allowed', 'No permission', 'Check who owns it, or choose another path.'],
  EISDIR: ['file-is-directory', 'This is a directory', 'Name a file.'],
  ENOTDIR: ['file-not-directory', 'This is not a directory', 'Name a directory.'],
  ENOSPC: ['disk-full', 'The disk is full', 'Free some space, then start again.'],
  EROFS: ['file-not-allowed', 'The file system is read-only', 'Choose another path, e.g. with --data-dir.'],
};

function listedProblems(problems: unknown): FieldProblem[] {
  if (!Array.isArray(problems)) return [];
  return problems.slice(0, 100).map((problem: Record<string, unknown>) => {
    const { path, line, message } = problem;
    const place = [typeof line === 'number' ? `line ${line}` : '', path].filter((part) => part && part !== '');
    return { path: place.join(', '), message: String(message) };
  });
}
