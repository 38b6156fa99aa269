/**
 * The connection to a Kubernetes API. The library of the Kubernetes project reads the kubeconfig or the service account
 * and signs in (certificates, tokens, exec plugins); requests and watches are plain HTTP from here.
 */
import { request as httpRequest } from 'node:http';
import { request as httpsRequest, type RequestOptions } from 'node:https';

/** As `dispatcher.kubernetes` of the agent's file says. */
export interface KubernetesConfig {
  /** Path of a kubeconfig; null: the service account of the pod that the agent runs in. */
  readonly kubeconfig: string | null;
  readonly context: string | null;
  /** Empty: all of them. */
  readonly namespaces: readonly string[];
}

export interface ApiRequest {
  readonly body?: unknown;
  /** Media type of the body; default JSON. */
  readonly type?: string;
  /** Media type of the answer; default JSON. */
  readonly accept?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

/** What the rest of this folder needs of a Kubernetes API. */
export interface KubernetesApi {
  /** The answer's JSON. @throws KubernetesError */
  call(method: string, path: string, request?: ApiRequest): Promise<KubeObject>;
  /** Calls back for each line of the answer until it ends. @throws KubernetesError when it cannot begin or breaks */
  lines(
    path: string,
    query: Readonly<Record<string, string>>,
    onLine: (line: string) => void,
    signal: AbortSignal,
  ): Promise<void>;
}

/** JSON from the API; what is in it is nobody's promise. */
// biome-ignore lint/suspicious/noExplicitAny: objects of any kind, of any operator
export type KubeObject = Record<string, any>;

/** An answer that is none of success, or none at all (`status` 0). */
export class KubernetesError extends Error {
  readonly status: number;
  /** `Conflict`, `NotFound` …; `Unreachable` without an answer. */
  readonly reason: string;
  readonly causes: readonly { reason?: string; message?: string; field?: string }[];
  readonly details: KubeObject;

  constructor(status: number, body: KubeObject, message: string) {
    super(message);
    this.name = 'KubernetesError';
    this.status = status;
    this.reason = typeof body.reason === 'string' ? body.reason : status === 0 ? 'Unreachable' : 'Unknown';
    this.details = typeof body.details === 'object' && body.details !== null ? body.details : {};
    this.causes = Array.isArray(this.details.causes) ? this.details.causes : [];
  }
}

const TIMEOUT_MS = 30_000;
const MAX_BYTES = 64 * 1024 * 1024;
const MAX_LINE = 4 * 1024 * 1024;
/** A watch says something at least so often: its bookmarks come about once a minute. */
const SILENT_MS = 300_000;

/** Reads the configuration. @throws Error with a sentence when there is none */
export async function connectKubernetes(config: KubernetesConfig): Promise<KubernetesApi> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  const kube = new KubeConfig();
  if (config.kubeconfig !== null) kube.loadFromFile(config.kubeconfig);
  else if (process.env.KUBERNETES_SERVICE_HOST) kube.loadFromCluster();
  else throw new Error('The agent runs in no pod, and dispatcher.kubernetes names no kubeconfig.');
  if (config.context !== null) kube.setCurrentContext(config.context);
  const server = kube.getCurrentCluster()?.server;
  if (server === undefined) throw new Error('The kubeconfig names no cluster for its context.');
  return httpApi(server, (options) => kube.applyToHTTPSOptions(options));
}

/** An API at an address; `signIn` adds what authenticates to the options of each request. */
function httpApi(server: string, signIn: (options: RequestOptions) => Promise<void>): KubernetesApi {
  const open = async (
    method: string,
    path: string,
    { body, type, accept = 'application/json', query, signal }: ApiRequest,
    timeout: number,
  ) => {
    const url = new URL(server.replace(/\/$/, '') + path);
    for (const [name, value] of Object.entries(query ?? {})) url.searchParams.set(name, value);
    const text = body === undefined ? undefined : JSON.stringify(body);
    const isTls = url.protocol === 'https:';
    const options: RequestOptions = { method, signal, headers: { accept }, timeout };
    if (isTls) await signIn(options);
    if (text !== undefined) {
      const own = { 'content-type': type ?? 'application/json', 'content-length': String(Buffer.byteLength(text)) };
      options.headers = { ...options.headers, ...own } as Record<string, string>;
    }
    return new Promise<import('node:http').IncomingMessage>((resolve, reject) => {
      const sent = (isTls ? httpsRequest : httpRequest)(url, options, resolve);
      sent.once('timeout', () => sent.destroy(new Error('it did not answer in time')));
      sent.once('error', reject);
      sent.end(text);
    });
  };
  return {
    call: async (method, path, request = {}) => {
      try {
        const response = await open(method, path, request, TIMEOUT_MS);
        const text = await textOf(response);
        const body = parse(text);
        const status = response.statusCode ?? 0;
        if (status >= 200 && status < 300) return body;
        throw new KubernetesError(status, body, String(body.message ?? text).slice(0, 2_000));
      } catch (error) {
        throw asKubernetesError(error, request.signal);
      }
    },
    lines: async (path, query, onLine, signal) => {
      try {
        const response = await open('GET', path, { query, signal }, SILENT_MS);
        if (response.statusCode !== 200) {
          const text = await textOf(response);
          throw new KubernetesError(response.statusCode ?? 0, parse(text), text.slice(0, 2_000));
        }
        let rest = '';
        response.setEncoding('utf8');
        for await (const chunk of response) {
          const parts = (rest + chunk).split('\n');
          rest = parts.pop() ?? '';
          if (rest.length > MAX_LINE) throw new Error('one object is too large');
          for (const line of parts) if (line !== '') onLine(line);
        }
      } catch (error) {
        throw asKubernetesError(error, signal);
      }
    },
  };
}

async function textOf(response: import('node:http').IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    size += (chunk as Buffer).length;
    if (size > MAX_BYTES) throw new Error('the answer is too large');
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parse(text: string): KubeObject {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as KubeObject) : {};
  } catch {
    return {};
  }
}

function asKubernetesError(error: unknown, signal: AbortSignal | undefined): unknown {
  if (error instanceof KubernetesError || signal?.aborted) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  return new KubernetesError(0, {}, `The Kubernetes API does not answer (${code ?? message}).`);
}
