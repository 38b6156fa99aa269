import assert from 'node:assert/strict';
import { test } from 'node:test';
import { collect, fail, json, open, serve } from '../testing.ts';
import { basicHeader } from './sign-in.ts';

const auth = (user: string) => ({ auth: Buffer.from(`${user}:canary-password`).toString('base64') });
const configOf = (auths: object) => ({ type: 'docker_config', config: JSON.stringify({ auths }) }) as const;

test('the longest key that a repository begins with signs in', async () => {
  await using server = await serve(({ authorization }, response) =>
    authorization === undefined
      ? fail(response, 401, 'UNAUTHORIZED', { 'www-authenticate': 'Basic realm="x"' })
      : json(response, { name: 'x', tags: [] }),
  );
  const { host } = server;
  await using registry = open(host, {
    authentication: configOf({
      [host]: auth('all'),
      [`${host}/team`]: auth('team'),
      [`https://${host}/team/a/`]: auth('a'),
      'other.example': auth('other'),
    }),
  });
  const cases: [string, string][] = [
    ['x', 'all'],
    ['teamwork', 'all'],
    ['team', 'team'],
    ['team/b', 'team'],
    ['team/a/c', 'a'],
  ];
  for (const [repository, user] of cases) {
    await collect(registry.listTags(repository));
    assert.equal(server.seen.at(-1)?.authorization, basicHeader(user, 'canary-password'), repository);
  }
  await registry.ping();
  assert.equal(server.seen.at(-1)?.authorization, basicHeader('all', 'canary-password'));
});

test('every form of key and entry', () => {
  const entries: [string, object][] = [
    ['r.example', auth('u')],
    ['https://r.example', { username: 'u', password: 'p' }],
    ['http://R.example/v2/', { identitytoken: 't' }],
    ['r.example:443', { registrytoken: 't' }],
  ];
  for (const [key, entry] of entries)
    assert.ok(open('r.example', { tls: {}, authentication: configOf({ [key]: entry }) }).hasCredentials, key);
  assert.ok(
    open('docker.io', { tls: {}, authentication: configOf({ 'https://index.docker.io/v1/': auth('u') }) })
      .hasCredentials,
  );
  const bare = JSON.stringify({ 'r.example': auth('u') });
  assert.ok(open('r.example', { tls: {}, authentication: { type: 'docker_config', config: bare } }).hasCredentials);
});

test('what cannot be used says why, and tells no secret', () => {
  const cases: [string, RegExp][] = [
    ['canary', /not JSON/],
    ['[]', /not a JSON object/],
    ['{"auths":[]}', /"auths"/],
    ['{"auths":{}}', /no entry for r\.example/],
    [JSON.stringify({ auths: { 'other.example': auth('canary') } }), /no entry/],
    [JSON.stringify({ auths: { 'r.example': { auth: 'canary!' } } }), /base64/],
    [JSON.stringify({ auths: { 'r.example': { username: 'canary' } } }), /without user name or password/],
    [JSON.stringify({ auths: { 'r.example': {} }, credsStore: 'desktop' }), /credential helper/],
    [JSON.stringify({ credHelpers: { 'r.example': 'ecr-login' } }), /credential helper/],
    [`{"x":"${'x'.repeat(1024 * 1024)}"}`, /larger/],
  ];
  for (const [config, message] of cases) {
    assert.throws(
      () => open('r.example', { tls: {}, authentication: { type: 'docker_config', config } }),
      (error: Error & { code?: string }) =>
        error.code === 'docker-config-invalid' && message.test(error.message) && !/canary/.test(error.message),
      String(message),
    );
  }
});
