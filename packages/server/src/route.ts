/** Mounts the route table. There is no other way to add an address to the API. */
import {
  API_PREFIX,
  PERMISSIONS,
  Problem,
  type Route,
  type RouteOutput,
  type Routes,
  SCOPED_PERMISSIONS,
  withoutSecrets,
} from '@pharos/contract';
import { covers, type Place, reachOf } from '@pharos/library';
import type { FastifyInstance, FastifyReply, FastifyRequest, FastifySchema } from 'fastify';
import { z } from 'zod';
import { type AuditedCall, runAudited } from './audit/audited-route.ts';
import type { Context } from './context.ts';
import { ServerError } from './errors.ts';
import type { Principal } from './identity/principal.ts';
import { ProblemError, unsupportedMediaType } from './problem.ts';
import { isOfImages, isOnePlaceEnough, isRow, noSuchRow, placesOf, type RowInput } from './row.ts';

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

/** What the routes are mounted on. */
export type RouteContext = Pick<Context, 'identity' | 'stopping' | 'running' | 'store' | 'reader' | 'now'>;
type AnyHandler = (input: HandlerInput<Route>) => Promise<unknown>;

const DEFAULT_BODY_LIMIT = 1024 * 1024;
const JSON_TYPE = /^application\/json(?:; ?charset=utf-8)?$/i;

/** Where a line of the table stands, with `{name}` for parameters. */
export function fullPath(route: Route): string {
  return `${route.root ? '' : API_PREFIX}${route.path}`;
}

/**
 * Mounts every line of a table.
 * @throws ServerError `route-incomplete` for a line without a known permission, without a handler, or with a row that cannot be checked
 */
export function mountRoutes<T extends Record<string, Route>>(
  app: FastifyInstance,
  context: RouteContext,
  table: T,
  handlers: Handlers<T>,
): void {
  for (const [name, route] of Object.entries(table)) {
    const handler = (handlers as Record<string, AnyHandler | undefined>)[name];
    if (!PERMISSIONS.includes(route.permission)) throw incomplete(name, 'no permission');
    if (handler === undefined) throw incomplete(name, 'no handler');
    if (route.row !== undefined && !isRow(route.row)) throw incomplete(name, 'a row that nothing loads');
    if (route.row !== undefined && !SCOPED_PERMISSIONS.has(route.permission)) {
      throw incomplete(name, 'a row, but a permission that is never held for a part');
    }
    const audited = withAudit(context, route, handler, readerOf(route, table, handlers));
    if (route.raw) void app.register(async (scope) => mount(takingBytes(scope), context, name, route, audited));
    else mount(app, context, name, route, audited);
  }
}

/** A handler of a route that changes something, with its entry in the audit log. */
function withAudit(context: RouteContext, route: Route, handler: AnyHandler, read: AnyHandler | null): AnyHandler {
  if (route.audit === null) return handler;
  return (input) => {
    const before = read === null ? null : () => read(input);
    const { store, now } = { store: context.reader.whole, now: context.now };
    return runAudited({ store, now }, route, input as unknown as AuditedCall, before, () => handler(input));
  };
}

/** What reads the row that a route changes: the handler of the same address by GET, where it has no query that must be given. */
function readerOf(route: Route, table: Record<string, Route>, handlers: object): AnyHandler | null {
  if (route.method !== 'PATCH' && route.method !== 'DELETE') return null;
  const found = Object.entries(table).find(
    ([, { method, path, response, query }]) =>
      method === 'GET' && path === route.path && response !== undefined && (query?.safeParse({}).success ?? true),
  );
  if (found === undefined || !route.params) return null;
  const [name, { response, query }] = found;
  const read = (handlers as Record<string, AnyHandler | undefined>)[name];
  if (read === undefined) return null;
  return async (input) => withoutSecrets(response!, await read({ ...input, query: query?.parse({}) as never }));
}

/** Bodies of any media type arrive as bytes in this scope: what is signed must not have been parsed. */
function takingBytes(scope: FastifyInstance): FastifyInstance {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  return scope;
}

function mount(app: FastifyInstance, context: RouteContext, name: string, route: Route, handler: AnyHandler): void {
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
      const input: HandlerInput<Route> = {
        params: request.params as never,
        query: request.query as never,
        body: (route.raw ? (request.body ?? Buffer.alloc(0)) : request.body) as never,
        principal: request.principal,
        request,
        reply,
        signal: AbortSignal.any([hangUp(request, reply), context.stopping]),
      };
      checkAgent(input);
      const answer = await context.running.track(runFor(context, route, input, () => handler(input)));
      if (reply.sent) return reply;
      reply.code(route.status);
      return route.status === 204 ? reply.send() : answer;
    },
  });
}

/** An agent that signs for itself speaks for itself, and for its own location. */
function checkAgent({ principal, params, query, body }: HandlerInput<Route>): void {
  const agent = principal?.agent;
  if (agent === undefined) return;
  for (const part of [params, query, body] as (Record<string, unknown> | undefined)[]) {
    const isForeign = part?.agentId !== undefined && part.agentId !== agent.id;
    const isElsewhere = part?.locationId !== undefined && part.locationId !== agent.locationId;
    if (!isForeign && !isElsewhere) continue;
    throw new ProblemError(
      'forbidden',
      isForeign ? 'The key belongs to another agent.' : `The agent joined the location ${agent.locationId}.`,
      { hint: 'Let the agent join again with a join token of the location in its file.' },
    );
  }
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
  // Also of who is refused: the log and the audit log say who it was.
  request.principal = principal;
  const reach = reachOf(principal.access, route.permission);
  // A change that names no row is nobody's part: the permission must be held everywhere.
  const isForParts = route.audit === null || route.row !== undefined;
  if (reach !== 'everywhere' && (reach.length === 0 || !isForParts))
    throw forbidden(principal, route, reach.length > 0);
}

function forbidden(principal: Principal, route: Route, isHeldSomewhere: boolean): ProblemError {
  const { grants } = principal;
  const roles = [...new Set(grants.map((grant) => grant.role))].join(', ') || 'none';
  const where = isHeldSomewhere ? `hold ${route.permission} here` : `have the permission ${route.permission}`;
  return new ProblemError('forbidden', `Your roles (${roles}) do not ${where}.`);
}

/**
 * Runs a handler for who asks. Whoever holds the permission for parts only reads through a store that shows these parts, or
 * changes a row that lies in them.
 */
async function runFor<T>(
  context: RouteContext,
  route: Route,
  { principal, params, body }: Pick<HandlerInput<Route>, 'principal' | 'params' | 'body'>,
  run: () => Promise<T>,
): Promise<T> {
  if (principal === null) return run();
  const readable = reachOf(principal.access, 'library:read');
  // What changes one's own things is checked against nothing but who one is.
  if (route.permission === 'session' && route.method !== 'GET') return run();
  const held = reachOf(principal.access, route.permission);
  if (route.audit === null) {
    // What every identity may ask is about itself; what it finds of the library is what it may read.
    const reach = route.permission === 'session' ? readable : held;
    return reach === 'everywhere' || route.permission === 'agents:report' ? run() : context.reader.readAs(reach, run);
  }
  if (held === 'everywhere' || route.row === undefined) return run();
  const input = { store: context.store, now: context.now, params: params ?? {}, body: body ?? {} };
  const places = await placesOf(route.row, input as RowInput);
  const isHeld = (place: Place) => covers(held, place);
  if (isOnePlaceEnough(route.row) ? places?.some(isHeld) : places?.every(isHeld)) return run();
  const isRead = (place: Place) => readable === 'everywhere' || covers(readable, place);
  const isSeen = (isOfImages(route.row) ? places?.some(isRead) : places?.every(isRead)) ?? false;
  throw isSeen ? forbidden(principal, route, true) : noSuchRow(route.row, places !== null);
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
