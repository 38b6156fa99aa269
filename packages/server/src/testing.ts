/** What the tests of this package share: a server on an embedded store, callers of each role, an agent made by hand. Not exported. */
import {
  createDecipheriv,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  randomUUID,
} from 'node:crypto';
import { Writable } from 'node:stream';
import {
  API_PREFIX,
  type Hello,
  type Role,
  type RouteName,
  routePath,
  routes,
  type SealedSecret,
  type Work,
} from '@pharos/contract';
import type { Store } from '@pharos/store';
import { openTestStore } from '@pharos/store/testing';
import { pino } from 'pino';
import { type RunningServer, type ServerOptions, startServer } from './server.ts';

export const ADMIN_TOKEN = 'admin-token-of-the-tests-0123456789';
export const KEY = Buffer.alloc(32, 7);

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests read what they assert
  readonly body: any;
  readonly text: string;
  readonly headers: Headers;
}

export interface CallOptions {
  readonly token?: string | null;
  readonly headers?: Record<string, string>;
}

export interface TestServer {
  readonly server: RunningServer;
  readonly store: Store;
  /** Every line written to the log so far. */
  readonly log: string[];
  call(
    name: RouteName,
    input?: { params?: object; query?: object; body?: unknown },
    options?: CallOptions,
  ): Promise<Answer>;
  send(method: string, path: string, init?: RequestInit): Promise<Answer>;
  tokenOf(role: Role): Promise<string>;
  stop(): Promise<void>;
}

/** Starts a server on a free port of loopback with an embedded database in memory. */
export async function startTestServer(options: Partial<ServerOptions> = {}): Promise<TestServer> {
  const store = options.store ?? (await openTestStore());
  const log: string[] = [];
  const sink = new Writable({
    write(chunk, _encoding, done) {
      log.push(String(chunk));
      done();
    },
  });
  const server = await startServer({
    store,
    host: '127.0.0.1',
    port: 0,
    key: KEY,
    version: '0.0.0-test',
    adminToken: ADMIN_TOKEN,
    log: pino({ level: 'trace' }, sink),
    ...options,
  });
  const tokens = new Map<Role, Promise<string>>();

  async function send(method: string, path: string, init: RequestInit = {}): Promise<Answer> {
    const response = await fetch(server.url + path, { redirect: 'manual', ...init, method });
    const text = await response.text();
    const json = /[/+]json\b/.test(response.headers.get('content-type') ?? '');
    return { status: response.status, headers: response.headers, text, body: json && text ? JSON.parse(text) : null };
  }

  const call: TestServer['call'] = (name, input = {}, { token = ADMIN_TOKEN, headers = {} } = {}) =>
    send(routes[name].method, routePath(name, input), {
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(input.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(input.body === undefined ? {} : { body: JSON.stringify(input.body) }),
    });

  return {
    server,
    store,
    log,
    call,
    send,
    tokenOf(role) {
      const made =
        tokens.get(role) ??
        call('createToken', { body: { name: `${role} token`, role } }).then(({ body }) => body.token);
      tokens.set(role, made);
      return made;
    },
    async stop() {
      await server.stop();
      if (!options.store) await store.close();
    },
  };
}

/** An agent made by hand: speaks the protocol, opens what is sealed to it. */
export function makeAgent(test: TestServer, locationId: string) {
  const pair = generateKeyPairSync('x25519');
  const agentId = randomUUID();
  const token = test.server.embeddedToken();
  let configVersion = '';

  const hello: Hello = {
    agentId,
    epoch: 1,
    name: 'test agent',
    locationId,
    version: '0.0.0-test',
    embedded: false,
    publicKey: pair.publicKey.export({ format: 'jwk' }).x as string,
    configPath: null,
    registries: [],
    rules: [],
    clock: new Date().toISOString(),
  };
  return {
    agentId,
    token,
    hello: (more: Partial<Hello> = {}) => test.call('agentHello', { body: { ...hello, ...more } }, { token }),
    config: () => test.call('agentConfig', { query: { agentId } }, { token }),
    /** Polls until there is work, and not for ever. */
    async work(): Promise<Work> {
      for (let polls = 0; polls < 20; polls += 1) {
        const { body, status } = await test.call(
          'agentWork',
          { query: { agentId, wait: 1, configVersion } },
          { token },
        );
        if (status !== 200) throw new Error(`work answered ${status}`);
        configVersion = body.configVersion;
        if (body.work.length > 0) return body.work[0];
      }
      throw new Error('no work came');
    },
    poll: (wait: number, version = configVersion) =>
      test.call('agentWork', { query: { agentId, wait, configVersion: version } }, { token }),
    result: (id: string, body: unknown) => test.call('agentWorkResult', { params: { id }, body }, { token }),
    call: (name: RouteName, input: { params?: object; query?: object; body?: unknown }) =>
      test.call(name, input, { token }),
    open(sealed: SealedSecret): string {
      const ephemeral = createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x: sealed.ephemeralKey }, format: 'jwk' });
      const shared = diffieHellman({ privateKey: pair.privateKey, publicKey: ephemeral });
      const key = Buffer.from(hkdfSync('sha256', shared, Buffer.alloc(0), 'pharos/agent-secret/v1', 32));
      const bytes = Buffer.from(sealed.ciphertext, 'base64url');
      const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(sealed.nonce, 'base64url'));
      decipher.setAAD(Buffer.from(sealed.origin, 'utf8'));
      decipher.setAuthTag(bytes.subarray(-16));
      return Buffer.concat([decipher.update(bytes.subarray(0, -16)), decipher.final()]).toString('utf8');
    },
  };
}

export const API = API_PREFIX;

/** Does the next piece of work as a probe that went well. */
export async function answerProbe(agent: ReturnType<typeof makeAgent>, state = 'ok'): Promise<void> {
  const work = await agent.work();
  if (work.kind !== 'probe') throw new Error(`the work is a ${work.kind}`);
  const result = { kind: 'probe', state, message: 'It answers.', code: null, checks: [], requests: 3 };
  const { status } = await agent.result(work.id, result);
  if (status !== 204) throw new Error(`the result answered ${status}`);
}
