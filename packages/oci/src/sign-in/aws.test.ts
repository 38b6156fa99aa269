import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, test } from 'node:test';
import { type Authentication, DEFAULT_LIMITS } from '../connection.ts';
import type { Answer, Door, DoorRequest } from '../http.ts';
import { createRegistry } from '../registry.ts';
import { Session } from '../session.ts';
import {
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
import { AwsSignIn, awsOf } from './aws.ts';
import { awsApiError } from './aws-error.ts';
import { basicHeader } from './sign-in.ts';

const SECRET = 'canary-secret-key';
const KEYS = { type: 'ecr', region: 'eu-central-1', accessKeyId: 'AKIATEST', secretAccessKey: SECRET } as const;

// Nothing of the machine that runs this counts, and nothing outside of it is asked.
beforeEach(() => {
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name];
  process.env.AWS_EC2_METADATA_DISABLED = 'true';
  process.env.AWS_CONFIG_FILE = '/nonexistent';
  process.env.AWS_SHARED_CREDENTIALS_FILE = '/nonexistent';
});

interface Ecr {
  lifeS?: number;
  api?: (target: string, count: number) => { status: number; body: object } | null;
  accepts?: (password: string, count: number) => boolean;
  refusal?: { status: number; message: string };
}

/** A stand-in for ECR and its API on one server; the registry takes Basic of the last password. */
async function ecrStandIn(options: Ecr = {}) {
  let count = 0;
  const server: Fake = await serve((request, response) => {
    const target = String(request.headers['x-amz-target'] ?? '').split('.')[1] ?? '';
    if (request.method === 'POST' && target !== '') {
      const answer = options.api?.(target, count + 1) ?? null;
      if (answer !== null) return json(response, answer.body, answer.status);
      if (target === 'DescribeImages') return json(response, { imageDetails: [{ imageTags: ['a'] }] });
      count += 1;
      const authorizationToken = Buffer.from(`AWS:canary-password-${count}`).toString('base64');
      const expiresAt = Date.now() / 1000 + (options.lifeS ?? 43_200);
      return json(response, { authorizationData: [{ authorizationToken, expiresAt }] });
    }
    const password = Buffer.from(request.authorization?.replace(/^Basic /, '') ?? '', 'base64').toString();
    const isGood = password.startsWith('AWS:canary-password-') && (options.accepts ?? (() => true))(password, count);
    if (!isGood && options.refusal !== undefined) {
      const { status, message } = options.refusal;
      return json(response, { errors: [{ code: 'DENIED', message }] }, status);
    }
    if (!isGood) return fail(response, 401, 'UNAUTHORIZED', { 'www-authenticate': 'Basic realm="ecr"' });
    if (request.url.includes('/manifests/')) {
      return json(response, manifestText(), 200, { 'content-type': MANIFEST_TYPE });
    }
    json(response, { name: 'x', tags: ['a'] });
  });
  return Object.assign(server, {
    calls: () => server.seen.filter(({ headers }) => headers['x-amz-target'] !== undefined),
    reads: () => server.seen.filter(({ headers }) => headers['x-amz-target'] === undefined),
  });
}

const ecr = (server: Fake, authentication: Authentication = KEYS, opening: Opening = {}) =>
  open(server.host, { authentication, apiUrl: server.origin, fromOwnFile: true, ...opening });

test('an access key: one signed call through the door, and its password with the first request', async () => {
  await using server = await ecrStandIn();
  await using registry = ecr(server);
  await Promise.all(Array.from({ length: 50 }, (_, i) => registry.getManifest('x', `t${i}`)));
  assert.equal(server.calls().length, 1);
  const [call] = server.calls();
  assert.match(call?.authorization ?? '', /^AWS4-HMAC-SHA256 Credential=AKIATEST\/\d{8}\/eu-central-1\/ecr\//);
  assert.ok(server.reads().every(({ authorization }) => authorization === basicHeader('AWS', 'canary-password-1')));
  assert.equal(server.reads().length, 50);
  assert.equal(registry.requests, 51, 'the call of the SDK went through the door');
  assert.ok(!JSON.stringify(server.seen).includes(SECRET));
  assert.equal(registry.signedInBy, 'basic');
});

test('a password is renewed before its end, and once when it is refused in the middle of a scan', async () => {
  await using short = await ecrStandIn({ lifeS: 0.5 });
  await using registry = ecr(short);
  await registry.getManifest('x', '1');
  await new Promise((resolve) => setTimeout(resolve, 450));
  await registry.getManifest('x', '2');
  assert.equal(short.calls().length, 2);
  assert.equal(short.reads().length, 2, 'no 401 in between');

  let ended = '';
  await using server = await ecrStandIn({ accepts: (password) => password !== ended });
  await using other = ecr(server);
  await other.getManifest('x', '1');
  ended = 'AWS:canary-password-1';
  await Promise.all(Array.from({ length: 20 }, (_, i) => other.getManifest('x', `t${i}`)));
  assert.equal(server.calls().length, 2);

  await using denying = await ecrStandIn({
    accepts: (password) => password !== ended,
    refusal: { status: 403, message: 'Your authorization token has expired. Reauthenticate and try again.' },
  });
  await using fourth = ecr(denying);
  await fourth.getManifest('x', '1');
  assert.deepEqual([denying.calls().length, denying.reads().length], [2, 2], 'ECR says 403 of a password that ended');

  await using refusing = await ecrStandIn({ accepts: () => false });
  await using third = ecr(refusing);
  for (let i = 0; i < 3; i += 1) await assert.rejects(third.getManifest('x', '1'), { code: 'unauthorized' });
  assert.equal(refusing.calls().length, 2, 'a refusal that is meant does not fetch with every request');
});

test('the default chain: EKS Pod Identity by its address and token file', async () => {
  await using pods = await serve(({ authorization }, response) =>
    authorization === 'canary-pod-token'
      ? json(response, {
          AccessKeyId: 'ASIAPOD',
          SecretAccessKey: SECRET,
          Token: 'canary-session',
          Expiration: new Date(Date.now() + 3_600_000).toISOString(),
        })
      : fail(response, 403, 'DENIED'),
  );
  const file = join(mkdtempSync(join(tmpdir(), 'pods-')), 'token');
  writeFileSync(file, 'canary-pod-token');
  process.env.AWS_CONTAINER_CREDENTIALS_FULL_URI = `${pods.origin}/v1/credentials`;
  process.env.AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE = file;
  await using server = await ecrStandIn();
  await using registry = ecr(server, { type: 'ecr', region: 'eu-central-1' });
  await registry.ping();
  assert.match(server.calls()[0]?.authorization ?? '', /Credential=ASIAPOD\//);
  assert.equal(pods.seen.length, 1);
  assert.ok(!JSON.stringify(server.seen).includes('canary-pod-token'));
});

test('a role is taken on at STS, with the external id, through the door', async () => {
  await using sts = await serve((_, response) => {
    response.writeHead(200, { 'content-type': 'text/xml' });
    response.end(
      `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
        <AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>canary-role</SecretAccessKey><SessionToken>canary-session</SessionToken>
        <Expiration>${new Date(Date.now() + 3_600_000).toISOString()}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`,
    );
  });
  process.env.AWS_ENDPOINT_URL_STS = sts.origin;
  await using server = await ecrStandIn();
  const roleArn = 'arn:aws:iam::123456789012:role/reader';
  await using registry = ecr(server, { ...KEYS, roleArn, externalId: 'external-1' });
  await registry.ping();
  const asked = new URLSearchParams(sts.seen[0]?.body);
  assert.deepEqual(
    [asked.get('Action'), asked.get('RoleArn'), asked.get('ExternalId')],
    ['AssumeRole', roleArn, 'external-1'],
  );
  assert.match(sts.seen[0]?.authorization ?? '', /Credential=AKIATEST\//);
  assert.match(server.calls()[0]?.authorization ?? '', /Credential=ASIAROLE\//);
  assert.equal(registry.requests, 3);
});

test('a registry that redirects, or asks for a token elsewhere, does not send the password there', async () => {
  await using thief = await serve((_, response) => json(response, { token: 'x' }));
  await using server = await ecrStandIn();
  await using redirecting = await serve((_, response) => {
    response.writeHead(307, { location: `${thief.origin}/stolen` });
    response.end();
  });
  await using registry = open(redirecting.host, { authentication: KEYS, apiUrl: server.origin, fromOwnFile: true });
  await registry.ping();
  await using asking = await serve((_, response) =>
    fail(response, 401, 'UNAUTHORIZED', { 'www-authenticate': `Bearer realm="${thief.origin}/token",service="x"` }),
  );
  await using other = open(asking.host, {
    authentication: KEYS,
    apiUrl: server.origin,
    fromOwnFile: true,
    tokenHosts: [thief.host],
  });
  await assert.rejects(other.ping(), { code: 'unauthorized' });
  assert.deepEqual(
    thief.seen.map(({ url, authorization }) => [url, authorization]),
    [['/stolen', undefined]],
  );
});

test('the dialect gets a client with the same credentials, and errors in our words', async () => {
  let refusal: { status: number; body: object } | null = null;
  await using server = await ecrStandIn({ api: (target) => (target === 'DescribeImages' ? refusal : null) });
  const session = new Session({
    ...connectionTo(server.host, { authentication: KEYS, apiUrl: server.origin, fromOwnFile: true }),
  });
  const { client, sdk } = await awsOf(session.signIn);
  const command = new sdk.DescribeImagesCommand({ repositoryName: 'x' });
  assert.deepEqual((await client.send(command)).imageDetails, [{ imageTags: ['a'] }]);
  const cases: [number, string, string][] = [
    [400, 'AccessDeniedException', 'api-unavailable'],
    [400, 'RepositoryNotFoundException', 'repository-not-found'],
    [400, 'ExpiredTokenException', 'identity-failed'],
    [400, 'ThrottlingException', 'rate-limited'],
    [500, 'ServerException', 'registry-failed'],
  ];
  for (const [status, name, code] of cases) {
    refusal = { status, body: { __type: name, message: 'canary-message' } };
    await assert.rejects(client.send(command), (error: unknown) => {
      const told = awsApiError(error, 'x');
      assert.equal(told.code, code, name);
      assert.ok(!JSON.stringify({ ...told, message: told.message }).includes('canary'));
      return true;
    });
  }
  const abort = AbortSignal.abort();
  await assert.rejects(client.send(command, { abortSignal: abort }));
  await session.door.close();
  const none = new Session(connectionTo(server.host));
  assert.throws(() => awsOf(none.signIn), { code: 'api-unavailable' });
});

test('who is refused, and who has no identity, is told without a secret', async () => {
  const told = (code: string) => (error: Error & { code?: string }) => {
    const text = JSON.stringify({ ...error, message: error.message, stack: error.stack });
    assert.equal(error.code, code, text);
    assert.ok(!text.includes('canary'), text);
    return true;
  };
  await using server = await ecrStandIn({
    api: () => ({ status: 400, body: { __type: 'UnrecognizedClientException', message: SECRET } }),
  });
  await using refused = ecr(server);
  await assert.rejects(refused.ping(), told('identity-failed'));
  await using without = ecr(server, { type: 'ecr', region: 'eu-central-1' });
  await assert.rejects(without.ping(), told('identity-missing'));
  await using nowhere = ecr(server, { ...KEYS, region: undefined });
  await assert.rejects(nowhere.ping(), told('authentication-invalid'));
  assert.throws(() => ecr(server, { type: 'ecr', accessKeyId: 'x' }), told('authentication-invalid'));
});

test("the machine's identity goes to hosts of ECR only, unless the agent's own file says so", () => {
  const to = (url: string, authentication: Authentication, fromOwnFile = false, apiUrl?: string) =>
    createRegistry({ ...connectionTo(url, { authentication, tls: {}, ...(apiUrl ? { apiUrl } : {}) }), fromOwnFile });
  const chain: Authentication = { type: 'ecr' };
  for (const host of ['registry.example.com', '123456789012.dkr.ecr.eu-central-1.amazonaws.com.example.com']) {
    assert.throws(() => to(host, chain), { code: 'identity-host-refused' }, host);
    assert.ok(to(host, chain, true));
    assert.ok(to(host, KEYS), 'with a key of its own it goes where its owner says');
  }
  for (const host of [
    '123456789012.dkr.ecr.eu-central-1.amazonaws.com',
    '123456789012.dkr.ecr-fips.us-east-1.amazonaws.com',
    '123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn',
    '123456789012.dkr-ecr.eu-central-1.on.aws',
    'public.ecr.aws',
  ]) {
    assert.ok(to(host, chain), host);
  }
  const own = '123456789012.dkr.ecr.eu-central-1.amazonaws.com';
  assert.throws(() => to(own, chain, false, 'https://ecr.example.com'), { code: 'identity-host-refused' });
  assert.ok(to(own, chain, false, 'https://vpce-1.api.ecr.eu-central-1.vpce.amazonaws.com'));
});

/** A stand-in for the door itself, because the public registry has one name only. */
function publicDoor(sent: DoorRequest[]): Door {
  const send = (request: DoorRequest): Promise<Answer> => {
    sent.push(request);
    const value = request.origin.includes('api.ecr-public')
      ? {
          authorizationData: {
            authorizationToken: Buffer.from('AWS:canary-public').toString('base64'),
            expiresAt: Date.now() / 1000 + 43_200,
          },
        }
      : { token: 'canary-bearer' };
    const { origin, path } = request;
    return Promise.resolve({ origin, path, status: 200, headers: {}, body: Buffer.from(JSON.stringify(value)) });
  };
  return { send } as unknown as Door;
}

test('the public registry: its password goes to its own token service, and its token to it', async () => {
  const sent: DoorRequest[] = [];
  const origin = 'https://public.ecr.aws';
  const context = {
    door: publicDoor(sent),
    home: { origin, inside: false, tokenHosts: [] },
    limits: DEFAULT_LIMITS,
    userAgent: 'test',
  };
  const signIn = new AwsSignIn(context, KEYS, { hostname: 'public.ecr.aws', fromOwnFile: false }, null);
  const scope = { repository: 'a/b', text: 'repository:a/b:pull' };
  assert.equal(await signIn.header(scope), 'Bearer canary-bearer');
  assert.deepEqual(
    sent.map((request) => request.origin + request.path),
    [
      'https://api.ecr-public.us-east-1.amazonaws.com/',
      `${origin}/token/?service=public.ecr.aws&scope=repository%3Aa%2Fb%3Apull`,
    ],
  );
  assert.equal(sent[1]?.headers.authorization, basicHeader('AWS', 'canary-public'));
});
