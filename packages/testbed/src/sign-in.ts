import { randomUUID } from 'node:crypto';
import { type Answer, json, ociError } from './answer.ts';
import type { Call } from './call.ts';

/** How the stand-in is guarded. */
export type AuthMode = 'open' | 'basic' | 'token';

/** A test account; never a real one. */
export type Credential = { username: string; password: string };

/** The account of every stand-in and starter that asks for one. */
export const DEFAULT_CREDENTIAL: Credential = { username: 'pharos', password: 'correct-horse-battery-staple' };

type Token = { scopes: readonly string[]; expires: number; uses: number };

/** Guards the stand-in: nothing, Basic, or tokens from its own token endpoint (`/token`). */
export class SignIn {
  mode: AuthMode;
  credential: Credential;
  /** Life of a token in seconds; told as `expires_in`. */
  tokenTtlSeconds: number;
  /** Tokens handed out so far. */
  issued = 0;
  readonly #tokens = new Map<string, Token>();

  constructor(mode: AuthMode, credential: Credential, tokenTtlSeconds: number) {
    this.mode = mode;
    this.credential = credential;
    this.tokenTtlSeconds = tokenTtlSeconds;
  }

  /** The 401 a call deserves, or undefined when it may pass. */
  refuse(call: Call, origin: string): Answer | undefined {
    if (this.mode === 'open' || call.kind === 'token') return undefined;
    if (this.mode === 'basic') {
      return this.#knows(call) ? undefined : unauthorized('Basic realm="testbed"');
    }
    const token = this.#token(call);
    if (!token) {
      const error = call.headers.authorization ? ',error="invalid_token"' : '';
      return this.challenge(call, `${origin}/token`, error);
    }
    token.uses += 1;
    const scope = scopeOf(call);
    if (scope && !token.scopes.includes(scope)) {
      return this.challenge(call, `${origin}/token`, ',error="insufficient_scope"');
    }
    return undefined;
  }

  /** 401 with a Bearer challenge for what the call needs. */
  challenge(call: Call, realm: string, extra = ''): Answer {
    const scope = scopeOf(call);
    return unauthorized(`Bearer realm="${realm}",service="testbed"${scope ? `,scope="${scope}"` : ''}${extra}`);
  }

  /** How often the call's token was used, this call included; 0 without a valid token. */
  uses(call: Call): number {
    return this.#token(call)?.uses ?? 0;
  }

  /** True when the call brings a token that this object handed out and that lives. */
  holdsToken(call: Call): boolean {
    return this.#token(call) !== undefined;
  }

  /** The token endpoint: GET with Basic, or POST with a form (`grant_type=password`). `narrow` grants nothing. */
  issue(call: Call, narrow = false): Answer {
    const form = new URLSearchParams(call.method === 'POST' ? call.body : '');
    const posted = { username: form.get('username'), password: form.get('password') };
    const known =
      this.mode === 'open' ||
      this.#knows(call) ||
      (posted.username === this.credential.username && posted.password === this.credential.password);
    if (!known) return ociError(401, 'UNAUTHORIZED', 'incorrect username or password');
    const asked = [...call.url.searchParams.getAll('scope'), ...form.getAll('scope')].flatMap((scope) =>
      scope.split(' '),
    );
    return json(this.newToken(narrow ? [] : asked));
  }

  /** Hands out a token for these scopes. */
  newToken(scopes: readonly string[]): { token: string; expires_in: number; issued_at: string } {
    const now = Date.now();
    const token = randomUUID();
    this.issued += 1;
    this.#tokens.set(token, { scopes, expires: now + this.tokenTtlSeconds * 1000, uses: 0 });
    return { token, expires_in: this.tokenTtlSeconds, issued_at: new Date(now).toISOString() };
  }

  #knows(call: Call): boolean {
    const { username, password } = this.credential;
    const expected = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
    return call.headers.authorization === expected;
  }

  #token(call: Call): Token | undefined {
    const [, value = ''] = /^Bearer (.+)$/i.exec(call.headers.authorization ?? '') ?? [];
    const token = this.#tokens.get(value);
    return token && token.expires > Date.now() ? token : undefined;
  }
}

function scopeOf(call: Call): string | undefined {
  if (call.kind === 'catalog') return 'registry:catalog:*';
  return call.repo ? `repository:${call.repo}:pull` : undefined;
}

/** 401 with this challenge. */
export function unauthorized(challenge: string): Answer {
  return ociError(401, 'UNAUTHORIZED', 'authentication required', { 'WWW-Authenticate': challenge });
}
