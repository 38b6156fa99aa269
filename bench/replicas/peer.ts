/** The HTTP of a peer: pings, fetches tokens, follows lists. What it asks for, and how often, is the replica's matter. */
import { Pool } from 'undici';
import { ACCEPT_MANIFESTS } from '../../packages/oci/src/index.ts';
import { Ceiling } from './ceiling.ts';

export interface PeerOptions {
  readonly origin: string;
  /** As in `/v2/<repository>/…`. */
  readonly repository: string;
  readonly login: { readonly username: string; readonly password: string } | null;
  readonly connections: number;
  /** Requests in a second that the peer allows itself; null for none. */
  readonly ceiling: number | null;
}

interface Reply {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: Buffer;
}

type Authorization = string | null;

const MAX_TRIES = 20;

export class Peer {
  readonly #options: PeerOptions;
  readonly #pool: Pool;
  readonly #ceiling: Ceiling;
  readonly #scopes: Set<string>;

  constructor(options: PeerOptions) {
    this.#options = options;
    this.#scopes = new Set([`repository:${options.repository}:pull`]);
    this.#pool = new Pool(options.origin, { connections: options.connections });
    this.#ceiling = new Ceiling(options.ceiling);
  }

  /** A client as it is made anew: a ping, and a token where the registry hands them out. */
  async visit(): Promise<Visit> {
    const ping = await this.send('GET', '/v2/', null);
    return new Visit(this, this.#options.repository, await this.authorize(ping));
  }

  /**
   * What a 401 asks for: a token for the scope of its challenge, or the password itself. A scope that was ever asked for
   * is asked for at once from then on, so that what a product calls its scopes costs a replica one request and not one a tag.
   */
  async authorize({ status, headers }: Reply): Promise<Authorization> {
    const { login } = this.#options;
    if (status !== 401 || login === null) return null;
    const basic = `Basic ${Buffer.from(`${login.username}:${login.password}`).toString('base64')}`;
    const challenge = String(headers['www-authenticate'] ?? '');
    const [, realm] = /realm="([^"]+)"/.exec(challenge) ?? [];
    if (!challenge.startsWith('Bearer') || realm === undefined) return basic;
    const url = new URL(realm);
    const [, service] = /service="([^"]+)"/.exec(challenge) ?? [];
    const scope = /[, ]scope="([^"]+)"/.exec(challenge)?.[1] ?? url.searchParams.get('scope');
    if (scope) this.#scopes.add(scope);
    url.searchParams.delete('scope');
    if (service !== undefined) url.searchParams.set('service', service);
    for (const each of this.#scopes) url.searchParams.append('scope', each);
    const reply = await this.send('GET', url.pathname + url.search, basic, url.origin);
    const told = JSON.parse(reply.body.toString()) as { token?: string; access_token?: string };
    return `Bearer ${told.token ?? told.access_token}`;
  }

  /** One request; one that came too fast is sent again when the registry allows it, and counts again. */
  async send(method: 'GET' | 'HEAD', path: string, authorization: Authorization, origin?: string): Promise<Reply> {
    for (let attempt = 1; ; attempt += 1) {
      await this.#ceiling.pass();
      const reply = await this.#once(method, path, authorization, origin);
      if (reply.status !== 429 || attempt === MAX_TRIES) return reply;
      const seconds = Number(reply.headers['retry-after'] ?? 1);
      await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    }
  }

  async #once(method: 'GET' | 'HEAD', path: string, authorization: Authorization, origin?: string): Promise<Reply> {
    const headers = { accept: `${ACCEPT_MANIFESTS}, */*`, ...(authorization === null ? {} : { authorization }) };
    const isHome = origin === undefined || origin === this.#options.origin;
    const pool = isHome ? this.#pool : new Pool(origin);
    const { statusCode, headers: told, body } = await pool.request({ method, path, headers, reset: false });
    const bytes = Buffer.from(await body.arrayBuffer());
    if (!isHome) await pool.close();
    return { status: statusCode, headers: told, body: bytes };
  }

  close(): Promise<void> {
    return this.#pool.close();
  }
}

/** A signed-in client of one repository. */
export class Visit {
  readonly #peer: Peer;
  readonly #base: string;
  #authorization: Authorization;

  constructor(peer: Peer, repository: string, authorization: Authorization) {
    this.#peer = peer;
    this.#base = `/v2/${repository}`;
    this.#authorization = authorization;
  }

  /** All names, page by page. */
  async tags(): Promise<string[]> {
    const names: string[] = [];
    let path: string | null = `${this.#base}/tags/list?n=1000`;
    while (path !== null) {
      const { body, headers }: Reply = await this.#ask('GET', path);
      names.push(...((JSON.parse(body.toString()) as { tags: string[] | null }).tags ?? []));
      const [, next] = /<([^>]+)>/.exec(String(headers.link ?? '')) ?? [];
      const url: URL | null = next === undefined ? null : new URL(next, `http://peer${path}`);
      path = url === null ? null : url.pathname + url.search;
    }
    return names;
  }

  async head(reference: string): Promise<string> {
    const { headers } = await this.#ask('HEAD', `${this.#base}/manifests/${reference}`);
    return String(headers['docker-content-digest']);
  }

  async manifest(reference: string): Promise<PeerManifest> {
    const { body, headers } = await this.#ask('GET', `${this.#base}/manifests/${reference}`);
    const parsed = JSON.parse(body.toString()) as {
      config?: { digest: string };
      manifests?: { digest: string }[];
    };
    return {
      digest: String(headers['docker-content-digest']),
      config: parsed.config?.digest ?? null,
      children: (parsed.manifests ?? []).map(({ digest }) => digest),
    };
  }

  async blob(digest: string): Promise<void> {
    await this.#ask('GET', `${this.#base}/blobs/${digest}`);
  }

  /** A scope that is not enough is asked for as the challenge says, beside those that were granted. */
  async #ask(method: 'GET' | 'HEAD', path: string): Promise<Reply> {
    let reply = await this.#peer.send(method, path, this.#authorization);
    if (reply.status === 401) {
      this.#authorization = await this.#peer.authorize(reply);
      reply = await this.#peer.send(method, path, this.#authorization);
    }
    if (reply.status !== 200) throw new Error(`a replica got ${reply.status} for ${path}`);
    return reply;
  }
}

export interface PeerManifest {
  readonly digest: string;
  /** Null for an index. */
  readonly config: string | null;
  readonly children: readonly string[];
}
