/** Queries on the command line: where they can stand, and how an error in one is shown. */
import { ApiError, shellWord } from '@pharos/contract';
import { EXIT } from './exit-code.ts';
import { CliError } from './failure.ts';

/** Whether an argument that may name a repository is a query: it has a blank, or begins with a field (no `host:port/`). */
export function isQuery(argument: string): boolean {
  return /\s/.test(argument) || /^-?[a-z_-]+:(?!\d+\/)/i.test(argument) || argument.startsWith('"');
}

/** Joins what was asked by argument and by flag. */
export function joined(...queries: (string | undefined)[]): string | undefined {
  const text = queries.filter((query) => query !== undefined && query !== '').join(' ');
  return text === '' ? undefined : text;
}

/** Runs a request with a query; an error in the query becomes one that points at its character. */
export async function asking<T>(query: string | undefined, request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 'invalid-query' || query === undefined) throw error;
    const { detail, hint, errors } = error.problem;
    const position = errors?.find(({ path }) => path === 'q')?.position ?? 0;
    throw new CliError('invalid-query', detail, hint ?? '', {
      cause: error,
      errors: errors ?? [],
      pointer: { text: query, position },
    });
  }
}

/** Sends a rule; a pattern in it that cannot be run is shown with its character. The problem's path leads into the body. */
export async function withPatterns<T>(body: unknown, request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 'invalid-pattern') throw error;
    const { detail, hint, errors = [] } = error.problem;
    const [first] = errors;
    const text = first?.path
      .split('.')
      .reduce<unknown>((value, key) => (value as Record<string, unknown>)?.[key], body);
    if (typeof text !== 'string' || first?.position === undefined) throw error;
    throw new CliError(error.code, detail, hint ?? '', {
      cause: error,
      errors,
      pointer: { text, position: first.position },
    });
  }
}

/** One word is taken for a repository. Where none is called so, it may have been meant as a search. */
export function orSearch(word: string): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof CliError) || error.code !== 'not-found') throw error;
    const hint = `${error.hint.replace(/\.$/, '')}, or search the names of tags: pharos tags list --search ${shellWord(word)}`;
    throw new CliError(error.code, error.message, hint, { exitCode: EXIT.notFound, cause: error });
  };
}
