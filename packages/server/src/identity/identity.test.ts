import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startTestServer, type TestServer } from '../testing.ts';

let it: TestServer;
let setupToken = '';
const password = 'correct horse battery';
before(async () => {
  it = await startTestServer();
  setupToken = it.server.setupLink?.split('?token=')[1] ?? '';
});
after(() => it.stop());

const cookieOf = (headers: Headers) => (headers.getSetCookie()[0] ?? '').split(';')[0] as string;
const browser = { 'sec-fetch-site': 'same-origin' };

async function signIn(): Promise<string> {
  const answer = await it.call('signIn', { body: { username: 'ada', password } }, { token: null });
  assert.equal(answer.status, 201);
  return cookieOf(answer.headers);
}

test('the setup link makes one administrator, once, and signs in', async () => {
  await fetch(it.server.setupLink as string);
  assert.match(it.server.setupLink ?? '', /^http:\/\/127\.0\.0\.1:\d+\/setup\?token=[\w-]{43}$/);
  assert.deepEqual((await it.call('getSetup', {}, { token: null })).body, { done: false, oidc: null });
  const body = { token: setupToken, username: 'ada', password };
  const wrong = await it.call('setup', { body: { ...body, token: 'wrong' } }, { token: null });
  assert.deepEqual([wrong.status, wrong.body.code], [401, 'setup-link-invalid']);
  const both = await Promise.all([
    it.call('setup', { body }, { token: null }),
    it.call('setup', { body: { ...body, username: 'eve' } }, { token: null }),
  ]);
  assert.deepEqual(both.map((answer) => answer.status).sort(), [201, 409]);
  const made = both.find((answer) => answer.status === 201);
  assert.equal(made?.body.role, 'admin');
  assert.equal(it.server.setupLink, null);
  assert.deepEqual((await it.call('getSetup', {}, { token: null })).body, { done: true, oidc: null });
  const again = await it.call('setup', { body }, { token: null });
  assert.deepEqual([again.status, again.body.code], [409, 'setup-done']);
});

test('a session cookie is HttpOnly, SameSite, opaque, stored hashed, and ends at sign-out', async () => {
  const answer = await it.call('signIn', { body: { username: 'ada', password } }, { token: null });
  const [header] = answer.headers.getSetCookie();
  assert.match(header ?? '', /^pharos_session=[\w-]{43}; .*HttpOnly; SameSite=Lax/);
  const cookie = cookieOf(answer.headers);
  const secret = cookie.split('=')[1] as string;
  assert.equal(await it.store.sessions.use(secret, new Date()), null, 'the store knows the hash only');
  const who = await it.call('getSession', {}, { token: null, headers: { cookie } });
  assert.deepEqual([who.body.name, who.body.kind], ['ada', 'session']);
  const out = await it.call('signOut', {}, { token: null, headers: { cookie, ...browser } });
  assert.equal(out.status, 204);
  assert.equal((await it.call('getSession', {}, { token: null, headers: { cookie } })).status, 401);
});

test('an unknown user and a wrong password get the same answer', async () => {
  const answers = await Promise.all([
    it.call('signIn', { body: { username: 'ada', password: 'wrong password' } }, { token: null }),
    it.call('signIn', { body: { username: 'nobody', password: 'wrong password' } }, { token: null }),
  ]);
  const [known, unknown] = answers.map(({ status, body }) => ({ status, body: { ...body, requestId: '' } }));
  assert.equal(known?.status, 401);
  assert.deepEqual(known, unknown);
});

test('a cookie alone does not authorise a change: other sites, and callers that do not say where they come from, are refused', async () => {
  const cookie = await signIn();
  const body = { name: 'x', role: 'viewer' };
  const attempt = async (headers: Record<string, string>) =>
    (await it.call('createToken', { body }, { token: null, headers: { cookie, ...headers } })).status;
  const own = it.server.url;
  assert.equal(await attempt({}), 403);
  assert.equal(await attempt({ origin: 'https://evil.example' }), 403);
  assert.equal(await attempt({ origin: 'null' }), 403);
  assert.equal(await attempt({ 'sec-fetch-site': 'cross-site', 'x-pharos-client': '1' }), 403);
  assert.equal(await attempt({ 'sec-fetch-site': 'same-site', origin: 'https://evil.example' }), 403);
  assert.equal(await attempt({ origin: own }), 201);
  assert.equal(await attempt(browser), 201);
  assert.equal(await attempt({ 'x-pharos-client': '1' }), 201);
  const read = await it.call('getSession', {}, { token: null, headers: { cookie, origin: 'https://evil.example' } });
  assert.equal(read.status, 200, 'reads change nothing; no CORS header lets the other site see the answer');
  assert.equal(read.headers.get('access-control-allow-origin'), null);
});

test('a page of another site cannot sign its visitor in', async () => {
  const headers = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' };
  const answer = await it.call('signIn', { body: { username: 'ada', password } }, { token: null, headers });
  assert.deepEqual([answer.status, answer.body.code], [403, 'origin-refused']);
});

test('a token is shown once, stored hashed, works until it is revoked, and a cookie does not help a wrong one', async () => {
  const made = await it.call('createToken', { body: { name: 'ci', role: 'viewer' } });
  assert.equal(made.status, 201);
  const { id, token, expiresAt } = made.body;
  const days = (Date.parse(expiresAt) - Date.now()) / 86_400_000;
  assert.ok(days > 29 && days < 31, 'expires in 30 days unless said otherwise');
  const list = await it.call('listTokens', {});
  const row = list.body.items.find((item: { id: string }) => item.id === id);
  assert.equal(row.prefix, token.slice(0, 12));
  assert.ok(!list.text.includes(token));
  assert.equal((await it.call('getSession', {}, { token })).body.role, 'viewer');
  assert.equal((await it.call('deleteToken', { params: { id } })).status, 204);
  const cookie = await signIn();
  assert.equal((await it.call('getSession', {}, { token, headers: { cookie } })).status, 401);
  assert.equal((await it.call('deleteToken', { params: { id } })).status, 404);
});

test('tokens do not live for ever, except those of agents', async () => {
  const create = (body: object) => it.call('createToken', { body });
  const at = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();
  for (const expiresAt of [null, at(-1), at(400)]) {
    const { status, body } = await create({ name: 'x', role: 'admin', expiresAt });
    assert.deepEqual([status, body.errors?.[0]?.path], [400, 'expiresAt'], String(expiresAt));
  }
  assert.equal((await create({ name: 'x', role: 'admin', expiresAt: at(364) })).status, 201);
  assert.equal((await create({ name: 'x', role: 'agent' })).body.expiresAt, null);
  assert.equal((await create({ name: 'x', role: 'admin', scopes: ['repository:a'] })).status, 400);
});

test('the token of the environment is an administrator, the one of the embedded agent an agent that is stored nowhere', async () => {
  assert.deepEqual(
    [(await it.call('getSession')).body.kind, (await it.call('getSession')).body.role],
    ['environment-token', 'admin'],
  );
  const token = it.server.embeddedToken();
  assert.equal((await it.call('getSession', {}, { token })).body.role, 'agent');
  assert.ok(!(await it.call('listTokens', {})).text.includes('embedded'));
  assert.equal((await it.call('getSession', {}, { token: token.slice(0, -1) })).status, 401);
});

test('guessing a password is slowed down by name, with the time to wait', async () => {
  const attempt = () => it.call('signIn', { body: { username: 'grace', password: 'wrong password' } }, { token: null });
  const answers = await Promise.all(Array.from({ length: 7 }, attempt));
  const limited = answers.filter((answer) => answer.status === 429);
  assert.equal(limited.length, 2);
  assert.equal(limited[0]?.body.code, 'rate-limited');
  assert.ok(Number(limited[0]?.headers.get('retry-after')) > 0);
  assert.ok(await signIn(), 'others are not locked out');
});

test('a login by https has a cookie bound to the host', async () => {
  const secure = await startTestServer({ store: it.store, publicUrl: 'https://pharos.example.com' });
  const headers = { origin: 'https://pharos.example.com' };
  const answer = await secure.call('signIn', { body: { username: 'ada', password } }, { token: null, headers });
  assert.match(answer.headers.getSetCookie()[0] ?? '', /^__Host-pharos=.*Path=\/.*Secure/);
  assert.match(answer.headers.get('strict-transport-security') ?? '', /max-age/);
  await secure.stop();
});

test('neither passwords nor session ids nor tokens are in the log', () => {
  const log = it.log.join('');
  assert.ok(log.includes('"route":"signIn"'), 'requests are logged');
  for (const secret of [password, 'wrong password', setupToken, 'pharos_session', it.server.embeddedToken()]) {
    assert.ok(!log.includes(secret), secret);
  }
});
