import type { FastifyBaseLogger, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';

/** Names whose values never reach a log, wherever somebody puts them. Bodies are not logged at all. */
const SECRET_NAMES = ['authorization', 'cookie', 'set-cookie', 'password', 'token', 'secret', 'access_key', 'config'];

/** Only the path of an address: a query may hold what people search for. */
export function pathOf(url: string): string {
  return url.split('?', 1)[0] ?? '';
}

/** The path as it may be logged: the secret in the address of a receiver is hidden, also in one that was mistyped. */
function loggedPath(request: FastifyRequest): string {
  const path = pathOf(request.url);
  const { secret } = (request.params ?? {}) as { secret?: string };
  if (secret !== undefined) return `${path.slice(0, path.lastIndexOf('/'))}/[hidden]`;
  return path.replace(/(\/hooks\/+[^/]*\/).+$/i, '$1[hidden]');
}

/** A child of the given logger that leaves secrets out and knows how to write requests and errors. */
export function createServerLog(log: Logger): FastifyBaseLogger {
  const paths = SECRET_NAMES.flatMap((name) => [`["${name}"]`, `*["${name}"]`, `*.*["${name}"]`]);
  const serializers = {
    req: (request: FastifyRequest) => ({ method: request.method, path: loggedPath(request), address: request.ip }),
  };
  return log.child({}, { redact: { paths, censor: '[hidden]' }, serializers }) as unknown as FastifyBaseLogger;
}
