import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startTestServer, type TestServer } from '../testing.ts';

let it: TestServer;
const clock = { ms: 0 };
const password = 'correct horse battery';
before(async () => {
  it = await startTestServer({ now: () => new Date(Date.now() + clock.ms) });
});
after(() => it.stop());

const cookieOf = (headers: Headers) => (headers.getSetCookie()[0] ?? '').split(';')[0] as string;
const browser = (cookie: string) => ({ token: null, headers: { cookie, 'sec-fetch-site': 'same-origin' } });
const tokenIn = (url: string) => url.split('?token=')[1] as string;

async function invite(name: string, grants: object[] = [], kind = 'person') {
  const { status, body, text } = await it.call('createUser', { body: { name, grants, kind } });
  assert.equal(status, 201, text);
  return { id: body.user.id as string, url: body.link?.url as string, user: body.user };
}

async function join(name: string, grants: object[] = []) {
  const { id, url } = await invite(name, grants);
  const answer = await it.call('signInByLink', { body: { token: tokenIn(url), password } }, { token: null });
  assert.equal(answer.status, 201, answer.text);
  return { id, cookie: cookieOf(answer.headers), body: answer.body };
}

const signIn = (username: string, word = password) =>
  it.call('signIn', { body: { username, password: word } }, { token: null });

test('an invitation makes an account without a password; its link sets one, once, and signs in', async () => {
  const { url, user } = await invite('ada', [{ role: 'admin' }]);
  assert.deepEqual([user.state, user.grants], ['invited', [{ role: 'admin', scope: 'everywhere' }]]);
  assert.match(url, /^http:\/\/127\.0\.0\.1:\d+\/password\?token=[\w-]{43}$/);
  assert.equal((await signIn('ada', '')).status, 400);
  assert.equal((await signIn('ada', 'anything at all')).status, 401);
  const body = { token: tokenIn(url), password };
  const short = await it.call('signInByLink', { body: { ...body, password: 'short' } }, { token: null });
  assert.deepEqual([short.status, short.body.errors?.[0]?.path], [400, 'password']);
  const both = await Promise.all([
    it.call('signInByLink', { body }, { token: null }),
    it.call('signInByLink', { body }, { token: null }),
  ]);
  assert.deepEqual(both.map((answer) => answer.status).sort(), [201, 401]);
  assert.equal((await signIn('ada')).body.role, 'admin');
  const again = await invite('eve');
  clock.ms = 25 * 3_600_000;
  const late = await it.call('signInByLink', { body: { token: tokenIn(again.url), password } }, { token: null });
  assert.deepEqual([late.status, late.body.code], [401, 'password-link-invalid']);
  clock.ms = 0;
});

test('a reset link takes the place of the password when it is used, and ends all sessions', async () => {
  const bob = await join('bob', [{ role: 'viewer' }]);
  const { body } = await it.call('resetUser', { params: { id: bob.id } });
  assert.equal((await signIn('bob')).status, 201, 'a link that nobody uses changes nothing');
  const next = { token: tokenIn(body.url), password: 'another long one' };
  assert.equal((await it.call('signInByLink', { body: next }, { token: null })).status, 201);
  assert.equal((await it.call('getSession', {}, browser(bob.cookie))).status, 401);
  assert.equal((await signIn('bob')).status, 401);
  assert.equal((await signIn('bob', 'another long one')).status, 201);
});

test('the own password is changed with the current one; other sessions end, this one stays', async () => {
  const { cookie } = await join('cleo', [{ role: 'viewer' }]);
  const other = cookieOf((await signIn('cleo')).headers);
  const change = (current: string) =>
    it.call('changePassword', { body: { current, password: 'a third long one' } }, browser(cookie));
  const wrong = await change('wrong');
  assert.deepEqual([wrong.status, wrong.body.errors?.[0]?.path], [401, 'current']);
  assert.equal((await change(password)).status, 204);
  assert.equal((await it.call('getSession', {}, browser(cookie))).status, 200);
  assert.equal((await it.call('getSession', {}, browser(other))).status, 401);
  assert.equal((await it.call('changePassword', { body: { current: 'x', password } })).status, 400, 'not by a token');
});

test('sessions show where they come from; the own ones and, for administrators, all can be ended', async () => {
  const dan = await join('dan', [{ role: 'viewer' }]);
  const second = cookieOf((await signIn('dan')).headers);
  const { body } = await it.call('listOwnSessions', {}, browser(dan.cookie));
  assert.equal(body.total, 2);
  assert.deepEqual(new Set(body.items.map((row: { isCurrent: boolean }) => row.isCurrent)), new Set([true, false]));
  assert.ok(body.items.every((row: { user: string; address: string }) => row.user === 'dan' && row.address));
  const all = await it.call('listSessions', { query: { limit: 1000 } });
  assert.ok(all.body.total > 2 && !all.text.includes(dan.cookie.split('=')[1] as string));
  const foreign = all.body.items.find((row: { user: string }) => row.user !== 'dan').id;
  assert.equal((await it.call('endOwnSession', { params: { id: foreign } }, browser(dan.cookie))).status, 404);
  assert.equal((await it.call('endOtherSessions', {}, browser(dan.cookie))).status, 204);
  assert.equal((await it.call('getSession', {}, browser(second))).status, 401);
  const own = body.items.find((row: { isCurrent: boolean }) => row.isCurrent).id;
  assert.equal((await it.call('endSession', { params: { id: own } })).status, 204);
  assert.equal((await it.call('getSession', {}, browser(dan.cookie))).status, 401);
});

test('a session that is not used for twelve hours is over', async () => {
  const { cookie } = await join('emma', [{ role: 'viewer' }]);
  clock.ms = 11 * 3_600_000;
  assert.equal((await it.call('getSession', {}, browser(cookie))).status, 200);
  clock.ms = 22 * 3_600_000;
  assert.equal((await it.call('getSession', {}, browser(cookie))).status, 200);
  clock.ms = 35 * 3_600_000;
  assert.equal((await it.call('getSession', {}, browser(cookie))).status, 401);
  clock.ms = 0;
});

test('roles that are taken away, and disabling, count at the next request', async () => {
  const { id, cookie } = await join('finn', [{ role: 'curator' }]);
  const rules = () => it.call('previewRule', { body: {} }, browser(cookie));
  assert.equal((await rules()).status, 400);
  await it.call('updateUser', { params: { id }, body: { grants: [{ role: 'viewer' }] } });
  assert.equal((await rules()).status, 403);
  await it.call('updateUser', { params: { id }, body: { disabled: true } });
  assert.equal((await rules()).status, 401);
  assert.equal((await signIn('finn')).status, 401);
  assert.equal((await it.call('resetUser', { params: { id } })).body.code, 'conflict');
  await it.call('updateUser', { params: { id }, body: { disabled: false } });
  assert.equal((await signIn('finn')).status, 201);
});

test('the last administrator is neither removed, disabled nor demoted', async () => {
  const { body } = await it.call('listUsers', { query: { q: 'ada' } });
  const params = { id: body.items[0].id };
  const attempts = [
    it.call('deleteUser', { params }),
    it.call('updateUser', { params, body: { disabled: true } }),
    it.call('updateUser', { params, body: { grants: [] } }),
    it.call('updateUser', { params, body: { grants: [{ role: 'admin', scope: 'location:here' }] } }),
  ];
  for (const attempt of attempts) {
    const answer = await attempt;
    assert.deepEqual([answer.status, answer.body.code], [409, 'last-administrator']);
  }
});

test('a scope that could never hold is refused with its path', async () => {
  for (const [scope, code] of [
    ['somewhere', 'invalid-input'],
    ['location:a b', 'invalid-input'],
    ['repositories:re:.*', 'invalid-pattern'],
    ['repositories:[', 'invalid-pattern'],
  ]) {
    const { status, body } = await it.call('createUser', { body: { name: 'g', grants: [{ role: 'viewer', scope }] } });
    assert.deepEqual([status, body.code], [400, code], scope);
    assert.match(body.errors[0].path, /^grants\.0\.scope$/, scope);
  }
  const { status } = await it.call('createUser', { body: { name: 'g', grants: [{ role: 'agent' }] } });
  assert.equal(status, 400, 'people are no agents');
});

test('a team gives its roles to its members', async () => {
  const { id, cookie } = await join('hugo');
  const grants = [{ role: 'curator', scope: 'everywhere' }];
  const made = await it.call('createTeam', { body: { name: 'Curators', grants, members: [id] } });
  assert.equal(made.status, 201, made.text);
  assert.equal((await it.call('getSession', {}, browser(cookie))).body.role, 'curator');
  assert.equal((await it.call('createTeam', { body: { name: 'CURATORS' } })).body.code, 'name-taken');
  await it.call('updateTeam', { params: { id: made.body.id }, body: { members: [] } });
  assert.deepEqual((await it.call('getSession', {}, browser(cookie))).body.permissions, ['session']);
  assert.equal((await it.call('deleteTeam', { params: { id: made.body.id } })).status, 204);
});

test('a robot has no password; its tokens do what it may, within their scopes, and end with it', async () => {
  const robot = await invite('deploy-bot', [{ role: 'curator', scope: 'location:here' }], 'robot');
  assert.deepEqual([robot.url, robot.user.state], [undefined, 'active']);
  assert.equal((await it.call('resetUser', { params: { id: robot.id } })).body.code, 'conflict');
  const made = await it.call('createToken', { body: { name: 'ci', robotId: robot.id } });
  assert.equal(made.status, 201, made.text);
  const who = await it.call('getSession', {}, { token: made.body.token });
  assert.deepEqual([who.body.name, who.body.role, who.body.userId], ['deploy-bot/ci', 'curator', robot.id]);
  const scopes = ['permission:library:read'];
  const small = await it.call('createToken', { body: { name: 'read', robotId: robot.id, scopes } });
  const less = await it.call('getSession', {}, { token: small.body.token });
  assert.deepEqual(less.body.permissions.sort(), ['library:read', 'session']);
  await it.call('updateUser', { params: { id: robot.id }, body: { grants: [] } });
  assert.deepEqual((await it.call('getSession', {}, { token: made.body.token })).body.permissions, ['session']);
  await it.call('deleteUser', { params: { id: robot.id } });
  assert.equal((await it.call('getSession', {}, { token: made.body.token })).status, 401);
});

test('a token is never more than whoever made it, also after that', async () => {
  const ada = cookieOf((await signIn('ada')).headers);
  const gil = await join('gil', [{ role: 'admin' }]);
  const made = await it.call('createToken', { body: { name: 'mine', role: 'admin' } }, browser(gil.cookie));
  const rights = async () => (await it.call('getSession', {}, { token: made.body.token })).body.permissions;
  assert.ok((await rights()).includes('users:manage'));
  const params = { id: gil.id };
  const grants = [{ role: 'viewer' }];
  assert.equal((await it.call('updateUser', { params, body: { grants } }, browser(ada))).status, 200);
  assert.deepEqual((await rights()).sort(), ['images:read-deeper', 'library:read', 'session']);
  await it.call('updateUser', { params, body: { disabled: true } });
  assert.equal((await it.call('getSession', {}, { token: made.body.token })).status, 401);
});

test('a rotated token has a new secret, and the old one works for as long as was said', async () => {
  const made = await it.call('createToken', { body: { name: 'rotating', role: 'viewer' } });
  const params = { id: made.body.id };
  const next = await it.call('rotateToken', { params, body: { graceSeconds: 3600 } });
  assert.notEqual(next.body.token, made.body.token);
  const works = async (token: string) => (await it.call('getSession', {}, { token })).status === 200;
  assert.deepEqual([await works(made.body.token), await works(next.body.token)], [true, true]);
  clock.ms = 3_601_000;
  assert.deepEqual([await works(made.body.token), await works(next.body.token)], [false, true]);
  clock.ms = 0;
  await it.call('rotateToken', { params, body: { graceSeconds: 0 } });
  assert.equal(await works(next.body.token), false);
});

test('neither passwords nor links are in the log', () => {
  const log = it.log.join('');
  for (const secret of [password, 'another long one', 'token=']) assert.ok(!log.includes(secret), secret);
});
