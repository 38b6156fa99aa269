import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, test } from 'node:test';
import type { Authentication } from '../connection.ts';
import { probe } from '../probe.ts';
import { createRegistry } from '../registry.ts';
import { Session } from '../session.ts';
import { connectionTo, type Fake, fail, json, MANIFEST_TYPE, manifestText, open, serve } from '../testing.ts';
import { basicHeader } from './sign-in.ts';

const METADATA: Authentication = { type: 'gcp' };
const DIR = mkdtempSync(join(tmpdir(), 'google-'));

/** A stand-in for the metadata server of GKE. One for the whole file: the library looks for it once in a process. */
let tokens = { count: 0, lifeS: 3600, refuses: false };
const metadata = await serve(({ url, headers }, response) => {
  if (headers['metadata-flavor'] !== 'Google') return fail(response, 403, 'DENIED');
  response.setHeader('metadata-flavor', 'Google');
  if (tokens.refuses) return json(response, { error: 'canary_error', error_description: 'canary-description' }, 403);
  if (url.includes('/token')) {
    tokens.count += 1;
    return json(response, {
      access_token: `canary-google-${tokens.count}`,
      expires_in: tokens.lifeS,
      token_type: 'Bearer',
    });
  }
  json(response, 'project-1');
});
after(() => metadata[Symbol.asyncDispose]());

beforeEach(() => {
  tokens = { count: 0, lifeS: 3600, refuses: false };
  process.env.GCE_METADATA_HOST = metadata.host;
  // Nothing of the machine that runs this counts.
  process.env.CLOUDSDK_CONFIG = DIR;
  process.env.HOME = DIR;
  delete process.env.GOOGLE_APPLICATION_CREDENTIALS;
});

/** A stand-in for Artifact Registry: Basic with an access token; its challenge names a token service elsewhere. */
function garStandIn(accepts: (token: string) => boolean, realm = 'http://192.0.2.1/v2/token'): Promise<Fake> {
  return serve(({ authorization, url }, response) => {
    const given = Buffer.from(authorization?.replace(/^Basic /, '') ?? '', 'base64').toString();
    if (!given.startsWith('oauth2accesstoken:') || !accepts(given.slice(18))) {
      return fail(response, 401, 'UNAUTHORIZED', { 'www-authenticate': `Bearer realm="${realm}",service="x"` });
    }
    if (url.includes('/manifests/')) return json(response, manifestText(), 200, { 'content-type': MANIFEST_TYPE });
    json(response, { name: 'x', tags: ['a'] });
  });
}

const gar = (server: Fake, authentication: Authentication = METADATA) =>
  open(server.host, { authentication, fromOwnFile: true });

test('the metadata server: one token for fifty requests, sent with the first', async () => {
  await using server = await garStandIn(() => true);
  await using registry = gar(server);
  await Promise.all(Array.from({ length: 50 }, (_, i) => registry.getManifest('x', `t${i}`)));
  const header = basicHeader('oauth2accesstoken', 'canary-google-1');
  assert.ok(server.seen.every(({ authorization }) => authorization === header));
  assert.deepEqual([server.seen.length, tokens.count], [50, 1]);
  assert.equal(registry.signedInBy, 'basic');
});

test('a token is renewed before its end, and once when it is refused in the middle of a scan', async () => {
  await using server = await garStandIn(() => true);
  await using registry = gar(server);
  tokens.lifeS = 1;
  await registry.getManifest('x', '1');
  await new Promise((resolve) => setTimeout(resolve, 850));
  await registry.getManifest('x', '2');
  assert.deepEqual([server.seen.length, tokens.count], [2, 2]);

  tokens = { count: 10, lifeS: 3600, refuses: false };
  let ended = '';
  await using thief = await serve((_, response) => json(response, { token: 'x' }));
  await using ending = await garStandIn((token) => token !== ended, `${thief.origin}/v2/token`);
  await using other = gar(ending);
  await other.getManifest('x', '1');
  ended = 'canary-google-11';
  await Promise.all(Array.from({ length: 20 }, (_, i) => other.getManifest('x', `t${i}`)));
  assert.equal(tokens.count, 12);
  ended = 'canary-google-12';
  for (let i = 0; i < 3; i += 1) await assert.rejects(other.getManifest('x', '1'), { code: 'unauthorized' });
  assert.equal(tokens.count, 12, 'a refusal that is meant does not fetch with every request');
  assert.equal(thief.seen.length, 0, 'no token goes where a challenge points');
});

test('a registry that redirects does not send the token anywhere else', async () => {
  await using thief = await serve((_, response) => json(response, {}));
  await using server = await serve((_, response) => {
    response.writeHead(307, { location: `${thief.origin}/stolen` });
    response.end();
  });
  await using registry = gar(server);
  await registry.ping();
  assert.equal(thief.seen.length, 1);
  assert.ok(thief.seen.every(({ authorization }) => authorization === undefined));
});

test('a probe says that it is the identity, and claims nothing of a registry that it did not ask', async () => {
  tokens.refuses = true;
  await using server = await garStandIn(() => true);
  await using registry = gar(server);
  const { checks } = await probe(registry);
  const states = checks.map(({ id, state }) => `${id}: ${state}`).slice(0, 5);
  assert.deepEqual(states, ['address: ok', 'reachable: skipped', 'tls: skipped', 'api: skipped', 'sign-in: error']);
});

test('for an API of Google the token is a Bearer', async () => {
  const session = new Session(connectionTo('europe-docker.pkg.dev', { authentication: METADATA, tls: {} }));
  const credential = await session.signIn.direct({ repository: null, text: '' });
  assert.deepEqual(credential, { header: 'Bearer canary-google-1', username: null, secret: 'canary-google-1' });
  await session.door.close();
});

test('workload identity federation: the token file is exchanged', async () => {
  await using sts = await serve(({ body }, response) =>
    new URLSearchParams(body).get('subject_token') === 'canary-subject'
      ? json(response, {
          access_token: 'canary-federated',
          expires_in: 3600,
          token_type: 'Bearer',
          issued_token_type: 'x',
        })
      : json(response, { error: 'invalid_grant', error_description: 'canary-description' }, 400),
  );
  const file = join(DIR, 'subject');
  writeFileSync(file, 'canary-subject');
  const key = JSON.stringify({
    type: 'external_account',
    audience: '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/x',
    subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    token_url: `${sts.origin}/v1/token`,
    credential_source: { file },
  });
  await using server = await garStandIn((token) => token === 'canary-federated');
  await using registry = gar(server, { type: 'gcp', serviceAccountKey: key });
  await registry.ping();
  assert.equal(server.seen.length, 1);
  writeFileSync(file, 'canary-wrong');
  await using refused = gar(server, { type: 'gcp', serviceAccountKey: key });
  await assert.rejects(refused.ping(), (error: Error & { code?: string }) => {
    const text = JSON.stringify({ ...error, message: error.message, stack: error.stack });
    assert.equal(error.code, 'identity-failed', text);
    assert.match(error.message, /does not accept this identity \(invalid_grant\)/);
    assert.ok(!text.includes('canary'), text);
    return true;
  });
});

test('a key that cannot be used, or that leads elsewhere, is refused without a word of it', () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
  const account = { type: 'service_account', client_email: 'canary@x', private_key: pem };
  const outside = {
    type: 'external_account',
    token_url: 'https://sts.googleapis.com/v1/token',
    credential_source: { file: '/var/run/secrets/tokens/gcp' },
  };
  const to = (key: object | string, fromOwnFile = false) =>
    createRegistry({
      ...connectionTo('europe-docker.pkg.dev', { tls: {} }),
      authentication: { type: 'gcp', serviceAccountKey: typeof key === 'string' ? key : JSON.stringify(key) },
      fromOwnFile,
    });
  const bad: (object | string)[] = [
    'canary',
    '[]',
    { ...account, private_key: undefined },
    { type: 'authorized_user', refresh_token: 'canary' },
    { ...account, token_uri: 'https://canary.example.com/token' },
    { ...account, universe_domain: 'canary.example.com' },
    { ...outside, token_url: 'https://canary.example.com' },
    { ...outside, token_url: 'http://sts.googleapis.com' },
    { ...outside, service_account_impersonation_url: 'https://canary.example.com' },
    { ...outside, credential_source: { file: '/etc/canary' } },
    { ...outside, credential_source: { file: '/var/run/secrets/../canary' } },
    { ...outside, credential_source: { url: 'http://canary.example.com' } },
    { ...outside, credential_source: { executable: { command: 'canary' } } },
  ];
  for (const key of bad) {
    assert.throws(
      () => to(key),
      (error: Error & { code?: string }) => error.code === 'authentication-invalid' && !/canary/.test(error.message),
      JSON.stringify(key).slice(0, 100),
    );
  }
  assert.ok(to(account));
  assert.ok(to(outside));
  assert.ok(to({ ...outside, credential_source: { url: 'http://127.0.0.1/' } }, true), "the agent's own file may");
});

test("the machine's identity goes to hosts of Google only, unless the agent's own file says so", () => {
  const to = (url: string, fromOwnFile = false) =>
    createRegistry({ ...connectionTo(url, { authentication: METADATA, tls: {} }), fromOwnFile });
  for (const host of ['registry.example.com', 'pkg.dev.example.com', 'xgcr.io', 'xpkg.dev']) {
    assert.throws(() => to(host), { code: 'identity-host-refused' }, host);
    assert.ok(to(host, true));
  }
  for (const host of ['europe-docker.pkg.dev', 'gcr.io', 'eu.gcr.io']) assert.ok(to(host), host);
});

test('a metadata server that refuses', async () => {
  tokens.refuses = true;
  await using server = await garStandIn(() => true);
  await using registry = gar(server);
  await assert.rejects(registry.ping(), (error: Error & { code?: string }) => {
    assert.match(error.code ?? '', /^identity-/);
    assert.ok(!/canary/.test(JSON.stringify({ ...error, message: error.message })));
    return true;
  });
  assert.equal(server.seen.length, 0);
});
