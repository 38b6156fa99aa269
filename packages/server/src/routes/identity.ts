import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Context } from '../context.ts';
import type { OpenedSession, Visitor } from '../identity/identity.ts';
import { type Principal, toSession } from '../identity/principal.ts';
import { createToken, rotateToken } from '../identity/tokens.ts';
import { found, ProblemError } from '../problem.ts';
import type { Handlers } from '../route.ts';

type Names =
  | 'getSetup'
  | 'setup'
  | 'signIn'
  | 'signInByLink'
  | 'startOidc'
  | 'finishOidc'
  | 'getSession'
  | 'signOut'
  | 'changePassword'
  | 'listOwnSessions'
  | 'endOwnSession'
  | 'endOtherSessions'
  | 'listSessions'
  | 'endSession'
  | 'listTokens'
  | 'createToken'
  | 'rotateToken'
  | 'deleteToken';

/** Setup, the ways in, sessions, API tokens. */
export function identityHandlers({ identity, reader, store, now }: Context): Pick<Handlers, Names> {
  const cookie = { path: '/', httpOnly: true, sameSite: 'lax', secure: identity.secureCookie } as const;
  const attemptCookie = identity.secureCookie ? '__Host-pharos-oidc' : 'pharos_oidc';

  function open(reply: FastifyReply, { principal, secret }: OpenedSession) {
    const expires = new Date(principal.expiresAt as string);
    reply.setCookie(identity.cookieName, secret, { ...cookie, expires });
    return toSession(principal);
  }

  function known(principal: Principal | null): Principal {
    if (principal === null) throw new ProblemError('unauthenticated', 'Nobody is signed in.');
    return principal;
  }

  function person(principal: Principal | null): { userId: string; sessionSha256: string } {
    const { userId, sessionSha256 } = known(principal);
    if (userId !== null && sessionSha256 !== undefined) return { userId, sessionSha256 };
    throw new ProblemError('invalid-input', 'A token has no sessions.', { hint: 'Sign in with a browser.' });
  }

  return {
    getSetup: async () => ({
      done: await identity.setupDone(),
      oidc: identity.oidc && { name: identity.oidc.name },
    }),
    setup: async ({ body, request, reply }) => open(reply, await identity.setup(body, visitor(request))),
    signIn: async ({ body, request, reply }) => open(reply, await identity.signIn(body, visitor(request))),
    signInByLink: async ({ body, request, reply }) => open(reply, await identity.signInByLink(body, visitor(request))),
    startOidc: async ({ request, reply }) => {
      identity.limitCaller(visitor(request));
      const { oidc } = identity;
      if (oidc === null) throw new ProblemError('not-found', 'No identity provider is configured.');
      const { url, attempt, expires } = await oidc.start(`${identity.baseUrl()}/sign-in/callback`);
      reply.setCookie(attemptCookie, attempt, { ...cookie, expires });
      return { url };
    },
    finishOidc: async ({ body, request, reply }) => {
      identity.limitCaller(visitor(request));
      // An attempt is good for one return, however it ends.
      reply.clearCookie(attemptCookie, cookie);
      return open(reply, await identity.signInByOidc(body.query, request.cookies[attemptCookie], visitor(request)));
    },
    getSession: async ({ principal }) => toSession(known(principal)),
    signOut: async ({ principal, reply }) => {
      await identity.signOut(known(principal));
      reply.clearCookie(identity.cookieName, cookie);
      return undefined;
    },
    changePassword: async ({ body, principal, request }) => {
      await identity.changePassword(known(principal), body, visitor(request));
      return undefined;
    },
    // Sessions are not of the library: a reader of a part has them as everybody.
    listOwnSessions: async ({ query, principal }) => {
      const { userId, sessionSha256 } = known(principal);
      if (userId === null || sessionSha256 === undefined) return { items: [], next: null, total: 0 };
      return reader.whole.sessions.list({ ...query, userId }, sessionSha256, now());
    },
    endOwnSession: async ({ params, principal }) => {
      found((await store.sessions.end(params.id, person(principal).userId)) || null, 'The session');
      return undefined;
    },
    endOtherSessions: async ({ principal }) => {
      const { userId, sessionSha256 } = person(principal);
      await store.sessions.endOthers(userId, sessionSha256);
      return undefined;
    },
    listSessions: ({ query, principal }) => store.sessions.list(query, known(principal).sessionSha256 ?? null, now()),
    endSession: async ({ params }) => {
      found((await store.sessions.end(params.id)) || null, 'The session');
      return undefined;
    },
    listTokens: ({ query }) => store.tokens.list(query, now()),
    createToken: ({ body, principal }) => createToken(store, body, known(principal), now()),
    rotateToken: ({ params, body }) => rotateToken(store, params.id, body, now()),
    deleteToken: async ({ params }) => {
      found((await store.tokens.remove(params.id)) || null, 'The token');
      return undefined;
    },
  };
}

function visitor(request: FastifyRequest): Visitor {
  const { 'user-agent': userAgent = null } = request.headers;
  return { address: request.ip, userAgent };
}
