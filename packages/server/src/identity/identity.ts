/** Who is asking, and the ways in: setup link, password, session cookie, API token. */
import { randomUUID } from 'node:crypto';
import type { Page, PageQuery, Setup, SignIn, Token, TokenCreated, TokenInput } from '@pharos/contract';
import type { Store } from '@pharos/store';
import type { FastifyRequest } from 'fastify';
import { notFound, ProblemError } from '../problem.ts';
import { hashPassword, verifyPassword } from './password.ts';
import type { Principal } from './principal.ts';
import { createRateLimit } from './rate-limit.ts';
import { equalSecret, looksLikeToken, newSecret, newToken, sha256, tokenPrefix } from './secret.ts';
import { createSessionIdle } from './session-idle.ts';
import { createSetupLink, type SetupLink } from './setup-link.ts';

const DAY_MS = 86_400_000;
const SESSION_MS = 7 * DAY_MS;
const TOKEN_DEFAULT_DAYS = 30;
const TOKEN_MAX_DAYS = 365;
const MINUTE_MS = 60_000;

/** A session that was just opened, with the secret for its cookie. */
export interface OpenedSession {
  readonly principal: Principal;
  readonly secret: string;
}

/** The ways in, and who came in by them. */
export interface Identity {
  readonly cookieName: string;
  readonly secureCookie: boolean;
  /** The setup link of this start; null once an administrator exists. */
  setupLink(): string | null;
  setupDone(): Promise<boolean>;
  /** Makes the first administrator. Throws `setup-done`, `setup-link-invalid`, `rate-limited`. */
  setup(input: Setup, address: string): Promise<OpenedSession>;
  /** Throws `wrong-credentials`, the same in words and time for unknown users, and `rate-limited`. */
  signIn(input: SignIn, address: string): Promise<OpenedSession>;
  signOut(principal: Principal): Promise<void>;
  /** Who asks; null: nobody we know. A bearer token that is wrong is not helped by a cookie that is right. */
  authenticate(request: FastifyRequest): Promise<Principal | null>;
  createToken(input: TokenInput, by: Principal): Promise<TokenCreated>;
  listTokens(query: PageQuery): Promise<Page<Token>>;
  removeToken(id: string): Promise<void>;
  /** Token of the agent inside this process: in memory only, another one at each start. */
  embeddedToken(): string;
}

/** What the identity of a server is made from. */
export interface IdentityOptions {
  readonly store: Store;
  readonly now: () => Date;
  readonly adminToken: string | undefined;
  /** Whether people reach the server by https, so that cookies are Secure and bound to the host. */
  readonly https: boolean;
}

/** Makes the identity of a server. Call `offerSetup` once its address is known. */
export function createIdentity(options: IdentityOptions): Identity & { offerSetup(baseUrl: string): Promise<void> } {
  const { store, now } = options;
  const cookieName = options.https ? '__Host-pharos' : 'pharos_session';
  const embedded = newToken();
  const idle = createSessionIdle(now);
  const perName = createRateLimit(5, MINUTE_MS, now);
  const perAddress = createRateLimit(30, MINUTE_MS, now);
  let link: SetupLink | null = null;
  let setupTurn: Promise<unknown> = Promise.resolve();

  function limit(address: string, name: string): string {
    const key = JSON.stringify([address, name]);
    const seconds = Math.max(perAddress.attempt(address), perName.attempt(key));
    if (seconds === 0) return key;
    throw new ProblemError('rate-limited', 'There were too many attempts to sign in.', {
      hint: `Wait ${seconds} seconds and try again.`,
      headers: { 'retry-after': String(seconds) },
    });
  }

  async function openSession(user: { id: string; name: string; role: Principal['role'] }): Promise<OpenedSession> {
    const secret = newSecret();
    const sessionSha256 = sha256(secret);
    const expiresAt = new Date(now().getTime() + SESSION_MS);
    await store.users.createSession({ sha256: sessionSha256, userId: user.id, expiresAt }, now());
    idle.use(sessionSha256);
    const { name, role } = user;
    const principal = { name, role, kind: 'session', expiresAt: expiresAt.toISOString(), sessionSha256 } as const;
    return { secret, principal: { ...principal, userId: user.id } };
  }

  async function firstAdministrator(input: Setup): Promise<OpenedSession> {
    if ((await store.users.count()) > 0) throw new ProblemError('setup-done', 'An administrator exists already.');
    if (!link?.fits(input.token)) {
      throw new ProblemError(
        'setup-link-invalid',
        'The setup link is not the one of this start, or older than an hour.',
      );
    }
    const user = { id: randomUUID(), name: input.username, role: 'admin' as const };
    await store.users.create({ ...user, passwordHash: await hashPassword(input.password) }, now());
    link = null;
    return openSession(user);
  }

  async function byBearer(header: string): Promise<Principal | null> {
    const token = /^Bearer +([^\s]{1,512})$/i.exec(header)?.[1];
    if (token === undefined) return null;
    if (options.adminToken && equalSecret(token, options.adminToken)) {
      return { name: 'PHAROS_ADMIN_TOKEN', role: 'admin', kind: 'environment-token', expiresAt: null };
    }
    if (!looksLikeToken(token)) return null;
    if (equalSecret(token, embedded)) return { name: 'embedded agent', role: 'agent', kind: 'token', expiresAt: null };
    const row = await store.users.tokenBySha256(sha256(token), now());
    return row && { name: row.name, role: row.role, kind: 'token', expiresAt: null };
  }

  async function byCookie(secret: string): Promise<Principal | null> {
    const sessionSha256 = sha256(secret);
    const row = await store.users.session(sessionSha256, now());
    if (!row) return null;
    if (!idle.use(sessionSha256)) {
      await store.users.removeSession(sessionSha256);
      return null;
    }
    const { name, role, expiresAt, userId } = row;
    return { name, role, kind: 'session', expiresAt, sessionSha256, userId };
  }

  return {
    cookieName,
    secureCookie: options.https,
    async offerSetup(baseUrl) {
      link = (await store.users.count()) === 0 ? createSetupLink(baseUrl, now) : null;
    },
    setupLink: () => link?.url ?? null,
    setupDone: async () => (await store.users.count()) > 0,
    setup(input, address) {
      limit(address, '(setup)');
      // One after the other: two requests with the same link make one administrator.
      const turn = setupTurn.then(() => firstAdministrator(input));
      setupTurn = turn.catch(() => undefined);
      return turn;
    },
    async signIn(input, address) {
      const key = limit(address, input.username.toLowerCase());
      const user = await store.users.byName(input.username);
      const right = await verifyPassword(input.password, user?.passwordHash ?? null);
      if (!user || !right) throw new ProblemError('wrong-credentials', 'User name or password is wrong.');
      perName.clear(key);
      return openSession(user);
    },
    async signOut(principal) {
      if (principal.sessionSha256) await store.users.removeSession(principal.sessionSha256);
    },
    async authenticate(request) {
      const { authorization } = request.headers;
      if (authorization !== undefined) return byBearer(authorization);
      const cookie = request.cookies[cookieName];
      return cookie ? byCookie(cookie) : null;
    },
    async createToken(input, by) {
      const expiresAt = tokenExpiry(input, now());
      if (input.scopes && input.scopes.length > 0) {
        // A scope that nobody enforces would promise less power than the token has.
        throw new ProblemError('invalid-input', 'Scopes are not there yet: a token has what its role has.', {
          hint: 'Leave scopes out and choose the role.',
          errors: [{ path: 'scopes', message: 'must be empty' }],
        });
      }
      const token = newToken();
      const id = randomUUID();
      const { name, role } = input;
      const kept = { id, name, role, scopes: [], prefix: tokenPrefix(token), sha256: sha256(token) };
      await store.users.createToken({ ...kept, createdBy: by.name, expiresAt }, now());
      return { id, token, expiresAt: expiresAt?.toISOString() ?? null };
    },
    listTokens: (query) => store.users.listTokens(query),
    async removeToken(id) {
      if (!(await store.users.removeToken(id))) throw notFound('The token');
    },
    embeddedToken: () => embedded,
  };
}

/** 30 days unless said otherwise, at most 365; agents' tokens may live for ever, for nobody renews them. */
function tokenExpiry(input: TokenInput, now: Date): Date | null {
  const given = input.expiresAt;
  if (given === undefined) return input.role === 'agent' ? null : daysFrom(now, TOKEN_DEFAULT_DAYS);
  if (given === null) {
    if (input.role === 'agent') return null;
    throw badExpiry('must be given: only tokens of agents may live for ever');
  }
  const at = new Date(given);
  if (at <= now) throw badExpiry('must be in the future');
  if (at > daysFrom(now, TOKEN_MAX_DAYS)) throw badExpiry(`must be within ${TOKEN_MAX_DAYS} days`);
  return at;
}

function daysFrom(now: Date, days: number): Date {
  return new Date(now.getTime() + days * DAY_MS);
}

function badExpiry(why: string): ProblemError {
  return new ProblemError('invalid-input', `expiresAt ${why}.`, { errors: [{ path: 'expiresAt', message: why }] });
}
