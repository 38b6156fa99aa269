/** The typed client of the route table, used by the web UI, the CLI and the agent. */
import { Problem } from './problem.ts';
import type { RouteInput, RouteOutput } from './route.ts';
import { API_PREFIX, type RouteName, type Routes, routes } from './routes.ts';

/** An answer that is not a success, with the server's problem document. `status` 0: no answer came at all. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly problem: Problem;
  readonly status: number;
  constructor(problem: Problem, options?: ErrorOptions) {
    super(problem.detail, options);
    this.problem = problem;
    this.status = problem.status;
  }
  get code(): string {
    return this.problem.code;
  }
  get hint(): string | undefined {
    return this.problem.hint;
  }
}

export interface ClientOptions {
  /** Origin of the control plane, without `/api/v1`; '' for the page's own. */
  baseUrl: string;
  /** An API token, or what makes one for each call. */
  token?: string | (() => Promise<string | undefined>) | undefined;
  fetch?: typeof fetch;
  headers?: Record<string, string>;
}

export interface CallOptions {
  signal?: AbortSignal | undefined;
}

export type Client = <N extends RouteName>(
  name: N,
  input: RouteInput<Routes[N]>,
  options?: CallOptions,
) => Promise<RouteOutput<Routes[N]>>;

/** Path with parameters filled in and the query appended; undefined and null values are left out. */
export function routePath(name: RouteName, input: { params?: object; query?: object } = {}): string {
  const route = routes[name];
  const params = (input.params ?? {}) as Record<string, unknown>;
  const path = route.path.replace(/\{(\w+)\}/g, (_, key: string) => encodeURIComponent(String(params[key])));
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(input.query ?? {})) {
    if (value !== undefined && value !== null) search.set(key, String(value));
  }
  const query = search.toString();
  return `${'root' in route ? '' : API_PREFIX}${path}${query ? `?${query}` : ''}`;
}

/**
 * Makes a client. Answers are trusted to have their schema's shape (the server enforces it); errors become `ApiError`.
 */
export function createClient(options: ClientOptions): Client {
  const doFetch = options.fetch ?? fetch;
  return async (name, input, callOptions = {}) => {
    const route = routes[name];
    const parts = input as { params?: object; query?: object; body?: unknown };
    const headers: Record<string, string> = { accept: 'application/json', 'x-pharos-client': '1', ...options.headers };
    const token = typeof options.token === 'function' ? await options.token() : options.token;
    if (token) headers.authorization = `Bearer ${token}`;
    if (parts.body !== undefined) headers['content-type'] = 'application/json';
    let response: Response;
    try {
      response = await doFetch(options.baseUrl + routePath(name, parts), {
        method: route.method,
        headers,
        ...(parts.body === undefined ? {} : { body: JSON.stringify(parts.body) }),
        ...(callOptions.signal ? { signal: callOptions.signal } : {}),
      });
    } catch (error) {
      if (callOptions.signal?.aborted) throw error;
      throw new ApiError(unreachable(options.baseUrl), { cause: error });
    }
    if (!response.ok) throw new ApiError(await readProblem(response));
    if (response.status === 204) return undefined as never;
    const isText = 'produces' in route && route.produces !== undefined;
    return (isText ? await response.text() : await response.json()) as never;
  };
}

function unreachable(baseUrl: string): Problem {
  return {
    type: 'about:blank',
    status: 0,
    code: 'control-plane-unreachable',
    title: 'Pharos does not answer',
    detail: `No answer from ${baseUrl || 'Pharos'}.`,
    hint: 'Check that the server runs and that the address is right.',
  };
}

async function readProblem(response: Response): Promise<Problem> {
  const parsed = Problem.safeParse(await response.json().catch(() => null));
  if (parsed.success) return parsed.data;
  return {
    type: 'about:blank',
    status: response.status,
    code: 'unexpected-answer',
    title: 'Unexpected answer',
    detail: `The server answered ${response.status} without a problem document.`,
    hint: 'Is something else, such as a proxy, answering at this address?',
  };
}
