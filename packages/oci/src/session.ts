import type { Quota } from './abilities.ts';
import { isWebPage, one } from './answer-error.ts';
import { parseChallenges } from './challenge.ts';
import {
  DEFAULT_LIMITS,
  type Limits,
  type OnRequest,
  type RegistryConnection,
  type RequestKind,
} from './connection.ts';
import { literalClass } from './egress.ts';
import { RegistryError } from './errors.ts';
import { type Answer, Door } from './http.ts';
import { quotaOf } from './quota.ts';
import { checkRedirect } from './realm.ts';
import { apiHost, parseRegistryUrl, type RegistryAddress } from './reference.ts';
import { AwsSignIn } from './sign-in/aws.ts';
import { AzureSignIn } from './sign-in/azure.ts';
import { BasicSignIn } from './sign-in/basic.ts';
import type { TokenContext } from './sign-in/bearer.ts';
import { DockerConfigSignIn } from './sign-in/docker-config.ts';
import { GoogleSignIn } from './sign-in/google.ts';
import { NoSignIn } from './sign-in/none.ts';
import type { Scope, SignIn } from './sign-in/sign-in.ts';
import { TokenSignIn } from './sign-in/token.ts';

/** One request to the registry, before sign-in and redirects. */
export interface Ask {
  kind: RequestKind;
  method: 'GET' | 'HEAD' | 'POST';
  path: string;
  scope: Scope;
  accept: string;
  maxBytes: number;
  body?: string | undefined;
  contentType?: string | undefined;
  signal?: AbortSignal | undefined;
}

/** One request to a product's own API, with an Authorization that the dialect chose; redirects are not followed. */
export interface ApiAsk {
  method?: 'GET' | 'POST' | undefined;
  path: string;
  authorization: string | null;
  /** More headers, such as PRIVATE-TOKEN. */
  headers?: Readonly<Record<string, string>> | undefined;
  body?: string | undefined;
  contentType?: string | undefined;
  signal?: AbortSignal | undefined;
}

export interface SessionOptions {
  userAgent?: string | undefined;
  onRequest?: OnRequest | undefined;
}

const MAX_REDIRECTS = 3;

/** A registry with its sign-in: the one place where an Authorization header is put on a request. */
export class Session {
  readonly address: RegistryAddress;
  readonly limits: Readonly<Limits>;
  readonly door: Door;
  readonly signIn: SignIn;
  /** Where the product's own API stands by the operator's word: scheme://host[:port][/path] without a trailing slash. */
  readonly apiUrl: string | null;
  /** What the registry last said about its own limit. */
  quota: Quota | null = null;
  /** The registry's clock minus ours, milliseconds, by its last Date header (whole seconds). */
  clockSkewMs: number | null = null;
  readonly #home: { origin: string; inside: boolean; tokenHosts: readonly string[] };
  readonly #userAgent: string;

  /** @throws RegistryError `registry-url-invalid`, `address-refused`, `ca-certs-invalid`, `docker-config-invalid`, `authentication-invalid`, `identity-host-refused` */
  constructor(connection: RegistryConnection, options: SessionOptions = {}) {
    this.address = parseRegistryUrl(connection.url, connection.tls);
    this.limits = { ...DEFAULT_LIMITS, ...withoutUndefined(connection.limits ?? {}) };
    const origin = `${new URL(this.address.origin).protocol}//${apiHost(this.address.host)}`;
    const literal = literalClass(new URL(origin).hostname);
    if (literal === 'forbidden') {
      throw new RegistryError({
        code: 'address-refused',
        message: `${this.address.host} is an address that this client does not dial.`,
      });
    }
    this.#home = {
      origin,
      inside: literal === 'private' || literal === 'loopback',
      tokenHosts: connection.tokenHosts ?? [],
    };
    this.apiUrl = checkApiUrl(connection.apiUrl ?? null, new URL(origin).protocol === 'http:');
    this.#userAgent = options.userAgent ?? 'pharos';
    this.door = new Door({
      home: origin,
      tls: connection.tls,
      limits: this.limits,
      onRequest: options.onRequest,
      onHomeAddress: (classes) => {
        this.#home.inside = classes.every((each) => each !== 'public');
      },
    });
    const context = { door: this.door, home: this.#home, limits: this.limits, userAgent: this.#userAgent };
    this.signIn = signInOf(connection, context, this.address.host, this.apiUrl);
  }

  /** Where the API answers: scheme, host and port. */
  get origin(): string {
    return this.#home.origin;
  }

  /**
   * Sends one request, signs in when asked to (one more try at most), and follows up to three redirects.
   * The answer may have any status but a redirect's.
   */
  async request(ask: Ask): Promise<Answer> {
    const header = this.signIn.header(ask.scope);
    const used = header === null || typeof header === 'string' ? header : await header;
    const answer = await this.#send(ask, used);
    this.#note(answer);
    // Only the registry itself is signed in to: a 401 from where it redirects to is an answer like any other.
    const isAsked = answer.status === 401 || this.signIn.isExpiry?.(answer) === true;
    if (!isAsked || answer.origin !== this.#home.origin) return answer;
    const better = await this.signIn.answer(parseChallenges(answer.headers['www-authenticate']), ask.scope, used);
    return better === null ? answer : this.#send(ask, better);
  }

  /** One GET at the registry's own address without any credential; its challenge and headers show what product it is. */
  bare(path: string, signal?: AbortSignal): Promise<Answer> {
    return this.door.send({
      kind: 'ping',
      method: 'GET',
      origin: this.#home.origin,
      path,
      reach: 'any',
      headers: { accept: 'application/json', 'accept-encoding': 'identity', 'user-agent': this.#userAgent },
      maxBytes: this.limits.configBytes,
      signal,
    });
  }

  /** Sends one request to a product's own API at `base` (scheme://host[:port][/path]). The answer may have any status. */
  async api(base: string, ask: ApiAsk): Promise<Answer> {
    const url = new URL(base);
    const answer = await this.door.send({
      kind: 'api',
      method: ask.method ?? 'GET',
      origin: url.origin,
      path: url.pathname.replace(/\/$/, '') + ask.path,
      reach: 'any',
      headers: {
        accept: 'application/json',
        'accept-encoding': 'identity',
        'user-agent': this.#userAgent,
        ...ask.headers,
        ...(ask.contentType === undefined ? {} : { 'content-type': ask.contentType }),
        ...(ask.authorization === null ? {} : { authorization: ask.authorization }),
      },
      maxBytes: this.limits.tagPageBytes,
      body: ask.body,
      signal: ask.signal,
    });
    this.#note(answer);
    return answer;
  }

  #note({ headers }: Answer): void {
    this.quota = quotaOf(headers) ?? this.quota;
    const date = Date.parse(headers.date ?? '');
    if (Number.isFinite(date)) this.clockSkewMs = date - Date.now();
  }

  async #send(ask: Ask, authorization: string | null): Promise<Answer> {
    const { kind, method, path, maxBytes, body, contentType, signal } = ask;
    const common = { accept: ask.accept, 'accept-encoding': 'identity', 'user-agent': this.#userAgent };
    const bare = contentType === undefined ? common : { ...common, 'content-type': contentType };
    const headers = authorization === null ? bare : { ...bare, authorization };
    let answer = await this.door.send({
      kind,
      method,
      origin: this.#home.origin,
      path,
      reach: 'any',
      headers,
      maxBytes,
      body,
      signal,
    });
    // What is sent in a body was meant for this address.
    if (method === 'POST') return answer;
    // Once away from the registry the credentials stay off, even if the way leads back.
    let away = false;
    for (let hops = 1; isRedirect(answer.status); hops += 1) {
      const from = answer.origin + answer.path;
      if (hops > MAX_REDIRECTS) {
        throw new RegistryError({
          code: 'redirect-refused',
          message: `The registry redirects more than ${MAX_REDIRECTS} times.`,
          url: from,
        });
      }
      const location = one(answer.headers.location);
      if (location === undefined) {
        throw new RegistryError({
          code: 'response-invalid',
          message: 'The registry redirects without saying where to.',
          url: from,
        });
      }
      const { url, reach } = checkRedirect(location, from, this.#home);
      away ||= url.origin !== this.#home.origin;
      answer = await this.#follow(url, {
        kind: 'redirect',
        method,
        reach,
        headers: away ? bare : headers,
        maxBytes,
        signal,
      });
    }
    return answer;
  }

  async #follow(url: URL, rest: Omit<Parameters<Door['send']>[0], 'origin' | 'path'>): Promise<Answer> {
    try {
      return await this.door.send({ ...rest, origin: url.origin, path: url.pathname + url.search });
    } catch (error) {
      if (!(error instanceof RegistryError) || error.code !== 'address-refused') throw error;
      throw new RegistryError({
        code: 'redirect-refused',
        message: `The registry redirects to ${url.host}, whose address is inside the network or never dialled.`,
        url: url.href,
      });
    }
  }
}

/** Throws `not-a-registry` for a good answer that is a web page, as login proxies send it. */
export function refuseWebPage(answer: Answer): void {
  if (!isWebPage(answer)) return;
  throw new RegistryError({
    code: 'not-a-registry',
    message: `${new URL(answer.origin).host} answers with a web page instead of the registry API.`,
    status: answer.status,
    url: answer.origin + answer.path,
  });
}

/** The operator's API address; unprotected only beside a registry that is read unprotected too. */
function checkApiUrl(text: string | null, plainHttp: boolean): string | null {
  if (text === null || text === '') return null;
  const url = URL.parse(text);
  const isFine =
    url !== null &&
    (url.protocol === 'https:' || (url.protocol === 'http:' && plainHttp)) &&
    url.username === '' &&
    url.password === '' &&
    url.search === '' &&
    url.hash === '';
  if (isFine) return url.origin + url.pathname.replace(/\/+$/, '');
  throw new RegistryError({
    code: 'registry-url-invalid',
    message: 'The address of the product’s own API (api_url) is not https://host[/path].',
    hint: 'Write https://host[/path] without user name and query; http:// only together with tls.plain_http.',
  });
}

function isRedirect(status: number): boolean {
  return status === 301 || status === 302 || status === 303 || status === 307 || status === 308;
}

function signInOf(
  { authentication, fromOwnFile = false }: RegistryConnection,
  context: TokenContext,
  host: string,
  apiUrl: string | null,
): SignIn {
  const place = { hostname: new URL(context.home.origin).hostname, fromOwnFile };
  switch (authentication.type) {
    case 'none':
      return new NoSignIn(context);
    case 'basic':
      return new BasicSignIn(context, authentication.username, authentication.password);
    case 'token':
      return authentication.username
        ? new BasicSignIn(context, authentication.username, authentication.token)
        : new TokenSignIn(context, authentication.token.trim());
    case 'docker_config':
      return new DockerConfigSignIn(context, authentication.config, host, fromOwnFile);
    case 'acr':
      return new AzureSignIn(context, authentication, place);
    case 'ecr':
      return new AwsSignIn(context, authentication, place, apiUrl);
    case 'gcp':
      return new GoogleSignIn(context, authentication, place);
  }
}

function withoutUndefined<T extends object>(value: T): Partial<T> {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as Partial<T>;
}
