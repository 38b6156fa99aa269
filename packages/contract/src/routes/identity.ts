/** The route table: set-up, sessions and tokens. */
import { PageQuery, page } from '../page.ts';
import type { Route } from '../route.ts';
import { Session, Setup, SetupState, SignIn } from '../session.ts';
import { Token, TokenCreated, TokenInput } from '../token.ts';
import { ById, get, post, remove } from './parts.ts';

export const identityRoutes = {
  getSetup: {
    ...get,
    path: '/setup',
    permission: 'public',
    group: 'identity',
    summary: 'Whether the first administrator exists',
    response: SetupState,
  },
  setup: {
    ...post,
    path: '/setup',
    permission: 'public',
    audit: 'setup',
    group: 'identity',
    summary: 'Create the first administrator with the one-time link',
    body: Setup,
    response: Session,
  },
  signIn: {
    ...post,
    path: '/session',
    permission: 'public',
    audit: 'session.sign-in',
    group: 'identity',
    summary: 'Sign in',
    body: SignIn,
    response: Session,
  },
  getSession: {
    ...get,
    path: '/session',
    permission: 'session',
    group: 'identity',
    summary: 'Who is asking',
    response: Session,
  },
  signOut: {
    ...remove,
    path: '/session',
    permission: 'session',
    audit: 'session.sign-out',
    group: 'identity',
    summary: 'Sign out',
  },
  listTokens: {
    ...get,
    path: '/tokens',
    permission: 'tokens:manage',
    group: 'identity',
    summary: 'API tokens',
    query: PageQuery,
    response: page(Token),
  },
  createToken: {
    ...post,
    path: '/tokens',
    permission: 'tokens:manage',
    audit: 'token.create',
    group: 'identity',
    summary: 'Create an API token, shown this once',
    body: TokenInput,
    response: TokenCreated,
  },
  deleteToken: {
    ...remove,
    path: '/tokens/{id}',
    permission: 'tokens:manage',
    audit: 'token.delete',
    group: 'identity',
    summary: 'Revoke a token',
    params: ById,
  },
} as const satisfies Record<string, Route>;
