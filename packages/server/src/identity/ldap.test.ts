/** Sign-in with a real OpenLDAP. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { available, type Directory, startDirectory } from '@pharos/testbed';
import { startTestServer, type TestServer } from '../testing.ts';
import { createLdap, type LdapSettings } from './ldap.ts';

const PEOPLE = [
  { uid: 'ada', cn: 'Ada Lovelace', password: 'difference engine', groups: ['dba', 'everyone'] },
  { uid: 'bob', cn: 'Bob', password: 'something long enough', groups: ['everyone'] },
];

describe('sign-in with a directory', { skip: available().slapd.skip }, () => {
  let directory: Directory;
  let server: TestServer;
  let settings: LdapSettings;

  before(async () => {
    directory = await startDirectory(PEOPLE);
    const { url, bindDn, bindPassword, userBase, groupBase } = directory;
    settings = {
      url,
      startTls: false,
      ca: null,
      bindDn,
      bindPassword,
      userBase,
      userFilter: '(&(objectClass=person)(uid={username}))',
      groupBase,
      roles: [{ group: 'dba', role: 'curator', scope: 'location:eu-west' }],
    };
    server = await startTestServer({ ldap: settings });
  });
  after(async () => {
    await server?.stop();
    await directory?.stop();
  });

  const signIn = (username: string, password: string, on = server) =>
    on.call('signIn', { body: { username, password } }, { token: null });

  test('the groups of the directory give the roles, and a session shows where they hold', async () => {
    const { status, body } = await signIn('ada', 'difference engine');
    assert.equal(status, 201, JSON.stringify(body));
    assert.deepEqual([body.name, body.grants], ['ada', [{ role: 'curator', scope: 'location:eu-west' }]]);
    assert.equal(body.hasPassword, false, 'Pharos keeps no password of the directory');
    assert.equal((await signIn('ada', 'difference engine')).status, 201, 'the second time it is the same account');
    const { body: users } = await server.call('listUsers');
    assert.equal(users.items.filter((user: { name: string }) => user.name === 'ada').length, 1);
  });

  test('whoever is in no group with a role is told so; wrong and unknown are answered alike', async () => {
    const refused = await signIn('bob', 'something long enough');
    assert.deepEqual([refused.status, refused.body.code], [403, 'forbidden']);
    const answers = [await signIn('ada', 'wrong'), await signIn('nobody', 'wrong')];
    const shown = answers.map(({ status, body: { requestId: _, ...body } }) => ({ status, ...body }));
    assert.equal(shown[0]!.status, 401);
    assert.deepEqual(shown[0], shown[1]);
  });

  test('no name is part of the filter, and no empty password binds', async () => {
    for (const name of ['*', 'a*', 'ada)(uid=*', '(|(uid=*))', 'ada\\2a', 'ad\u0000a']) {
      assert.notEqual((await signIn(name, 'difference engine')).status, 201, name);
    }
    assert.notEqual((await signIn('ada', '')).status, 201);
  });

  test('a directory that is away says so, and people of Pharos still get in', async () => {
    const away = await startTestServer({ ldap: { ...settings, url: 'ldap://127.0.0.1:1' } });
    const answer = await signIn('ada', 'difference engine', away);
    await away.stop();
    assert.deepEqual([answer.status, answer.body.code], [503, 'identity-provider-unavailable']);
    assert.ok(!away.log.join('').includes('difference engine'));
  });

  test('an address without TLS that is not on loopback is refused, and a filter without the name', () => {
    const options = { log: server.server.app.log };
    for (const wrong of [{ url: 'ldap://ldap.example.com' }, { url: 'https://ldap' }, { userFilter: '(uid=*)' }]) {
      assert.throws(() => createLdap({ ...settings, ...wrong }, options), { code: 'identity-provider-invalid' });
    }
  });
});
