/** Who is asking, and the ways in: setup link, password, one-time link, identity provider, session cookie, API token. */
import { randomUUID } from 'node:crypto';
import type { LinkPassword, PasswordChange, PasswordLink, Setup, SignIn } from '@pharos/contract';
import { accessOf } from '@pharos/library';
import { type ExternalIdentity, noteAudit, type Store } from '@pharos/store';
import type { FastifyRequest } from 'fastify';
import { ProblemError } from '../problem.ts';
import { agentPrincipal, looksLikeAgentToken } from './agent-key.ts';
import { createAttempts } from './attempts.ts';
import type { Ldap } from './ldap.ts';
import type { Oidc } from './oidc.ts';
import { hashPassword, verifyPassword } from './password.ts';
import { nobodysPrincipal, type Principal } from './principal.ts';
import { createRateLimit } from './rate-limit.ts';
import { equalSecret, looksLikeToken, newSecret, newToken, sha256 } from './secret.ts';
import { createSetupLink, type SetupLink } from './setup-link.ts';
import { tokenPrincipal } from './tokens.ts';

const HOUR_MS = 3_600_000;
const SESSION_MS = 7 * 24 * HOUR_MS;
/** Groups are read at sign-in only: who left one has lost its role after this long at the latest. */
const EXTERNAL_SESSION_MS = 12 * HOUR_MS;
const LINK_MS = 24 * HOUR_MS;
const SECOND_MS = 1000;

/** A session that was just opened, with the secret for its cookie. */
export interface OpenedSession {
  readonly principal: Principal;
  readonly secret: string;
}

/** Where a sign-in comes from, for the list of sessions and against guessing. */
export interface Visitor {
  readonly address: string;
  readonly userAgent: string | null;
}

/** The ways in, and who came in by them. */
export interface Identity {
  readonly cookieName: string;
  readonly secureCookie: boolean;
  /** The identity provider; null: none is configured. */
  readonly oidc: Oidc | null;
  /** Address that people open. */
  baseUrl(): string;
  /** The setup link of this start; null once an administrator exists. */
  setupLink(): string | null;
  setupDone(): Promise<boolean>;
  /** Makes the first administrator. Throws `setup-done`, `setup-link-invalid`, `rate-limited`. */
  setup(input: Setup, visitor: Visitor): Promise<OpenedSession>;
  /** Throws `wrong-credentials`, the same in words and time for unknown users, and `rate-limited`. */
  signIn(input: SignIn, visitor: Visitor): Promise<OpenedSession>;
  /** Makes the one-time link of a user; it takes the place of an older one. */
  offerLink(userId: string): Promise<PasswordLink>;
  /** Throws `password-link-invalid`, `rate-limited`. */
  signInByLink(input: LinkPassword, visitor: Visitor): Promise<OpenedSession>;
  /** Throws `identity-provider-refused`, `identity-provider-unavailable`, `forbidden` for somebody without a role. */
  signInByOidc(query: string, attempt: string | undefined, visitor: Visitor): Promise<OpenedSession>;
  /** Counts a caller that asks for an attempt at the identity provider. Throws `rate-limited`. */
  limitCaller(visitor: Visitor): void;
  /** Counts an agent that tries a join token. Throws `rate-limited`. */
  limitJoin(visitor: Visitor): { succeeded(): void };
  /** Throws `wrong-credentials`, `rate-limited`, `invalid-input` where there is no password to change. */
  changePassword(principal: Principal, input: PasswordChange, visitor: Visitor): Promise<void>;
  signOut(principal: Principal): Promise<void>;
  /** Who asks; null: nobody we know. A bearer token that is wrong is not helped by a cookie that is right. */
  authenticate(request: FastifyRequest): Promise<Principal | null>;
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
  readonly oidc: Oidc | null;
  /** A directory that knows passwords of those whom Pharos does not know. */
  readonly ldap?: Ldap | null;
}

/** Makes the identity of a server. Call `offerSetup` once its address is known. */
export function createIdentity(options: IdentityOptions): Identity & { offerSetup(baseUrl: string): Promise<void> } {
  const { store, now, oidc } = options;
  const cookieName = options.https ? '__Host-pharos' : 'pharos_session';
  const embedded = newToken();
  const guard = createGuard(now);
  let link: SetupLink | null = null;
  let baseUrl = '';
  let setupTurn: Promise<unknown> = Promise.resolve();

  async function openSession(userId: string, visitor: Visitor, lasts = SESSION_MS): Promise<OpenedSession> {
    const secret = newSecret();
    const sessionSha256 = sha256(secret);
    const expiresAt = new Date(now().getTime() + lasts);
    const { address, userAgent } = visitor;
    noteAudit({ subjectKind: 'user', subject: userId });
    await store.sessions.create({ sha256: sessionSha256, userId, expiresAt, address, userAgent }, now());
    await store.users.signedIn(userId, now());
    const principal = await byCookie(secret);
    if (principal === null) throw new ProblemError('wrong-credentials', 'User name or password is wrong.');
    return { secret, principal };
  }

  async function openExternal(identity: ExternalIdentity, visitor: Visitor): Promise<OpenedSession> {
    noteAudit({ actor: identity.name, actorKind: 'session', subjectKind: 'user', subject: identity.name });
    const userId = await store.users.external(identity, now());
    if (userId === null) throw new ProblemError('forbidden', 'This account is disabled in Pharos.');
    const opened = await openSession(userId, visitor, EXTERNAL_SESSION_MS);
    if (opened.principal.grants.length > 0) return opened;
    await store.sessions.remove(sha256(opened.secret));
    throw new ProblemError('forbidden', 'None of your groups has a role in Pharos.', {
      hint: 'Ask an administrator which group to join; then sign in again.',
    });
  }

  async function firstAdministrator(input: Setup, visitor: Visitor): Promise<OpenedSession> {
    if ((await store.users.count()) > 0) throw new ProblemError('setup-done', 'An administrator exists already.');
    if (!link?.fits(input.token)) {
      throw new ProblemError(
        'setup-link-invalid',
        'The setup link is not the one of this start, or older than an hour.',
      );
    }
    const grants = [{ role: 'admin' as const, scope: 'everywhere' }];
    const passwordHash = await hashPassword(input.password);
    noteAudit({ actor: input.username, actorKind: 'session', subjectKind: 'user' });
    const { id } = await store.users.create({ id: randomUUID(), name: input.username, passwordHash, grants }, now());
    link = null;
    return openSession(id, visitor);
  }

  async function byBearer(header: string): Promise<Principal | null> {
    const token = /^Bearer +([^\s]{1,512})$/i.exec(header)?.[1];
    if (token === undefined) return null;
    if (options.adminToken && equalSecret(token, options.adminToken)) {
      return nobodysPrincipal('PHAROS_ADMIN_TOKEN', 'environment-token', 'admin');
    }
    if (looksLikeAgentToken(token)) return agentPrincipal(store, token, now());
    if (!looksLikeToken(token)) return null;
    if (equalSecret(token, embedded)) return nobodysPrincipal('embedded agent', 'token', 'agent');
    return tokenPrincipal(store, token, now());
  }

  async function byCookie(secret: string): Promise<Principal | null> {
    const sessionSha256 = sha256(secret);
    const row = await store.sessions.use(sessionSha256, now());
    if (row === null) return null;
    return { ...row, kind: 'session', access: accessOf(row.grants), sessionSha256 };
  }

  return {
    cookieName,
    secureCookie: options.https,
    oidc,
    baseUrl: () => baseUrl,
    async offerSetup(url) {
      baseUrl = url;
      link = (await store.users.count()) === 0 ? createSetupLink(baseUrl, now) : null;
    },
    setupLink: () => link?.url ?? null,
    setupDone: async () => (await store.users.count()) > 0,
    setup(input, visitor) {
      guard.attempt(visitor, '(setup)');
      // One after the other: two requests with the same link make one administrator.
      const turn = setupTurn.then(() => firstAdministrator(input, visitor));
      setupTurn = turn.catch(() => undefined);
      return turn;
    },
    async signIn(input, visitor) {
      const attempt = guard.attempt(visitor, input.username.toLowerCase());
      const user = await store.users.byName(input.username);
      const right = await verifyPassword(input.password, user?.passwordHash ?? null);
      if (user && right) {
        attempt.succeeded();
        noteAudit({ actor: user.name, actorKind: 'session' });
        return openSession(user.id, visitor);
      }
      // Who has a password here is asked for it here: a directory cannot take over an account of Pharos.
      const external = user || !options.ldap ? null : await options.ldap.signIn(input.username, input.password);
      if (external === null) throw new ProblemError('wrong-credentials', 'User name or password is wrong.');
      attempt.succeeded();
      return openExternal(external, visitor);
    },
    async offerLink(userId) {
      const token = newSecret();
      const expiresAt = new Date(now().getTime() + LINK_MS);
      await store.users.offerLink(userId, sha256(token), expiresAt);
      return { url: `${baseUrl}/password?token=${token}`, expiresAt: expiresAt.toISOString() };
    },
    async signInByLink(input, visitor) {
      const attempt = guard.attempt(visitor, '(link)');
      const userId = await store.users.takeLink(sha256(input.token), now());
      if (userId === null) {
        throw new ProblemError('password-link-invalid', 'The link was used already, or it is older than a day.');
      }
      attempt.succeeded();
      await store.users.setPassword(userId, await hashPassword(input.password));
      return openSession(userId, visitor);
    },
    async signInByOidc(query, attempt, visitor) {
      if (oidc === null) throw new ProblemError('not-found', 'No identity provider is configured.');
      const identity = await oidc.finish(query, attempt, `${baseUrl}/sign-in/callback`);
      return openExternal(identity, visitor);
    },
    limitCaller: (visitor) => guard.caller(visitor),
    limitJoin: (visitor) => guard.attempt(visitor, '(join)'),
    async changePassword(principal, input, visitor) {
      const { userId, sessionSha256 } = principal;
      const hash = userId === null ? null : await store.users.passwordHash(userId);
      if (userId === null || sessionSha256 === undefined || hash === null) {
        throw new ProblemError('invalid-input', 'Only who signs in here with a password can change it.', {
          hint: 'Sign in with a browser; the password of an identity provider is changed there.',
        });
      }
      const attempt = guard.attempt(visitor, principal.name.toLowerCase());
      if (!(await verifyPassword(input.current, hash))) {
        throw new ProblemError('wrong-credentials', 'The current password is wrong.', {
          errors: [{ path: 'current', message: 'is wrong' }],
        });
      }
      attempt.succeeded();
      await store.users.setPassword(userId, await hashPassword(input.password), sessionSha256);
    },
    async signOut(principal) {
      if (principal.sessionSha256) await store.sessions.remove(principal.sessionSha256);
    },
    async authenticate(request) {
      const { authorization } = request.headers;
      if (authorization !== undefined) return byBearer(authorization);
      const cookie = request.cookies[cookieName];
      return cookie ? byCookie(cookie) : null;
    },
    embeddedToken: () => embedded,
  };
}

/**
 * Slows guessing down: of one name from one address, of one address over all names, and, mildly, of one name over all
 * addresses, for whoever guesses from many places would else lock its owner out. Unknown names count like known ones.
 */
function createGuard(now: () => Date) {
  const perPair = createAttempts({ free: 5, firstMs: 30 * SECOND_MS, mostMs: 900 * SECOND_MS }, now);
  const perAddress = createAttempts({ free: 30, firstMs: 30 * SECOND_MS, mostMs: 900 * SECOND_MS }, now);
  const perName = createAttempts({ free: 50, firstMs: SECOND_MS, mostMs: 30 * SECOND_MS }, now);

  const callers = createRateLimit(120, 60 * SECOND_MS, now);

  function refuseFor(seconds: number): void {
    if (seconds === 0) return;
    throw new ProblemError('rate-limited', 'There were too many attempts to sign in.', {
      hint: `Wait ${seconds} seconds and try again.`,
      headers: { 'retry-after': String(seconds) },
    });
  }

  return {
    attempt({ address }: Visitor, name: string) {
      const pair = JSON.stringify([address, name]);
      refuseFor(Math.max(perAddress.wait(address), perPair.wait(pair), perName.wait(name)));
      perAddress.count(address);
      perPair.count(pair);
      perName.count(name);
      return {
        succeeded() {
          perAddress.undo(address);
          perPair.clear(pair);
          perName.clear(name);
        },
      };
    },
    caller: ({ address }: Visitor) => refuseFor(callers.attempt(address)),
  };
}
