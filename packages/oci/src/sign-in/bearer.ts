import { answerError } from '../answer-error.ts';
import type { Challenge } from '../challenge.ts';
import type { Limits } from '../connection.ts';
import { RegistryError } from '../errors.ts';
import type { Answer, Door, DoorRequest } from '../http.ts';
import { checkRealm, type Home } from '../realm.ts';
import { jwtLifeMs } from './identity.ts';
import { Renewing } from './renewing.ts';
import { challengeOf, type Scope } from './sign-in.ts';

/** What the token service is shown: nothing, a Basic header, or an OAuth2 refresh (identity) token. */
export type TokenCredential = { kind: 'none' } | { kind: 'basic'; header: string } | { kind: 'refresh'; token: string };

/** The one token service that a credential may be shown to, whatever a challenge names. */
export interface FixedService {
  realm: string;
  service: string;
}

/** What every token request needs of the registry it is for. */
export interface TokenContext {
  door: Door;
  home: Home;
  limits: Limits;
  userAgent: string;
}

interface Grant {
  header: string;
  /** On the monotonic clock, milliseconds. */
  renewAt: number;
}

/** What the registry asked for when a scope was first refused. */
interface Demand {
  key: string;
  realm: string;
  service: string | null;
  scopes: readonly string[];
}

const DEFAULT_LIFE_S = 60;
const LONGEST_LIFE_S = 24 * 3600;
const MAX_CACHED = 2_000;
const TOKEN = /^[\x21-\x7e]{1,65536}$/;

/**
 * The token flow of Distribution: tokens are kept per realm, service and set of scopes, renewed
 * at 80 % of their life, and fetched once however many requests wait for them.
 */
export class Bearer {
  readonly #context: TokenContext;
  readonly #credential: TokenCredential | Renewing<TokenCredential>;
  readonly #fixed: FixedService | null;
  readonly #demands = new Map<string, Demand>();
  readonly #grants = new Map<string, Grant>();
  readonly #fetching = new Map<string, Promise<string>>();
  /** The last demand whose scope was exactly the one that was expected: then other repositories' can be foreseen. */
  #pattern: Demand | null = null;

  /** @param fixed given for credentials of a cloud: tokens are fetched there without being asked for, and only there */
  constructor(
    context: TokenContext,
    credential: TokenCredential | Renewing<TokenCredential>,
    fixed: FixedService | null = null,
  ) {
    this.#context = context;
    this.#credential = credential;
    this.#fixed = fixed;
  }

  /** The header for a scope, fetched or renewed when need be; null as long as the registry has not asked for one. */
  header(scope: Scope): string | null | Promise<string> {
    const demand = this.#demands.get(scope.text) ?? this.#foresee(scope);
    if (demand === null) return null;
    const grant = this.#grants.get(demand.key);
    return grant !== undefined && performance.now() < grant.renewAt ? grant.header : this.#fetchOnce(demand);
  }

  /** Answers a Bearer challenge; null when there is none or it names no realm. */
  async answer(challenges: readonly Challenge[], scope: Scope, used: string | null): Promise<string | null> {
    const challenge = challengeOf(challenges, 'bearer');
    const realm = challenge?.params.get('realm');
    if (challenge === undefined || realm === undefined) return null;
    const demand = this.#demandOf(challenge, realm, scope);
    remember(this.#demands, scope.text, demand);
    if (demand.scopes.length === 1 && demand.scopes[0] === scope.text) this.#pattern = demand;
    const grant = this.#grants.get(demand.key);
    // Somebody else has fetched a newer one while this request was under way.
    if (grant !== undefined && grant.header !== used && performance.now() < grant.renewAt) return grant.header;
    if (grant?.header === used) this.#grants.delete(demand.key);
    return this.#fetchOnce(demand);
  }

  #foresee(scope: Scope): Demand | null {
    if (this.#fixed !== null) {
      const { realm, service } = this.#fixed;
      const scopes = scope.text === '' ? [] : [scope.text];
      return { key: keyOf(realm, service, scopes), realm, service, scopes };
    }
    if (this.#pattern === null || scope.text === '') return null;
    const { realm, service } = this.#pattern;
    return { key: keyOf(realm, service, [scope.text]), realm, service, scopes: [scope.text] };
  }

  #demandOf(challenge: Challenge, asking: string, scope: Scope): Demand {
    const realm = this.#fixed?.realm ?? asking;
    const service = this.#fixed?.service ?? challenge.params.get('service') ?? null;
    const asked = challenge.params.get('scope');
    // A realm with a scope of its own (nvcr.io) wants no second one.
    const own = URL.parse(realm)?.searchParams.has('scope') ?? false;
    const text = asked ?? (own ? '' : scope.text);
    const scopes = [...new Set(text.split(' ').filter((each) => each !== ''))].sort();
    return { key: keyOf(realm, service, scopes), realm, service, scopes };
  }

  #fetchOnce(demand: Demand): Promise<string> {
    const running = this.#fetching.get(demand.key);
    if (running !== undefined) return running;
    const fetching = this.#fetch(demand).finally(() => this.#fetching.delete(demand.key));
    this.#fetching.set(demand.key, fetching);
    return fetching;
  }

  async #fetch(demand: Demand): Promise<string> {
    let credential = this.#credential instanceof Renewing ? await this.#credential.get() : this.#credential;
    let answer = await this.#ask(demand, credential);
    if (this.#credential instanceof Renewing && isRefusal(answer, credential)) {
      const renewed = this.#credential.renewed(credential);
      if (renewed !== null) {
        credential = await renewed;
        answer = await this.#ask(demand, credential);
      }
    }
    const grant = this.#read(answer, credential);
    remember(this.#grants, demand.key, grant);
    return grant.header;
  }

  #ask(demand: Demand, credential: TokenCredential): Promise<Answer> {
    const { home, limits, userAgent } = this.#context;
    const { url, reach } = checkRealm(demand.realm, home);
    const refresh = credential.kind === 'refresh' ? credential.token : null;
    const parameters = refresh === null ? url.searchParams : new URLSearchParams();
    if (demand.service !== null) parameters.set('service', demand.service);
    if (refresh === null) for (const scope of demand.scopes) parameters.append('scope', scope);
    else {
      parameters.set('grant_type', 'refresh_token');
      parameters.set('client_id', 'pharos');
      parameters.set('scope', demand.scopes.join(' '));
      parameters.set('refresh_token', refresh);
    }
    const headers: Record<string, string> = {
      accept: 'application/json',
      'accept-encoding': 'identity',
      'user-agent': userAgent,
    };
    if (credential.kind === 'basic') headers.authorization = credential.header;
    if (refresh !== null) headers['content-type'] = 'application/x-www-form-urlencoded';
    return this.#send({
      kind: 'token',
      method: refresh === null ? 'GET' : 'POST',
      origin: url.origin,
      path: url.pathname + url.search,
      reach,
      headers,
      maxBytes: limits.tokenBytes,
      body: refresh === null ? undefined : parameters.toString(),
    });
  }

  async #send(request: DoorRequest): Promise<Answer> {
    try {
      return await this.#context.door.send(request);
    } catch (error) {
      // A name that an inside registry gives must lead inside; one that leads nowhere does not.
      const strange =
        error instanceof RegistryError &&
        (error.code === 'address-refused' || (error.code === 'dns-failed' && request.reach === 'inside'));
      if (!strange) throw error;
      const { host } = new URL(request.origin);
      throw new RegistryError({
        code: 'token-realm-refused',
        message: `The registry asks to fetch a token at ${host}, which leads to an address that it may not name. No credentials were sent there.`,
        evidence: host,
      });
    }
  }

  #read(answer: Answer, credential: TokenCredential): Grant {
    if (answer.status !== 200) throw failure(answer, credential);
    let json: unknown;
    try {
      json = JSON.parse(answer.body.toString('utf8'));
    } catch {
      throw failed(answer, 'did not answer in JSON');
    }
    const { token, access_token, expires_in } = (json ?? {}) as Record<string, unknown>;
    const value = token || access_token;
    if (typeof value !== 'string' || !TOKEN.test(value)) throw failed(answer, 'gave no token');
    // ACR states the life of its tokens only inside of them.
    const stated = typeof expires_in === 'number' && expires_in > 0 ? expires_in : this.#lifeInside(value);
    const life = Math.min(stated ?? DEFAULT_LIFE_S, LONGEST_LIFE_S);
    return { header: `Bearer ${value}`, renewAt: performance.now() + life * 800 };
  }

  #lifeInside(token: string): number | null {
    const ms = this.#fixed === null ? null : jwtLifeMs(token);
    return ms === null ? null : ms / 1000;
  }
}

/** OAuth2 (RFC 6749 §5.2) says 400 invalid_grant for a refresh token that is not accepted. */
function isRefusal({ status }: Answer, credential: TokenCredential): boolean {
  return status === 401 || status === 403 || (status === 400 && credential.kind === 'refresh');
}

function failure(answer: Answer, credential: TokenCredential): RegistryError {
  const { status } = answer;
  const has = credential.kind !== 'none';
  if (isRefusal(answer, credential)) return answerError({ ...answer, status: 401 }, 'token', 'a token', has);
  if (status === 429) return answerError(answer, 'token', 'a token', has);
  if (status >= 300 && status < 400)
    return failed(answer, 'redirects elsewhere, which is never followed with credentials');
  return failed(answer, 'failed');
}

function failed(answer: Answer, what: string): RegistryError {
  return new RegistryError({
    code: 'token-failed',
    message: `The token service at ${new URL(answer.origin).host} ${what} (HTTP ${answer.status}).`,
    status: answer.status,
    url: answer.origin + answer.path,
    transient: answer.status >= 500 || answer.status === 200,
  });
}

function keyOf(realm: string, service: string | null, scopes: readonly string[]): string {
  return JSON.stringify([realm, service, scopes]);
}

function remember<V>(map: Map<string, V>, key: string, value: V): void {
  map.delete(key);
  if (map.size >= MAX_CACHED) map.delete(map.keys().next().value!);
  map.set(key, value);
}
