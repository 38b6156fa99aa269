/** Queries on the command line: where they can stand, and how an error in one is shown. */
import { ApiError } from '@pharos/contract';
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
