import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Authentication } from '../connection.ts';
import {
  CANARY,
  collect,
  type Fake,
  fail,
  type Handler,
  json,
  MANIFEST_TYPE,
  manifestText,
  open,
  type Seen,
  serve,
} from '../testing.ts';
import { basicHeader } from './sign-in.ts';

const BASIC = basicHeader(CANARY.username, CANARY.password);

interface Tokens {
  /** What the token service answers; `count` is the number of its requests so far. */
  grant?: (request: Seen, count: number) => { status?: number; body: unknown };
  /** Whether a token is still good. */
  accepts?: (token: string) => boolean;
  challenge?: (scope: string, realm: string) => string | string[];
  serveApi?: Handler;
}

/** A registry and its token service on one server. */
async function tokenRegistry(options: Tokens = {}): Promise<Fake & { tokens: () => Seen[]; api: () => Seen[] }> {
  let count = 0;
  const server: Fake = await serve((request, response) => {
    const { url, authorization } = request;
    if (url.startsWith('/token')) {
      count += 1;
      const { status = 200, body } = options.grant?.(request, count) ?? {
        body: { token: `t${count}`, expires_in: 300 },
      };
      return json(response, body, status);
    }
    const token = authorization?.replace(/^Bearer /, '');
    const accepted = token !== undefined && (options.accepts ?? (() => true))(token);
    if (!accepted) {
      const name = /^\/v2\/(.+)\/(?:tags|manifests|blobs)\//.exec(url)?.[1];
      const scope = name === undefined ? '' : `repository:${name}:pull`;
      const realm = `${server.origin}/token`;
      const challenge =
        options.challenge?.(scope, realm) ??
        `Bearer realm="${realm}",service="reg"${scope === '' ? '' : `,scope="${scope}"`}`;
      return fail(response, 401, 'UNAUTHORIZED', { 'www-authenticate': challenge });
    }
    if (options.serveApi !== undefined) return options.serveApi(request, response);
    if (url.includes('/manifests/')) return json(response, manifestText(), 200, { 'content-type': MANIFEST_TYPE });
    json(response, { name: 'x', tags: ['a'] });
  });
  return Object.assign(server, {
    tokens: () => server.seen.filter(({ url }) => url.startsWith('/token')),
    api: () => server.seen.filter(({ url }) => !url.startsWith('/token')),
  });
}

test('Basic: only once the registry has asked, then with every request', async () => {
  await using server = await serve(({ authorization }, response) =>
    authorization === BASIC
      ? json(response, { name: 'x', tags: ['a'] })
      : fail(response, 401, 'UNAUTHORIZED', { 'www-authenticate': 'basic realm="x"' }),
  );
  await using registry = open(server.host, { authentication: CANARY });
  await registry.ping();
  assert.deepEqual(await collect(registry.listTags('x')), ['a']);
  assert.deepEqual(
    server.seen.map(({ authorization }) => authorization),
    [undefined, BASIC, BASIC],
  );
  assert.equal(registry.signedInBy, 'basic');
});

test('a wrong password is tried once and says so', async () => {
  await using server = await serve((_, response) =>
    fail(response, 401, 'UNAUTHORIZED', { 'www-authenticate': 'Basic realm="x"' }),
  );
  await using registry = open(server.host, { authentication: CANARY });
  await assert.rejects(registry.ping(), { code: 'unauthorized', status: 401, absence: 'no' });
  assert.equal(server.seen.length, 2);
  await using anonymous = open(server.host);
  await assert.rejects(anonymous.ping(), { code: 'unauthorized', hint: /Give user name and password/ });
  assert.equal(server.seen.length, 3);
});

test('anonymous token: parameters, and the next repository foreseen', async () => {
  await using server = await tokenRegistry();
  await using registry = open(server.host);
  await registry.getManifest('a/b', '1');
  await registry.getManifest('a/b', '2');
  await registry.getManifest('c', '1');
  const tokens = server.tokens();
  assert.deepEqual(
    tokens.map(({ url }) => url),
    ['/token?service=reg&scope=repository%3Aa%2Fb%3Apull', '/token?service=reg&scope=repository%3Ac%3Apull'],
  );
  assert.ok(tokens.every(({ authorization }) => authorization === undefined));
  assert.equal(server.api().length, 4);
});

test('fifty requests, one token', async () => {
  await using server = await tokenRegistry({ grant: () => ({ body: { access_token: 'only', token: '' } }) });
  await using registry = open(server.host, { authentication: CANARY });
  await Promise.all(Array.from({ length: 50 }, (_, i) => registry.getManifest('x', `t${i}`)));
  assert.equal(server.tokens().length, 1);
  assert.equal(server.tokens()[0]?.authorization, BASIC);
  assert.ok(server.api().every(({ authorization }) => authorization === undefined || authorization === 'Bearer only'));
});

test('a token that ends in the middle of paging is renewed and the same page goes on', async () => {
  let current = 't1';
  await using server = await tokenRegistry({
    grant: (_, count) => {
      current = `t${count}`;
      return { body: { token: current } };
    },
    accepts: (token) => token === current,
    serveApi: ({ url }, response) => {
      const at = Number(new URL(url, 'http://x').searchParams.get('last') ?? 0);
      if (at === 6) current = 'expired';
      json(
        response,
        { name: 'x', tags: [`tag${at}`] },
        200,
        at < 9 ? { link: `</v2/x/tags/list?last=${at + 1}>; rel="next"` } : {},
      );
    },
  });
  await using registry = open(server.host);
  assert.equal((await collect(registry.listTags('x'))).length, 10);
  assert.equal(server.tokens().length, 2);
  assert.equal(server.api().filter(({ url }) => url.endsWith('last=7')).length, 2);
  assert.equal(server.api().filter(({ url }) => url.endsWith('n=1000')).length, 2);
});

test('a token is renewed at 80 % of its life without a 401', async () => {
  await using server = await tokenRegistry({
    grant: (_, count) => ({ body: { token: `t${count}`, expires_in: 0.001 } }),
  });
  await using registry = open(server.host);
  await registry.getManifest('x', '1');
  await new Promise((resolve) => setTimeout(resolve, 5));
  await registry.getManifest('x', '2');
  assert.equal(server.tokens().length, 2);
  assert.equal(server.api().length, 3);
});

test('a fresh token that does not help is the end: narrow scope or refusal', async () => {
  await using refused = await tokenRegistry({ accepts: () => false });
  await using registry = open(refused.host, { authentication: CANARY });
  await assert.rejects(registry.getManifest('x', '1'), { code: 'unauthorized' });
  assert.equal(refused.tokens().length, 1);
  assert.equal(refused.api().length, 2);
  await using narrow = await tokenRegistry({
    accepts: () => false,
    challenge: (scope, realm) => `Bearer realm="${realm}",scope="${scope}",error="insufficient_scope"`,
  });
  await using other = open(narrow.host, { authentication: CANARY });
  await assert.rejects(other.getManifest('x', '1'), { code: 'forbidden', status: 401 });
});

test('the zoo: realm with its own query, several schemes, no service', async () => {
  const cases: [NonNullable<Tokens['challenge']>, string][] = [
    [
      (_, realm) => `Bearer realm="${realm}?account=x&scope=repository:x:pull"`,
      '/token?account=x&scope=repository:x:pull',
    ],
    [
      (scope, realm) => ['Negotiate', `bearer Realm="${realm}",scope="${scope}"`, 'Basic realm="b"'],
      '/token?scope=repository%3Ax%3Apull',
    ],
    [(_, realm) => `Basic realm="b", Bearer realm="${realm}"`, '/token?scope=repository%3Ax%3Apull'],
    [
      (_, realm) => `Bearer realm="${realm}",service="a&scope=evil",scope="b a b"`,
      '/token?service=a%26scope%3Devil&scope=a&scope=b',
    ],
  ];
  for (const [challenge, url] of cases) {
    await using server = await tokenRegistry({ challenge });
    await using registry = open(server.host);
    await registry.getManifest('x', '1');
    assert.equal(server.tokens()[0]?.url, url);
  }
});

test('a token service that fails has a name for it', async () => {
  const cases: [string, ReturnType<NonNullable<Tokens['grant']>>, Authentication?][] = [
    ['unauthorized', { status: 401, body: {} }],
    ['unauthorized', { status: 403, body: {} }],
    ['unauthorized', { status: 400, body: { error: 'invalid_grant' } }, { type: 'token', token: 'canary-token' }],
    ['rate-limited', { status: 429, body: {} }],
    ['token-failed', { status: 500, body: {} }],
    ['token-failed', { status: 404, body: {} }],
    ['token-failed', { body: 'no json' }],
    ['token-failed', { body: 'null' }],
    ['token-failed', { body: { token: '' } }],
    ['token-failed', { body: { token: 'a\r\nX-Evil: 1' } }],
    ['token-failed', { body: { token: 7 } }],
    ['body-too-large', { body: { token: 'x'.repeat(200_000) } }],
  ];
  for (const [code, answer, authentication = CANARY] of cases) {
    await using server = await tokenRegistry({ grant: () => answer, accepts: (token) => token.startsWith('t') });
    await using registry = open(server.host, { authentication });
    await assert.rejects(registry.ping(), (error: Error & { code?: string }) => {
      assert.equal(error.code, code, JSON.stringify(answer).slice(0, 80));
      assert.ok(
        !/canary/.test(JSON.stringify({ ...error, message: error.message, stack: error.stack?.split('\n')[0] })),
      );
      return true;
    });
  }
});

test('a token: sent as it is, exchanged where the registry has a token service, a password with a user name', async () => {
  const token = 'canary-token';
  await using direct = await tokenRegistry();
  await using asIs = open(direct.host, { authentication: { type: 'token', token } });
  await asIs.ping();
  assert.equal(direct.seen[0]?.authorization, `Bearer ${token}`);
  assert.equal(direct.tokens().length, 0);

  await using exchanging = await tokenRegistry({ accepts: (given) => given === 't1' });
  await using exchanged = open(exchanging.host, { authentication: { type: 'token', token } });
  await exchanged.getManifest('x', '1');
  const [request] = exchanging.tokens();
  assert.equal(request?.method, 'POST');
  assert.deepEqual(Object.fromEntries(new URLSearchParams(request?.body)), {
    service: 'reg',
    grant_type: 'refresh_token',
    client_id: 'pharos',
    scope: 'repository:x:pull',
    refresh_token: token,
  });

  await using named = await tokenRegistry();
  await using password = open(named.host, { authentication: { type: 'token', token, username: 'me' } });
  await password.ping();
  assert.equal(named.tokens()[0]?.authorization, basicHeader('me', token));
  assert.throws(() => open(named.host, { authentication: { type: 'token', token: 'a\nb' } }), {
    code: 'authentication-invalid',
  });
});
