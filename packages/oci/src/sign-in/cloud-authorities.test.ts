/**
 * What needs TLS to a name that the SDKs insist on: Entra's authority and Google's token endpoint. Both are stand-ins on
 * loopback with a certificate of our own authority, so the client runs in a process that trusts it.
 */
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import type { Authentication } from '../connection.ts';
import { type Fake, fail, json, serve } from '../testing.ts';

const DIR = mkdtempSync(join(tmpdir(), 'authorities-'));
const INDEX = new URL('../index.ts', import.meta.url).href;
const SAN = 'subjectAltName=DNS:localhost,IP:127.0.0.1,DNS:oauth2.googleapis.com';

/** A certificate that is its own authority. */
function certificate(): { key: string; cert: string } {
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  const files = ['-keyout', 'tls.key', '-out', 'tls.crt', '-subj', '/CN=stand-in', '-addext', SAN];
  execFileSync('openssl', ['req', '-x509', ...curve, ...files], { cwd: DIR, stdio: 'pipe' });
  return { key: readFileSync(join(DIR, 'tls.key'), 'utf8'), cert: readFileSync(join(DIR, 'tls.crt'), 'utf8') };
}

const TLS = certificate();

const CHILD = `
const { createRegistry } = await import(${JSON.stringify(INDEX)});
const registry = createRegistry(JSON.parse(process.env.TEST_CONNECTION));
try {
  await registry.ping();
  console.log(JSON.stringify({ ok: true }));
} catch (error) {
  console.log(JSON.stringify({ ok: false, code: error.code, message: error.message, stack: error.stack }));
}
await registry.close();
`;

interface Outcome {
  ok: boolean;
  code?: string;
  message?: string;
}

/** Pings a registry in a process of its own; answers what came of it and all that it wrote. */
async function ping(
  host: string,
  authentication: Authentication,
  environment: Record<string, string>,
): Promise<Outcome & { written: string }> {
  const connection = {
    name: 'x',
    url: host,
    provider: 'oci',
    authentication,
    tls: { plainHttp: true },
    fromOwnFile: true,
  };
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', CHILD], {
    env: {
      PATH: process.env.PATH,
      HOME: DIR,
      NODE_EXTRA_CA_CERTS: join(DIR, 'tls.crt'),
      TEST_CONNECTION: JSON.stringify(connection),
      ...environment,
    },
    timeout: 60_000,
  });
  return { ...(JSON.parse(stdout) as Outcome), written: stdout + stderr };
}

/** A stand-in for Microsoft Entra: the metadata of the authority, and tokens for what it accepts. */
function entraStandIn(accepts: (form: URLSearchParams) => boolean): Promise<Fake> {
  const server = serve(async ({ url, body }, response) => {
    const { origin } = await server;
    if (url.includes('/.well-known/openid-configuration')) {
      const base = `${origin}/tenant-1`;
      return json(response, {
        issuer: `${base}/v2.0`,
        token_endpoint: `${base}/oauth2/v2.0/token`,
        authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
        end_session_endpoint: `${base}/oauth2/v2.0/logout`,
        jwks_uri: `${base}/keys`,
      });
    }
    const form = new URLSearchParams(body);
    if (url.includes('/oauth2/v2.0/token') && accepts(form)) {
      return json(response, { token_type: 'Bearer', expires_in: 3600, access_token: 'canary-entra-token' });
    }
    json(
      response,
      { error: 'invalid_client', error_description: `AADSTS7000215: ${body}`, error_codes: [7000215] },
      401,
    );
  }, TLS);
  return server;
}

function acrStandIn(): Promise<Fake> {
  return serve(({ url, body, authorization }, response) => {
    const form = new URLSearchParams(body);
    if (url === '/oauth2/exchange' && form.get('access_token') === 'canary-entra-token') {
      return json(response, { refresh_token: `canary-refresh-${form.get('tenant')}` });
    }
    if (url === '/oauth2/token') return json(response, { access_token: 'canary-access' });
    if (authorization === 'Bearer canary-access') return json(response, {});
    fail(response, 401, 'UNAUTHORIZED');
  });
}

test('Azure: workload identity shows the federated token, a service principal its secret, both to the authority only', async () => {
  const file = join(DIR, 'federated');
  writeFileSync(file, 'canary-federated');
  await using entra = await entraStandIn(
    (form) => form.get('client_assertion') === 'canary-federated' || form.get('client_secret') === 'canary-secret',
  );
  await using acr = await acrStandIn();
  const authority = { AZURE_AUTHORITY_HOST: entra.origin };
  const workload = await ping(
    acr.host,
    { type: 'acr', method: 'workload_identity' },
    { ...authority, AZURE_FEDERATED_TOKEN_FILE: file, AZURE_CLIENT_ID: 'client-1', AZURE_TENANT_ID: 'tenant-1' },
  );
  assert.equal(workload.ok, true, workload.written);
  const principal = { type: 'acr', method: 'service_principal', tenantId: 'tenant-1', clientId: 'client-1' } as const;
  const good = await ping(acr.host, { ...principal, clientSecret: 'canary-secret' }, authority);
  assert.equal(good.ok, true, good.written);
  const bad = await ping(acr.host, { ...principal, clientSecret: 'canary-wrong' }, authority);
  assert.deepEqual([bad.ok, bad.code], [false, 'identity-failed'], bad.written);
  assert.match(bad.message ?? '', /AADSTS7000215/);
  for (const { written } of [workload, good, bad]) assert.ok(!written.includes('canary'), written);
  const scopes = entra.seen.map(({ body }) => new URLSearchParams(body).get('scope')).filter(Boolean);
  assert.ok(scopes.every((scope) => scope?.startsWith('https://containerregistry.azure.net/.default')));
  const atAcr = JSON.stringify(acr.seen);
  assert.ok(!atAcr.includes('canary-federated') && !atAcr.includes('canary-secret'));
  assert.ok(acr.seen.some(({ body }) => new URLSearchParams(body).get('tenant') === 'tenant-1'));
});

test('Google: the key of a service account signs an assertion, and never leaves', async () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = JSON.stringify({
    type: 'service_account',
    client_email: 'reader@project.iam.gserviceaccount.com',
    private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
  });
  let refuses = false;
  await using google = await serve(({ body }, response) => {
    const [, claims = ''] = new URLSearchParams(body).get('assertion')?.split('.') ?? [];
    const { iss } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { iss?: string };
    return refuses || iss !== 'reader@project.iam.gserviceaccount.com'
      ? json(response, { error: 'invalid_grant', error_description: 'canary-description' }, 400)
      : json(response, { access_token: 'canary-google', expires_in: 3600, token_type: 'Bearer' });
  }, TLS);
  // The library knows one token endpoint only; a proxy leads its name to the stand-in.
  const proxy = createServer();
  const asked: string[] = [];
  proxy.on('connect', (request, socket) => {
    asked.push(request.url ?? '');
    const { port } = new URL(google.origin);
    const onward = connect(Number(port), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      onward.pipe(socket).pipe(onward);
    });
    for (const each of [onward, socket]) each.on('error', () => each.destroy());
  });
  await once(proxy.listen(0, '127.0.0.1'), 'listening');
  await using registry = await serve(({ authorization }, response) => {
    const given = Buffer.from(authorization?.slice(6) ?? '', 'base64').toString();
    if (given === 'oauth2accesstoken:canary-google') return json(response, {});
    fail(response, 401, 'UNAUTHORIZED');
  });
  const environment = { HTTPS_PROXY: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` };
  try {
    const good = await ping(registry.host, { type: 'gcp', serviceAccountKey: key }, environment);
    assert.equal(good.ok, true, good.written);
    refuses = true;
    const bad = await ping(registry.host, { type: 'gcp', serviceAccountKey: key }, environment);
    assert.deepEqual([bad.ok, bad.code], [false, 'identity-failed'], bad.written);
    assert.match(bad.message ?? '', /invalid_grant/);
    assert.ok(!(good.written + bad.written).includes('canary') && !bad.written.includes('PRIVATE KEY'));
    assert.deepEqual([...new Set(asked)], ['oauth2.googleapis.com:443']);
    assert.equal(registry.seen.length, 1);
  } finally {
    proxy.closeAllConnections();
    proxy.close();
  }
});

test('no SDK is loaded before it is used', async () => {
  const script = `
    import { registerHooks } from 'node:module';
    const loaded = [];
    registerHooks({ load: (url, context, next) => { loaded.push(url); return next(url, context); } });
    const { createRegistry } = await import(${JSON.stringify(INDEX)});
    const open = (url, authentication) => createRegistry({ name: 'x', url, provider: 'oci', authentication, tls: {} });
    open('a.azurecr.io', { type: 'acr', method: 'workload_identity' });
    open('123456789012.dkr.ecr.eu-central-1.amazonaws.com', { type: 'ecr' });
    open('eu.gcr.io', { type: 'gcp' });
    console.log(JSON.stringify(loaded.filter((url) => /@azure|@aws-sdk|@smithy|google/.test(url) && url.includes('node_modules'))));
    console.log(loaded.length);
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
  const [sdks, count] = stdout.split('\n');
  assert.equal(sdks, '[]');
  assert.ok(Number(count) > 10, 'the hook sees what is loaded');
});
