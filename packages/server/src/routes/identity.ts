import type { FastifyReply } from 'fastify';
import type { Context } from '../context.ts';
import type { OpenedSession } from '../identity/identity.ts';
import { type Principal, toSession } from '../identity/principal.ts';
import { ProblemError } from '../problem.ts';
import type { Handlers } from '../route.ts';

type Names = 'getSetup' | 'setup' | 'signIn' | 'getSession' | 'signOut' | 'listTokens' | 'createToken' | 'deleteToken';

/** Setup, sessions, API tokens. */
export function identityHandlers({ identity }: Context): Pick<Handlers, Names> {
  const cookie = { path: '/', httpOnly: true, sameSite: 'lax', secure: identity.secureCookie } as const;

  function open(reply: FastifyReply, { principal, secret }: OpenedSession) {
    const expires = new Date(principal.expiresAt as string);
    reply.setCookie(identity.cookieName, secret, { ...cookie, expires });
    return toSession(principal);
  }

  return {
    getSetup: async () => ({ done: await identity.setupDone() }),
    setup: async ({ body, request, reply }) => open(reply, await identity.setup(body, request.ip)),
    signIn: async ({ body, request, reply }) => open(reply, await identity.signIn(body, request.ip)),
    getSession: async ({ principal }) => toSession(known(principal)),
    signOut: async ({ principal, reply }) => {
      await identity.signOut(known(principal));
      reply.clearCookie(identity.cookieName, cookie);
      return undefined;
    },
    listTokens: ({ query }) => identity.listTokens(query),
    createToken: ({ body, principal }) => identity.createToken(body, known(principal)),
    deleteToken: async ({ params }) => {
      await identity.removeToken(params.id);
      return undefined;
    },
  };
}

function known(principal: Principal | null): Principal {
  if (principal === null) throw new ProblemError('unauthenticated', 'Nobody is signed in.');
  return principal;
}
