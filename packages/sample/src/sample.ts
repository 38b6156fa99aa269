import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answer, type Repositories } from './answer.ts';
import { buildRepository } from './build-image.ts';
import type { RepositoryKind } from './image-spec.ts';
import { REPOSITORIES } from './repositories.ts';

/** Where the sample listens. */
export type SampleOptions = {
  /** TCP port; 0 (the default) takes a free one. */
  port?: number;
  host?: '127.0.0.1';
};

/** What a first start can tell its user about a repository before it is scanned. */
export type SampleRepository = { name: string; description: string; kind: RepositoryKind };

/** A running sample registry. */
export type Sample = {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  url: string;
  port: number;
  repositories: SampleRepository[];
  /** Ends open connections too; safe to call twice. */
  close(): Promise<void>;
};

/** `sample-port-taken` or `sample-cannot-listen`. */
export class SampleError extends Error {
  readonly code: string;
  readonly hint: string;

  constructor(code: string, message: string, hint: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SampleError';
    this.code = code;
    this.hint = hint;
  }
}

/**
 * Starts the sample registry on loopback: real OCI distribution protocol, read-only, no sign-in, metadata only (no
 * layer has bytes). Its digests are the same on each start.
 *
 * @throws SampleError when the port cannot be had.
 */
export async function startSample(options: SampleOptions = {}): Promise<Sample> {
  const repositories: Repositories = new Map(REPOSITORIES.map((spec) => [spec.name, buildRepository(spec)]));
  const server = createServer((request, response) => {
    const { status, headers, body } = answer(repositories, {
      method: request.method ?? 'GET',
      target: request.url ?? '/',
      headers: request.headers,
    });
    const length = status === 304 ? {} : { 'Content-Length': body.length };
    response.writeHead(status, { 'Docker-Distribution-Api-Version': 'registry/2.0', ...headers, ...length });
    response.end(body);
  });
  const port = await listen(server, options.port ?? 0, options.host ?? '127.0.0.1');
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    repositories: REPOSITORIES.map(({ name, description, kind }) => ({ name, description, kind })),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const taken = cause.code === 'EADDRINUSE';
      reject(
        new SampleError(
          taken ? 'sample-port-taken' : 'sample-cannot-listen',
          taken ? `Port ${port} on ${host} is in use.` : `The sample registry cannot listen on ${host}:${port}.`,
          'Leave the port out to take a free one.',
          { cause },
        ),
      );
    });
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}
