import { randomUUID } from 'node:crypto';
import { type Answer, json, ociError } from './answer.ts';
import type { Call } from './call.ts';

/** How the stand-in is guarded. */
export type AuthMode = 'open' | 'basic' | 'token';

/** A test account; never a real one. */
export type Credential = { username: string; password: string };

/** The account of every stand-in and starter that asks for one. */
export const DEFAULT_CREDENTIAL: Credential = { username: 'pharos', password: 'correct-horse-battery-staple' };

/** What stands in for a token that a product's own API wants and its registry does not know: an API key, a cloud's token. */
export const DEFAULT_API_TOKEN = 'api-token-of-the-testbed';

/** How a product asks to sign in and hands out tokens. */
export type Realm = {
  /** Path of the token endpoint. */
  path: string;
  /** `{host}` stands for the registry's own. */
  service: string;
  /** What listing tags demands instead of `pull`. */
  tagAction: string;
  /** The realm stands on the origin of the product's API. */
  isAtApi: boolean;
  /** The realm's own query carries the scope, and the challenge has neither service nor scope. */
  hasScopeInside: boolean;
  /** There is a token endpoint; without one `token` is as `basic`. */
  hasTokens: boolean;
  /** User names that the password goes with, beside that of the credential. */
  accepts: (username: string) => boolean;
  /** What may stand in `Authorization: Bearer` without having come from the token endpoint. */
  bearer: (credential: Credential) => string | undefined;
};

const TESTBED: Realm = {
  path: '/token',
  service: 'testbed',
  tagAction: 'pull',
  isAtApi: false,
  hasScopeInside: false,
  hasTokens: true,
  accepts: () => false,
  bearer: () => undefined,
};

const BASIC = 'Basic realm="testbed"';

type Token = { scopes: readonly string[]; expires: number; uses: number };

/** How a guard is set up. */
export type SignInOptions = {
  mode: AuthMode;
  credential: Credential;
  tokenTtlSeconds: number;
  apiToken?: string;
  realm?: Partial<Realm>;
};

/** Guards the stand-in: nothing, Basic, or tokens from its own token endpoint. */
export class SignIn {
  mode: AuthMode;
  credential: Credential;
  apiToken: string;
  /** Life of a token in seconds; told as `expires_in`. */
  tokenTtlSeconds: number;
  /** Tokens handed out so far. */
  issued = 0;
  /** Wrong credentials so far. */
  failures = 0;
  readonly realm: Realm;
  /** Where the registry and the product's API stand; known once they listen. */
  origins = { registry: '', api: '' };
  /** Passwords that were handed out as such (ECR, the refresh tokens of ACR). */
  readonly passwords = new Set<string>();
  readonly #tokens = new Map<string, Token>();

  constructor({ mode, credential, tokenTtlSeconds, apiToken = DEFAULT_API_TOKEN, realm = {} }: SignInOptions) {
    this.mode = mode;
    this.credential = credential;
    this.tokenTtlSeconds = tokenTtlSeconds;
    this.apiToken = apiToken;
    this.realm = { ...TESTBED, ...realm };
  }

  /** Where tokens are fetched. */
  get realmUrl(): string {
    return `${this.realm.isAtApi ? this.origins.api : this.origins.registry}${this.realm.path}`;
  }

  /** The 401 a call deserves, or undefined when it may pass. */
  refuse(call: Call): Answer | undefined {
    if (this.mode === 'open' || call.kind === 'token') return undefined;
    if (this.mode === 'basic' || !this.realm.hasTokens) {
      if (this.knows(call)) return undefined;
      if (call.headers.authorization) this.failures += 1;
      return unauthorized(BASIC);
    }
    if (this.#isDirect(call)) return undefined;
    const token = this.#token(call);
    if (!token) {
      const error = call.headers.authorization ? ',error="invalid_token"' : '';
      return this.challenge(call, this.realmUrl, error);
    }
    token.uses += 1;
    const scope = this.#scopeOf(call);
    if (scope && !token.scopes.some((granted) => covers(granted, scope))) {
      return this.challenge(call, this.realmUrl, ',error="insufficient_scope"');
    }
    return undefined;
  }

  /** 401 with a Bearer challenge for what the call needs. */
  challenge(call: Call, realm = this.realmUrl, extra = ''): Answer {
    const scope = this.#scopeOf(call);
    if (this.realm.hasScopeInside) {
      return unauthorized(`Bearer realm="${realm}${scope ? `?scope=${scope}` : ''}"${extra}`);
    }
    const service = this.realm.service.replace('{host}', URL.parse(this.origins.registry)?.host ?? '');
    return unauthorized(`Bearer realm="${realm}",service="${service}"${scope ? `,scope="${scope}"` : ''}${extra}`);
  }

  /** The refusal of someone who is signed in and may not: in the way of the mode, with a challenge. */
  deny(call: Call): Answer {
    const isBasic = this.mode === 'basic' || !this.realm.hasTokens;
    return isBasic ? unauthorized(BASIC) : this.challenge(call, this.realmUrl, ',error="insufficient_scope"');
  }

  /** How often the call's token was used, this call included; 0 without a valid token. */
  uses(call: Call): number {
    return this.#token(call)?.uses ?? 0;
  }

  /** True when the call brings a token that this object handed out and that lives. */
  holdsToken(call: Call): boolean {
    return this.#token(call) !== undefined;
  }

  /** True when the call's token grants the scope. */
  grants(call: Call, scope: string): boolean {
    return this.#token(call)?.scopes.some((granted) => covers(granted, scope)) ?? false;
  }

  /** The token endpoint: GET with Basic, or POST with a form (`grant_type=password`). `narrow` grants nothing. */
  issue(call: Call, narrow = false): Answer {
    const form = new URLSearchParams(call.method === 'POST' ? call.body : '');
    const known =
      this.mode === 'open' ||
      this.knows(call) ||
      this.#isCredential(form.get('username') ?? '', form.get('password') ?? '') ||
      this.passwords.has(form.get('refresh_token') ?? '');
    if (!known) {
      this.failures += 1;
      return ociError(401, 'UNAUTHORIZED', 'incorrect username or password');
    }
    return json(this.newToken(narrow ? [] : scopesAsked(call)));
  }

  /** Hands out a token for these scopes. */
  newToken(scopes: readonly string[]): { token: string; expires_in: number; issued_at: string } {
    const now = Date.now();
    const token = randomUUID();
    this.issued += 1;
    this.#tokens.set(token, { scopes, expires: now + this.tokenTtlSeconds * 1000, uses: 0 });
    return { token, expires_in: this.tokenTtlSeconds, issued_at: new Date(now).toISOString() };
  }

  /** Hands out something that is good as a password from now on. */
  newPassword(): string {
    const password = randomUUID();
    this.passwords.add(password);
    return password;
  }

  /** True when the call brings the credential as Basic. */
  knows(call: Call): boolean {
    const [, encoded = ''] = /^Basic (.+)$/i.exec(call.headers.authorization ?? '') ?? [];
    const [, username = '', password = ''] = /^([^:]*):(.*)$/s.exec(Buffer.from(encoded, 'base64').toString()) ?? [];
    return this.#isCredential(username, password);
  }

  #isCredential(username: string, password: string): boolean {
    const isUser = username === this.credential.username || this.realm.accepts(username);
    return isUser && (password === this.credential.password || this.passwords.has(password));
  }

  #isDirect(call: Call): boolean {
    const bearer = this.realm.bearer(this.credential);
    return bearer !== undefined && bearerOf(call) === bearer;
  }

  #token(call: Call): Token | undefined {
    const token = this.#tokens.get(bearerOf(call));
    return token && token.expires > Date.now() ? token : undefined;
  }

  #scopeOf(call: Call): string | undefined {
    if (call.kind === 'catalog') return 'registry:catalog:*';
    if (!call.repo) return undefined;
    return `repository:${call.repo}:${call.kind === 'tags' || call.kind === 'bulk' ? this.realm.tagAction : 'pull'}`;
  }
}

/** What stands in `Authorization: Bearer`, or nothing. */
export function bearerOf(call: Call): string {
  return /^Bearer (.+)$/i.exec(call.headers.authorization ?? '')?.[1] ?? '';
}

/** The scopes that a call to a token endpoint names, in its query or its form. */
export function scopesAsked(call: Call): string[] {
  const form = new URLSearchParams(call.method === 'POST' ? call.body : '');
  return [...call.url.searchParams.getAll('scope'), ...form.getAll('scope')].flatMap((scope) => scope.split(' '));
}

/** `repository:a:pull,push` covers `repository:a:pull`. */
function covers(granted: string, needed: string): boolean {
  const cut = (scope: string) => [scope.slice(0, scope.lastIndexOf(':')), scope.slice(scope.lastIndexOf(':') + 1)];
  const [resource = '', actions = ''] = cut(granted);
  const [wanted = '', action = ''] = cut(needed);
  return resource === wanted && (actions === '*' || actions.split(',').includes(action));
}

/** 401 with this challenge. */
export function unauthorized(challenge: string): Answer {
  return ociError(401, 'UNAUTHORIZED', 'authentication required', { 'WWW-Authenticate': challenge });
}
