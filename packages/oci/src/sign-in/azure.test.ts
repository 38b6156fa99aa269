import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Authentication } from '../connection.ts';
import { createRegistry } from '../registry.ts';
import {
  collect,
  connectionTo,
  type Fake,
  fail,
  json,
  MANIFEST_TYPE,
  manifestText,
  type Opening,
  open,
  serve,
} from '../testing.ts';

const ENTRA = 'canary-entra-token';
const MANAGED: Authentication = { type: 'acr', method: 'managed_identity', clientId: 'client-1' };

/** A JSON Web Token that says how long it lives; nobody checks its signature here. */
function jwt(name: string, lifeS: number): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none' })}.${part({ jti: name, iat: 1_000_000, exp: 1_000_000 + lifeS })}.x`;
}

interface Acr {
  refreshLifeS?: number;
  accessLifeS?: number;
  challengeRealm?: string;
  /** Whether an access token is still good. */
  accepts?: (token: string, count: number) => boolean;
  acceptsRefresh?: (token: string) => boolean;
}

/** A stand-in for Azure Container Registry: exchange, token per scope, tag lists only with metadata_read. */
async function acrStandIn(options: Acr = {}) {
  const scopes = new Map<string, string>();
  let exchanges = 0;
  let tokens = 0;
  const server: Fake = await serve((request, response) => {
    const { url, body, method } = request;
    const form = new URLSearchParams(body);
    if (url === '/oauth2/exchange' && method === 'POST') {
      exchanges += 1;
      const isGood = form.get('grant_type') === 'access_token' && form.get('access_token')?.startsWith(ENTRA);
      if (!isGood || form.get('service') !== server.host) return fail(response, 401, 'UNAUTHORIZED');
      return json(response, { refresh_token: jwt(`refresh${exchanges}`, options.refreshLifeS ?? 10_800) });
    }
    if (url === '/oauth2/token' && method === 'POST') {
      const refresh = form.get('refresh_token') ?? '';
      if (!(options.acceptsRefresh ?? (() => true))(refresh)) return fail(response, 401, 'UNAUTHORIZED');
      tokens += 1;
      const token = jwt(`access${tokens}`, options.accessLifeS ?? 4_500);
      scopes.set(token, form.get('scope') ?? '');
      return json(response, { access_token: token });
    }
    const token = request.authorization?.replace(/^Bearer /, '') ?? '';
    const name = /^\/v2\/(.+)\/(tags|manifests)\//.exec(url);
    const wanted = name === null ? '' : `repository:${name[1]}:${name[2] === 'tags' ? 'metadata_read' : 'pull'}`;
    const isGood = scopes.get(token) === wanted && (options.accepts ?? (() => true))(token, tokens);
    if (!isGood) {
      const realm = options.challengeRealm ?? `${server.origin}/oauth2/token`;
      const challenge = `Bearer realm="${realm}",service="${server.host}",scope="${wanted}"`;
      return fail(response, 401, 'UNAUTHORIZED', { 'www-authenticate': challenge });
    }
    if (name?.[2] === 'manifests') return json(response, manifestText(), 200, { 'content-type': MANIFEST_TYPE });
    json(response, { name: name?.[1], tags: ['a', 'b'] });
  });
  const count = (path: string) => server.seen.filter(({ url }) => url === path).length;
  return Object.assign(server, {
    exchanges: () => count('/oauth2/exchange'),
    tokens: () => count('/oauth2/token'),
  });
}

/**
 * A stand-in for the identity endpoint of App Service, which the SDK takes from the environment. One for the whole file:
 * the SDK looks for its endpoint once in a process.
 */
let entra = { token: ENTRA, refuses: false };
const identity = await serve(({ headers }, response) =>
  headers['x-identity-header'] === 'canary-header' && !entra.refuses
    ? json(response, {
        access_token: entra.token,
        expires_on: String(Math.floor(Date.now() / 1000) + 86_400),
        resource: 'https://containerregistry.azure.net',
        token_type: 'Bearer',
      })
    : json(response, { statusCode: 400, message: 'canary-message' }, 400),
);
process.env.IDENTITY_ENDPOINT = `${identity.origin}/msi/token`;
process.env.IDENTITY_HEADER = 'canary-header';
after(() => identity[Symbol.asyncDispose]());

const acr = (host: string, opening: Opening = {}) =>
  open(host, { authentication: MANAGED, fromOwnFile: true, ...opening });

test('managed identity: exchange once, a token per scope, and metadata_read for tag lists', async () => {
  await using server = await acrStandIn();
  await using registry = acr(server.host);
  await registry.getManifest('team/a', '1');
  await registry.getManifest('team/a', '2');
  assert.deepEqual(await collect(registry.listTags('team/a')), ['a', 'b']);
  assert.equal(server.exchanges(), 1);
  const scopes = server.seen
    .filter(({ url }) => url === '/oauth2/token')
    .map(({ body }) => new URLSearchParams(body).get('scope'));
  assert.deepEqual(scopes, ['repository:team/a:pull', 'repository:team/a:metadata_read']);
  const asked = new URL(identity.seen[0]?.url ?? '', identity.origin).searchParams;
  assert.equal(asked.get('resource'), 'https://containerregistry.azure.net');
  assert.equal(asked.get('client_id'), 'client-1');
  assert.equal(registry.signedInBy, 'bearer');
  const elsewhere = server.seen.filter(({ url }) => url !== '/oauth2/exchange');
  assert.ok(!JSON.stringify(elsewhere).includes(ENTRA), 'the Entra token goes to the exchange only');
});

test('fifty requests, one exchange and one token', async () => {
  await using server = await acrStandIn();
  await using registry = acr(server.host);
  await Promise.all(Array.from({ length: 50 }, (_, i) => registry.getManifest('x', `t${i}`)));
  assert.deepEqual([server.exchanges(), server.tokens()], [1, 1]);
});

test('both tokens are renewed before they end, without a 401', async () => {
  await using server = await acrStandIn({ refreshLifeS: 0.04, accessLifeS: 0.04 });
  await using registry = acr(server.host);
  await registry.getManifest('x', '1');
  await new Promise((resolve) => setTimeout(resolve, 60));
  await registry.getManifest('x', '2');
  assert.deepEqual([server.exchanges(), server.tokens()], [2, 2]);
  assert.equal(server.seen.filter(({ url }) => url.startsWith('/v2/')).length, 2);
});

test('a token that ends in the middle of a scan is renewed, and a refresh token that is refused too', async () => {
  let ended = '';
  await using server = await acrStandIn({
    accepts: (token, count) => token !== ended && (ended === '' || count > 1),
    acceptsRefresh: (token) => ended === '' || token !== jwt('refresh1', 10_800),
  });
  await using registry = acr(server.host);
  await registry.getManifest('x', '1');
  ended = server.seen.at(-1)?.authorization?.replace(/^Bearer /, '') ?? '';
  await registry.getManifest('x', '2');
  assert.deepEqual([server.exchanges(), server.tokens()], [2, 3]);
});

test('a hostile challenge gets nothing: tokens are made at the registry itself', async () => {
  await using thief = await serve((_, response) => json(response, { access_token: 'x' }));
  await using server = await acrStandIn({ challengeRealm: `${thief.origin}/oauth2/token`, accepts: () => false });
  await using registry = acr(server.host);
  await assert.rejects(registry.getManifest('x', '1'), { code: 'unauthorized' });
  assert.equal(thief.seen.length, 0);
});

test("the machine's identity goes to hosts of Azure only, unless the agent's own file says so", async () => {
  const to = (url: string, authentication: Authentication, fromOwnFile = false) =>
    createRegistry({ ...connectionTo(url, { authentication, tls: {} }), fromOwnFile });
  for (const host of ['registry.example.com', 'azurecr.io.example.com', 'xazurecr.io', '10.0.0.1']) {
    assert.throws(() => to(host, MANAGED), { code: 'identity-host-refused' }, host);
    assert.ok(to(host, MANAGED, true));
  }
  assert.ok(to('team.azurecr.io', MANAGED));
  assert.ok(to('team.azurecr.cn', { type: 'acr', method: 'workload_identity' }));
  const principal = { type: 'acr', method: 'service_principal', tenantId: 't', clientId: 'c' } as const;
  assert.throws(() => to('team.azurecr.io', principal), { code: 'authentication-invalid' });
  assert.ok(to('registry.example.com', { ...principal, clientSecret: 'canary-secret' }));
});

test('no identity, a refused one, a registry that is no ACR: each has a name and tells no secret', async () => {
  const told = (code: string) => (error: Error & { code?: string }) => {
    const text = JSON.stringify({ ...error, message: error.message, stack: error.stack });
    assert.equal(error.code, code, text);
    assert.ok(!text.includes('canary'), text);
    return true;
  };
  await using server = await acrStandIn();
  await using without = acr(server.host, { authentication: { type: 'acr', method: 'workload_identity' } });
  await assert.rejects(without.ping(), told('identity-missing'));
  // Each with a client of its own, because the SDK remembers tokens by client.
  entra = { token: 'canary-wrong', refuses: false };
  const other: Authentication = { type: 'acr', method: 'managed_identity', clientId: 'client-2' };
  await using refused = acr(server.host, { authentication: other });
  await assert.rejects(refused.ping(), told('unauthorized'));
  await using plain = await serve((_, response) => fail(response, 404, 'NOT_FOUND'));
  await using noAcr = acr(plain.host, { authentication: other });
  await assert.rejects(noAcr.ping(), told('token-failed'));
  entra = { token: ENTRA, refuses: true };
  const third: Authentication = { type: 'acr', method: 'managed_identity', clientId: 'client-3' };
  await using denied = acr(server.host, { authentication: third });
  // The SDK says the same of an endpoint that refuses as of none at all.
  await assert.rejects(denied.ping(), told('identity-missing'));
});
