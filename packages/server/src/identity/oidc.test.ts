import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startTestServer, type TestServer } from '../testing.ts';
import { createIssuerDoor, mayBeIssuer } from './issuer-door.ts';
import { type Fault, type Person, startIssuer } from './stand-in-issuer.ts';

const CLIENT = { id: 'pharos', secret: 'secret-of-the-client-in-the-tests' };
const ADA: Person = { sub: 'ada-1', preferred_username: 'ada', name: 'Ada L', groups: ['dba', 'other'] };

let issuer: Awaited<ReturnType<typeof startIssuer>>;
let it: TestServer;
before(async () => {
  issuer = await startIssuer(CLIENT);
  it = await startTestServer({
    oidc: {
      issuer: issuer.url,
      clientId: CLIENT.id,
      clientSecret: CLIENT.secret,
      scopes: ['profile', 'groups'],
      groupsClaim: 'groups',
      name: 'Team login',
      roles: [
        { group: 'dba', role: 'curator', scope: 'location:here' },
        { group: 'boss', role: 'admin', scope: 'everywhere' },
        { group: 'staff', role: 'viewer', scope: 'everywhere' },
      ],
    },
  });
});
after(async () => {
  await it.stop();
  await issuer.stop();
});

const cookies = (headers: Headers) =>
  headers
    .getSetCookie()
    .map((each) => each.split(';')[0])
    .join('; ');

async function begin() {
  const { body, headers, status } = await it.call('startOidc', {}, { token: null });
  assert.equal(status, 200, JSON.stringify(body));
  return { url: body.url as string, cookie: cookies(headers), set: headers.getSetCookie()[0] ?? '' };
}

function finish(query: string, cookie: string | null) {
  const headers = cookie === null ? {} : { cookie, 'sec-fetch-site': 'same-origin' };
  return it.call('finishOidc', { body: { query } }, { token: null, headers: headers as Record<string, string> });
}

async function signIn(person: Person, fault: Fault = {}) {
  const { url, cookie } = await begin();
  issuer.state.fault = fault;
  const answer = await finish(issuer.authorize(url, person), cookie);
  issuer.state.fault = {};
  return answer;
}

test('an attempt is bound to the browser, with state, nonce and PKCE', async () => {
  const { url, set } = await begin();
  const query = new URL(url).searchParams;
  assert.equal(query.get('response_type'), 'code');
  assert.equal(query.get('scope'), 'openid profile groups');
  assert.equal(query.get('code_challenge_method'), 'S256');
  assert.equal(query.get('redirect_uri'), `${it.server.url}/sign-in/callback`);
  for (const name of ['state', 'nonce', 'code_challenge']) assert.ok((query.get(name) ?? '').length >= 32, name);
  assert.match(set, /HttpOnly; SameSite=Lax/);
  for (const name of ['state', 'nonce']) assert.ok(!set.includes(query.get(name) as string), 'sealed in the cookie');
  const setup = await it.call('getSetup', {}, { token: null });
  assert.deepEqual(setup.body, { done: false, oidc: { name: 'Team login' } });
});

test('groups give roles, replace them at each sign-in, and never add to them', async () => {
  const first = await signIn(ADA);
  assert.equal(first.status, 201, it.log.filter((l) => l.includes('OIDC')).join(''));
  assert.deepEqual([first.body.name, first.body.role], ['ada', 'curator']);
  assert.deepEqual(first.body.grants, [{ role: 'curator', scope: 'location:here' }]);
  const headers = { cookie: cookies(first.headers) };
  const who = await it.call('getSession', {}, { token: null, headers });
  assert.deepEqual([who.body.userId, who.body.hasPassword], [first.body.userId, false]);
  const boss = await signIn({ ...ADA, groups: ['boss'] });
  assert.deepEqual(boss.body.grants, [{ role: 'admin', scope: 'everywhere' }]);
  const now = await it.call('getSession', {}, { token: null, headers });
  assert.equal(now.body.role, 'admin', 'the older session has the roles of now, too');
  const staff = await signIn({ ...ADA, groups: 'staff' });
  assert.deepEqual(staff.body.grants, [{ role: 'viewer', scope: 'everywhere' }]);
  assert.equal(staff.body.userId, first.body.userId);
  const none = await signIn({ ...ADA, groups: [] });
  assert.deepEqual([none.status, none.body.code], [403, 'forbidden']);
  assert.deepEqual((await it.store.users.get(first.body.userId))?.grants, []);
});

test('groups may come from userinfo; a claim that is no list of texts gives nothing', async () => {
  issuer.state.userinfo = { groups: ['staff'] };
  const { sub } = ADA;
  assert.equal((await signIn({ sub })).body.role, 'viewer');
  issuer.state.userinfo = {};
  for (const groups of [{ dba: true }, [['dba']], 7, '']) {
    assert.equal((await signIn({ ...ADA, groups })).status, 403, JSON.stringify(groups));
  }
});

test('the subject is who somebody is: a name or address of another leads nowhere', async () => {
  const one = await signIn({ ...ADA, sub: 'x-1', preferred_username: 'sam', email: 'sam@example.com' });
  const other = await signIn({ ...ADA, sub: 'x-2', preferred_username: 'sam', email: 'sam@example.com' });
  assert.notEqual(one.body.userId, other.body.userId);
  assert.notEqual(one.body.name, other.body.name);
});

test('an ID token that is wrong in any way lets nobody in', async () => {
  const time = Math.floor(Date.now() / 1000);
  const faults: Record<string, Fault> = {
    'another nonce': { claims: { nonce: 'guessed' } },
    'no nonce': { claims: { nonce: undefined } },
    'another audience': { claims: { aud: 'someone-else' } },
    'two audiences, made for the other': { claims: { aud: [CLIENT.id, 'other'], azp: 'other' } },
    'another issuer': { claims: { iss: 'https://evil.example' } },
    expired: { claims: { iat: time - 7200, exp: time - 3600 } },
    'no subject': { claims: { sub: undefined } },
    'an empty subject': { claims: { sub: '' } },
    unsigned: { algorithm: 'none' },
    'signed by another key': { algorithm: 'foreign-key' },
  };
  for (const [what, fault] of Object.entries(faults)) {
    const { status, body, headers } = await signIn(ADA, fault);
    assert.deepEqual([status, body.code], [401, 'identity-provider-refused'], what);
    assert.ok(!headers.getSetCookie().some((each) => /^pharos_session=[^;]/.test(each)), what);
  }
  assert.equal((await signIn(ADA)).status, 201, 'and the right one still does');
});

test('new keys of the provider are noticed at once', async () => {
  await issuer.rotate();
  assert.equal((await signIn(ADA)).status, 201);
});

test('a return works once, in the browser that began, with the state it was given', async () => {
  const { url, cookie } = await begin();
  const query = issuer.authorize(url, ADA);
  const refused = async (text: string, with_: string | null) => {
    const { status, body } = await finish(text, with_);
    assert.deepEqual([status, body.code], [401, 'identity-provider-refused'], text);
  };
  await refused(query, null);
  await refused(query, 'pharos_oidc=v1.AAAA');
  const other = await begin();
  await refused(query, other.cookie);
  await refused(query.replace(/state=[^&]*/, 'state=guessed'), cookie);
  await refused(`${query}&iss=https%3A%2F%2Fevil.example`, cookie);
  await refused('error=access_denied', cookie);
  const done = await finish(query, cookie);
  assert.equal(done.status, 201);
  assert.ok(
    done.headers.getSetCookie().some((each) => /^pharos_oidc=;/.test(each)),
    'the attempt is forgotten',
  );
  await refused(query, cookie);
});

test('a stranger’s page cannot finish a sign-in', async () => {
  const { url, cookie } = await begin();
  const headers = { cookie, 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' };
  const query = issuer.authorize(url, ADA);
  const answer = await it.call('finishOidc', { body: { query } }, { token: null, headers });
  assert.deepEqual([answer.status, answer.body.code], [403, 'origin-refused']);
});

test('who is disabled here stays out, whatever the provider says; roles of the provider are not changed here', async () => {
  const { body } = await signIn({ ...ADA, sub: 'gone', preferred_username: 'gone' });
  const params = { id: body.userId };
  const change = await it.call('updateUser', { params, body: { grants: [] } });
  assert.deepEqual([change.status, change.body.code], [409, 'external-user']);
  assert.equal((await it.call('resetUser', { params })).body.code, 'external-user');
  assert.equal((await it.call('updateUser', { params, body: { disabled: true } })).body.state, 'disabled');
  assert.equal((await signIn({ ...ADA, sub: 'gone' })).status, 403);
});

test('a provider that is away is told as such, and comes back', async () => {
  const { url, cookie } = await begin();
  issuer.state.down = true;
  const query = issuer.authorize(url, ADA);
  const { status, body } = await finish(query, cookie);
  assert.deepEqual([status, body.code], [503, 'identity-provider-unavailable']);
  issuer.state.down = false;
  assert.equal((await signIn(ADA)).status, 201);
});

test('the way out is open to https only, and to loopback only from loopback', async () => {
  for (const [address, may] of [
    ['https://id.example', true],
    ['http://127.0.0.1:9', true],
    ['http://id.example', false],
    ['https://user:pass@id.example', false],
    ['file:///etc/passwd', false],
  ] as const) {
    assert.equal(mayBeIssuer(new URL(address)), may, address);
  }
  const before = issuer.asked.length;
  const door = createIssuerDoor(new URL('https://id.example'));
  await assert.rejects(door(`${issuer.url}/token`, { method: 'POST' }), { name: 'IssuerUnavailable' });
  assert.equal(issuer.asked.length, before, 'nothing was sent');
  await assert.rejects(
    startTestServer({
      oidc: {
        issuer: 'http://id.example',
        clientId: 'a',
        clientSecret: null,
        scopes: [],
        groupsClaim: 'g',
        roles: [],
        name: 'x',
      },
    }),
    { code: 'identity-provider-invalid' },
  );
});

test('neither secrets nor codes nor tokens of the provider are in the log', () => {
  const log = it.log.join('');
  assert.ok(log.includes('sign-in by OIDC failed'));
  for (const secret of [CLIENT.secret, 'code=', 'eyJ']) assert.ok(!log.includes(secret), secret);
});
