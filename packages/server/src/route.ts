/** Mounts the route table. There is no other way to add an address to the API. */
import { API_PREFIX, PERMISSIONS, Problem, type Route, type RouteOutput, type Routes, roleMay } from '@pharos/contract';
import type { FastifyInstance, FastifyReply, FastifyRequest, FastifySchema } from 'fastify';
import { z } from 'zod';
import type { Context } from './context.ts';
import { ServerError } from './errors.ts';
import type { Principal } from './identity/principal.ts';
import { ProblemError, unsupportedMediaType } from './problem.ts';

type Output<T> = T extends z.ZodType ? z.output<T> : undefined;

/** What a handler gets: input that the table's schemas have checked, and who asks (null on public routes). */
export interface HandlerInput<R extends Route> {
  readonly params: Output<R['params']>;
  readonly query: Output<R['query']>;
  /** The bytes as they came where the table says `raw`. */
  readonly body: R['raw'] extends true ? Buffer : Output<R['body']>;
  readonly principal: Principal | null;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  /** Aborts when the caller hangs up or the server stops. */
  readonly signal: AbortSignal;
}

/** Answers the success body; the schema of the table is enforced on it. Throws ProblemError or StoreError for the rest. */
export type Handler<R extends Route> = (input: HandlerInput<R>) => Promise<RouteOutput<R>>;

/** One handler for each line of the table: a missing one is a type error, and an error at the start. */
export type Handlers<T extends Record<string, Route> = Routes> = { readonly [N in keyof T]: Handler<T[N]> };

type AnyHandler = (input: HandlerInput<Route>) => Promise<unknown>;

const DEFAULT_BODY_LIMIT = 1024 * 1024;
const JSON_TYPE = /^application\/json(?:; ?charset=utf-8)?$/i;

/** Where a line of the table stands, with `{name}` for parameters. */
export function fullPath(route: Route): string {
  return `${route.root ? '' : API_PREFIX}${route.path}`;
}

/**
 * Mounts every line of a table.
 * @throws ServerError `route-incomplete` for a line without a known permission, or without a handler
 */
export function mountRoutes<T extends Record<string, Route>>(
  app: FastifyInstance,
  context: Pick<Context, 'identity' | 'stopping' | 'running'>,
  table: T,
  handlers: Handlers<T>,
): void {
  for (const [name, route] of Object.entries(table)) {
    const handler = (handlers as Record<string, AnyHandler | undefined>)[name];
    if (!PERMISSIONS.includes(route.permission)) throw incomplete(name, 'no permission');
    if (handler === undefined) throw incomplete(name, 'no handler');
    if (route.raw) void app.register(async (scope) => mount(takingBytes(scope), context, name, route, handler));
    else mount(app, context, name, route, handler);
  }
}

/** Bodies of any media type arrive as bytes in this scope: what is signed must not have been parsed. */
function takingBytes(scope: FastifyInstance): FastifyInstance {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  return scope;
}

function mount(
  app: FastifyInstance,
  context: Pick<Context, 'identity' | 'stopping' | 'running'>,
  name: string,
  route: Route,
  handler: AnyHandler,
): void {
  app.route({
    method: route.method,
    url: fullPath(route).replace(/\{(\w+)\}/g, ':$1'),
    schema: schemaOf(name, route),
    bodyLimit: route.bodyLimit ?? DEFAULT_BODY_LIMIT,
    exposeHeadRoute: route.method === 'GET' && !route.produces,
    config: { routeName: name, isRaw: route.raw === true },
    // Before the body is read: who may not do it does not get to send one either.
    onRequest: async (request) => {
      await authorise(context, request, route);
      if (route.body && !JSON_TYPE.test(request.headers['content-type'] ?? '')) throw unsupportedMediaType();
    },
    handler: async (request, reply) => {
      const answer = await context.running.track(
        handler({
          params: request.params as never,
          query: request.query as never,
          body: (route.raw ? (request.body ?? Buffer.alloc(0)) : request.body) as never,
          principal: request.principal,
          request,
          reply,
          signal: AbortSignal.any([hangUp(request, reply), context.stopping]),
        }),
      );
      if (reply.sent) return reply;
      reply.code(route.status);
      return route.status === 204 ? reply.send() : answer;
    },
  });
}

async function authorise(context: Pick<Context, 'identity'>, request: FastifyRequest, route: Route): Promise<void> {
  if (route.permission === 'public') return;
  const principal = await context.identity.authenticate(request);
  if (principal === null) {
    const sent = request.headers.authorization !== undefined || request.headers.cookie !== undefined;
    throw new ProblemError(
      'unauthenticated',
      sent ? 'The session or token is not valid, or no longer.' : 'Nobody is signed in.',
      { headers: { 'www-authenticate': 'Bearer realm="pharos"' } },
    );
  }
  if (!roleMay(principal.role, route.permission)) {
    throw new ProblemError('forbidden', `The role ${principal.role} does not have the permission ${route.permission}.`);
  }
  request.principal = principal;
}

function hangUp(request: FastifyRequest, reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) controller.abort();
  });
  if (request.raw.destroyed && !request.raw.complete) controller.abort();
  return controller.signal;
}

function schemaOf(name: string, route: Route): FastifySchema {
  const problem = { description: 'Problem details', content: { 'application/problem+json': { schema: Problem } } };
  const success = route.produces
    ? { description: route.produces, content: { [route.produces]: { schema: z.string() } } }
    : (route.response ?? z.undefined().meta({ description: 'Done' }));
  return {
    operationId: name,
    summary: route.summary,
    tags: [route.group],
    description: describe(route),
    security: route.permission === 'public' ? [] : [{ bearer: [] }, { session: [] }],
    ...(route.params ? { params: route.params } : {}),
    ...(route.query ? { querystring: route.query } : {}),
    ...(route.body ? { body: route.body } : {}),
    response: { [route.status]: success, '4xx': problem, '5xx': problem },
  } as FastifySchema;
}

function describe(route: Route): string {
  const needs = route.permission === 'public' ? 'Needs no identity.' : `Needs the permission \`${route.permission}\`.`;
  return route.produces ? `${needs} Answers ${route.produces}.` : needs;
}

function incomplete(name: string, what: string): ServerError {
  return new ServerError(
    'route-incomplete',
    `The route ${name} has ${what}.`,
    'Complete it in the route table or its handlers.',
  );
}

declare module 'fastify' {
  interface FastifyRequest {
    principal: Principal | null;
  }
  interface FastifyContextConfig {
    routeName?: string;
    /** The route takes bytes and proves its caller itself. */
    isRaw?: boolean;
  }
}
