/**
 * A secret in every field that takes one, and every secret that Pharos makes: looked for in all that comes out again, for
 * every role. Only the answer that shows a secret once, to who made it, may have it.
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { REDACTED, ROLE_PERMISSIONS, type Role, type Route, type RouteName, routes } from '@pharos/contract';
import { startIssuer } from './identity/stand-in-issuer.ts';
import { ADMIN_TOKEN, type Answer, answerProbe, KEY, makeAgent, startTestServer, type TestServer } from './testing.ts';

const table = Object.entries(routes) as [RouteName, Route][];
let count = 0;
const canaries: string[] = [];
/** A secret that is nowhere by chance. */
function canary(before = ''): string {
  count += 1;
  const made = `${before}CANARY${String(count).padStart(3, '0')}${randomUUID().replaceAll('-', '')}`;
  canaries.push(made);
  return made;
}

const CLIENT = { id: 'pharos', secret: canary() };
const ISSUER_PERSON = { sub: 'eve-1', preferred_username: 'eve', groups: ['dba'] };
let it: TestServer;
let issuer: Awaited<ReturnType<typeof startIssuer>>;
/** What came out, with where. */
const heard: [where: string, text: string][] = [];
const ids: Record<string, string> = {};
let feed: Promise<void>;
const stopFeed = new AbortController();

before(async () => {
  issuer = await startIssuer(CLIENT);
  it = await startTestServer({
    oidc: {
      ...{ issuer: issuer.url, clientId: CLIENT.id, clientSecret: CLIENT.secret, scopes: [], name: 'Login' },
      ...{ groupsClaim: 'groups', roles: [{ group: 'dba', role: 'curator', scope: 'everywhere' }] },
    },
    // Nobody answers there: what is told of it must not hold the password either.
    ldap: {
      ...{ url: 'ldap://127.0.0.1:1', startTls: false, ca: null, bindDn: 'cn=reader', bindPassword: canary() },
      ...{ userBase: 'ou=people', userFilter: '(uid={username})', groupBase: null, roles: [] },
    },
  });
  canaries.push(ADMIN_TOKEN, KEY.toString('base64'), KEY.toString('hex'), it.server.embeddedToken());
  feed = listen();
});
after(async () => {
  stopFeed.abort();
  await feed;
  await it.stop();
  await issuer.stop();
});

async function listen(): Promise<void> {
  const headers = { authorization: `Bearer ${ADMIN_TOKEN}` };
  const response = await fetch(`${it.server.url}/api/v1/events`, { headers, signal: stopFeed.signal });
  const decoder = new TextDecoder();
  try {
    for await (const part of response.body!) heard.push(['events', decoder.decode(part, { stream: true })]);
  } catch {
    // Ended by the test.
  }
}

type Input = Parameters<TestServer['call']>[1];

/** A call whose answer must have no secret. */
async function ask(
  name: RouteName,
  input: Input = {},
  options: Parameters<TestServer['call']>[2] = {},
): Promise<Answer> {
  const answer = await it.call(name, input, options);
  heard.push([`${name} ${answer.status}`, answer.text + JSON.stringify([...answer.headers])]);
  return answer;
}

/** A call whose answer shows a new secret, this once. */
async function once(
  name: RouteName,
  input: Input,
  secretOf: (body: Answer['body']) => string,
  options = {},
): Promise<Answer> {
  const answer = await it.call(name, input, options);
  assert.ok(answer.status < 300, `${name}: ${answer.text}`);
  canaries.push(secretOf(answer.body));
  return answer;
}

const anyone = { token: null };
const tokenIn = (url: string): string => new URL(url).searchParams.get('token') as string;

function authentications(): object[] {
  const config = JSON.stringify({ auths: { 'r.example': { username: 'u', password: canary() } } });
  const key = JSON.stringify({ client_email: 'a@b.example', private_key: canary() });
  return [
    { type: 'basic', username: 'u', password: canary() },
    { type: 'token', token: canary() },
    { type: 'docker_config', config },
    { type: 'acr', method: 'service_principal', tenantId: 't', clientId: 'c', clientSecret: canary() },
    { type: 'ecr', region: 'eu-central-1', accessKeyId: 'AKIAEXAMPLE', secretAccessKey: canary() },
    { type: 'gcp', serviceAccountKey: key },
  ];
}

test('secrets go in by every way there is', async () => {
  const setup = { token: tokenIn(it.server.setupLink!), username: 'ada', password: canary() };
  canaries.push(setup.token);
  const opened = await it.call('setup', { body: setup }, anyone);
  const session = opened.headers.getSetCookie()[0]!.split(';')[0]!;
  canaries.push(session.split('=')[1]!);
  heard.push(['setup', opened.text]);
  const own = { token: null, headers: { cookie: session, 'sec-fetch-site': 'same-origin' } };
  const next = canary();
  await ask('changePassword', { body: { current: setup.password, password: next } }, own);
  await ask('signIn', { body: { username: 'ada', password: canary() } }, anyone);
  await ask('setup', { body: { ...setup, token: canary() } }, anyone);

  const agent = makeAgent(it, 'here');
  await agent.hello();
  for (const [index, authentication] of authentications().entries()) {
    const body = { name: `r${index}`, url: 'r.example', locationId: 'here', authentication };
    const answer = await ask('createRegistry', { body });
    assert.equal(answer.status, 201, answer.text);
    ids.registries = answer.body.id;
    await answerProbe(agent);
  }
  for (const authentication of authentications()) {
    await ask('updateRegistry', { params: { id: ids.registries }, body: { authentication } });
    // Refused: an error must not say what was sent.
    const wrong = Object.fromEntries(
      Object.entries(authentication).map(([key, value]) => [key, key === 'type' ? value : [value]]),
    );
    const refused = await ask('createRegistry', { body: { name: 'x', url: 'r.example', authentication: wrong } });
    assert.equal(refused.status, 400);
    await ask('createRegistry', {
      body: { name: 'x', url: 'r.example', authentication: { ...authentication, extra: 1 } },
    });
  }
  await ask('createRegistry', { body: { name: 'x', url: `https://u:${canary()}@r.example` } });

  const receiver = { registryId: ids.registries, source: 'distribution' };
  const made = await once('createReceiver', { body: receiver }, ({ secret }) => secret);
  ids.receivers = made.body.id;
  await once('rotateReceiver', { params: { id: ids.receivers } }, ({ secret }) => secret);
  const secretly = await once('createReceiver', { body: { ...receiver, source: 'quay' } }, ({ secret }) => secret);
  await ask('notify', { params: { id: secretly.body.id }, body: {} }, { token: canary() });
  await ask('notifySecretly', { params: { id: secretly.body.id, secret: canary() }, body: {} }, anyone);

  const webhook = { name: 'hook', events: ['audit'], allowHttp: true, allowPrivate: true };
  const hook = await once(
    'createWebhook',
    { body: { ...webhook, url: 'http://127.0.0.1:9/' } },
    ({ secret }) => secret,
  );
  ids.webhooks = hook.body.id;
  await once('rotateWebhook', { params: { id: ids.webhooks } }, ({ secret }) => secret);
  await ask('testWebhook', { params: { id: ids.webhooks } });

  const token = await once('createToken', { body: { name: 't', role: 'viewer' } }, (body) => body.token);
  await once('rotateToken', { params: { id: token.body.id }, body: {} }, (body) => body.token);
  const user = { name: 'bob', grants: [{ role: 'viewer', scope: 'everywhere' }] };
  const invited = await once('createUser', { body: user }, ({ link }) => tokenIn(link.url));
  ids.users = invited.body.user.id;
  const link = await once('resetUser', { params: { id: ids.users } }, ({ url }) => tokenIn(url));
  await ask('signInByLink', { body: { token: canary(), password: canary() } }, anyone);
  const chosen = { token: tokenIn(link.body.url), password: canary() };
  const signed = await it.call('signInByLink', { body: chosen }, anyone);
  heard.push(['signInByLink', signed.text]);

  await ask('signIn', { body: { username: 'of the directory', password: canary() } }, anyone);
  const joining = { name: 'second', locationId: 'here' };
  await once('createJoinToken', { body: joining }, (body) => body.token);
  const joiner = { agentId: randomUUID(), publicKey: 'A'.repeat(43), proof: 'x' };
  await ask('agentJoin', { body: { ...joiner, token: canary() } }, anyone);
  const service = { name: 'elsewhere', baseUrl: 'http://127.0.0.1:9', model: 'm', allowHttp: true, allowPrivate: true };
  await ask('createModelService', { body: { ...service, apiKey: canary() } });
  await ask('rotateEncryptionKey');

  const begun = await it.call('startOidc', {}, anyone);
  const cookie = begun.headers.getSetCookie()[0]!.split(';')[0]!;
  const query = issuer.authorize(begun.body.url, ISSUER_PERSON);
  canaries.push(new URLSearchParams(query).get('code')!);
  const back = { token: null, headers: { cookie, 'sec-fetch-site': 'same-origin' } };
  const returned = await it.call('finishOidc', { body: { query } }, back);
  assert.equal(returned.status, 201, returned.text);
  heard.push(['finishOidc', returned.text]);
  await ask('finishOidc', { body: { query: `code=${canary()}&state=x` } }, back);
});

test('no role finds one in any answer', async () => {
  const values: Record<string, string> = { name: 'x', n: '0', seq: '1', digest: `sha256:${'0'.repeat(64)}` };
  for (const role of Object.keys(ROLE_PERMISSIONS) as Role[]) {
    const token = role === 'admin' ? ADMIN_TOKEN : await it.tokenOf(role);
    if (role !== 'admin') canaries.push(token);
    for (const [name, route] of table) {
      if (route.method !== 'GET' || route.produces === 'text/event-stream') continue;
      const noun = route.path.split('/')[1] as string;
      const params = Object.fromEntries(
        Object.keys(route.params?.shape ?? {}).map((key) => [
          key,
          key === 'id' ? (ids[noun] ?? randomUUID()) : (values[key] ?? 'x'),
        ]),
      );
      await ask(name, { params }, { token });
    }
    const deliveries = await ask('listWebhookDeliveries', { params: { id: ids.webhooks } }, { token });
    for (const { id } of deliveries.body?.items?.slice(0, 5) ?? []) {
      await ask('getWebhookDelivery', { params: { id: ids.webhooks, deliveryId: id } }, { token });
    }
  }
});

test('nor is one in the log, in events, in the audit log, or in its export', async () => {
  const entries = await it.store.audit.after(0, 1000);
  assert.ok(entries.length > 40, 'what was done is there');
  assert.ok(
    entries.some(({ detail }) => detail.includes(REDACTED)),
    'and says where a secret was',
  );
  const everything = [
    ...heard,
    ...entries.map((entry): [string, string] => [`audit ${entry.action}`, JSON.stringify(entry)]),
    ...it.log.map((line): [string, string] => ['log', line]),
  ];
  assert.ok(it.log.length > 50);
  assert.ok(
    heard.some(([where, text]) => where === 'events' && text.includes('registry')),
    'events came',
  );
  assert.ok(canaries.length > 40, `${canaries.length} secrets`);
  for (const secret of canaries) {
    const forms = [secret, Buffer.from(secret).toString('base64url').slice(0, -2), encodeURIComponent(secret)];
    for (const [where, text] of everything) {
      for (const form of forms) assert.ok(!text.includes(form), `${form} in ${where}: ${text.slice(0, 300)}`);
    }
  }
});
