/** The HTTP application: plugins, the order of checks, the route table, the UI, and the form of every error. */
import { randomUUID } from 'node:crypto';
import compress from '@fastify/compress';
import cookie from '@fastify/cookie';
import { type Route, routes } from '@pharos/contract';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import type { Context } from './context.ts';
import { createHandlers } from './handlers.ts';
import { CONTENT_SECURITY_HEADERS } from './headers.ts';
import type { OriginPolicy } from './identity/origin.ts';
import { pathOf } from './log.ts';
import { describeApi } from './openapi.ts';
import { asProblemError, ProblemError, toProblem } from './problem.ts';
import { fullPath, mountRoutes } from './route.ts';
import { CONTENT_SECURITY_POLICY, mountStaticUi } from './static-ui.ts';

/** Longest parameter in a path: a sha512 digest. */
const MAX_PARAM_LENGTH = 300;

/** What the application is built from. */
export interface AppOptions {
  readonly context: Context;
  readonly origin: OriginPolicy;
  readonly https: boolean;
  readonly webDir: string | undefined;
}

/** Builds the application; the caller listens. */
export async function buildApp(options: AppOptions): Promise<FastifyInstance> {
  const { context } = options;
  const app = Fastify({
    loggerInstance: context.log,
    logController: new Fastify.LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    // Labels of a hostile image may be called __proto__: the key is dropped, the report is not refused.
    onProtoPoisoning: 'remove',
    onConstructorPoisoning: 'remove',
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    requestTimeout: 120_000,
    frameworkErrors: (error, request, reply) => sendProblem(error, request, reply as unknown as FastifyReply),
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.decorateRequest('principal', null);
  app.removeContentTypeParser('text/plain');
  observe(app, context);
  guard(app, options);
  app.setErrorHandler((thrown, request, reply) => {
    context.denials.note(asProblemError(thrown), request);
    return sendProblem(thrown, request, reply);
  });
  await app.register(cookie);
  await app.register(compress, { encodings: ['gzip'], threshold: 1024 });
  await describeApi(app, context.version);
  const sendPage = await mountStaticUi(app, options.webDir);
  app.setNotFoundHandler((request, reply) => {
    const problem = methodProblem(request);
    return problem === null
      ? (sendPage(request, reply) ?? nothingHere(request, reply))
      : sendProblem(problem, request, reply);
  });
  app.after(() => mountRoutes(app, context, routes, createHandlers(context)));
  return app;
}

/** Counts and logs every answer, with its request id and without what was in it. */
function observe(app: FastifyInstance, { metrics }: Context): void {
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.config.routeName ?? 'ui';
    metrics.request(route, request.method, reply.statusCode, reply.elapsedTime / 1000);
    const line = {
      req: request,
      who: request.principal?.name,
      route,
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime),
    };
    // A page opened is no news, nor is an agent at work; changes by people and refusals are.
    const isQuiet = request.method === 'GET' || route.startsWith('agent');
    if (isQuiet && reply.statusCode < 400) request.log.debug(line, 'answered');
    else request.log.info(line, 'answered');
  });
}

/** What is checked before any route: headers, stopping, other sites. */
function guard(app: FastifyInstance, { context, origin, https }: AppOptions): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.headers({ ...CONTENT_SECURITY_HEADERS, 'content-security-policy': CONTENT_SECURITY_POLICY });
    reply.header('x-request-id', request.id);
    if (https) reply.header('strict-transport-security', 'max-age=31536000');
    const path = pathOf(request.url);
    if (path.startsWith('/api/')) reply.header('cache-control', 'no-store');
    if (path === '/healthz') return;
    if (context.stopping.aborted) {
      reply.header('connection', 'close');
      throw new ProblemError('stopping', 'Pharos is stopping.', { headers: { 'retry-after': '5' } });
    }
    // Who posts to such a route proves itself by a secret; there is no cookie that another site could use.
    if (request.routeOptions.config.isRaw) return;
    origin.checkHost(request);
    origin.checkOrigin(request);
  });
}

/** Sends an error as problem details. The text is sent as it is: no schema of a success may touch it. */
function sendProblem(thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const error = asProblemError(thrown);
  if (error.status >= 500 && error.code !== 'stopping') {
    request.log.error({ err: error.cause ?? error, code: error.code }, error.message);
  }
  reply.removeHeader('content-length');
  reply.removeHeader('etag');
  return reply
    .code(error.status)
    .headers(error.headers)
    .header('x-request-id', request.id)
    .header('cache-control', 'no-store')
    .type('application/problem+json; charset=utf-8')
    .send(JSON.stringify(toProblem(error, request.id)));
}

function nothingHere(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const error = new ProblemError('not-found', 'There is nothing at this address.', {
    hint: 'See /api/v1/openapi.json.',
  });
  return sendProblem(error, request, reply);
}

const TABLE = Object.values<Route>(routes).map((route) => ({
  method: route.method,
  path: new RegExp(
    `^${fullPath(route)
      .replace(/[.]/g, '\\.')
      .replace(/\{\w+\}/g, '[^/]+')}$`,
  ),
}));

/** 405 when the address exists with other methods; null when it does not exist. */
function methodProblem(request: FastifyRequest): ProblemError | null {
  const path = pathOf(request.url);
  const methods = TABLE.filter((line) => line.path.test(path)).map((line) => line.method);
  if (methods.length === 0) return null;
  const allow = methods.join(', ');
  return new ProblemError('method-not-allowed', `This address takes ${allow}.`, { headers: { allow } });
}
