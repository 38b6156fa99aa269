import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Fake, fail, json, open, serve } from '../testing.ts';
import { basicHeader } from './sign-in.ts';

const FOLDER = mkdtempSync(join(tmpdir(), 'helpers-'));
process.env.PATH = `${FOLDER}:${process.env.PATH}`;

/** Puts a helper into the PATH; it notes every call with what it was asked for. */
function helper(name: string, body: string): () => string[] {
  const path = join(FOLDER, `docker-credential-${name}`);
  const log = join(FOLDER, `${name}.log`);
  writeFileSync(log, '');
  writeFileSync(path, `#!/bin/sh\nread -r server\necho "$1 $server" >> ${log}\n${body}\n`);
  chmodSync(path, 0o755);
  return () => readFileSync(log, 'utf8').split('\n').filter(Boolean);
}

const answer = (username: string, secret: string) =>
  `printf '{"ServerURL":"x","Username":"${username}","Secret":"${secret}"}'`;

function basicRegistry(accepts: (authorization: string) => boolean): Promise<Fake> {
  return serve(({ authorization }, response) =>
    authorization !== undefined && accepts(authorization)
      ? json(response, { name: 'x', tags: ['a'] })
      : fail(response, 401, 'UNAUTHORIZED', { 'www-authenticate': 'Basic realm="x"' }),
  );
}

const by = (server: Fake, config: object, fromOwnFile = true) =>
  open(server.host, { authentication: { type: 'docker_config', config: JSON.stringify(config) }, fromOwnFile });

test('a helper for the host, and a store for all: asked once, by what the configuration calls the registry', async () => {
  const calls = helper('test-1', answer('canary-user', 'canary-password'));
  await using server = await basicRegistry((header) => header === basicHeader('canary-user', 'canary-password'));
  await using own = by(server, {
    credHelpers: { [server.host]: 'test-1' },
    auths: { [server.host]: { auth: 'eDp5' } },
  });
  await Promise.all(Array.from({ length: 20 }, () => own.ping()));
  assert.deepEqual(calls(), [`get ${server.host}`]);
  assert.equal(own.signedInBy, 'basic');
  await using store = by(server, { credsStore: 'test-1', auths: { [server.host]: {} } });
  await store.ping();
  assert.equal(calls().length, 2);
  await using written = by(server, { credsStore: 'test-1', auths: { [server.host]: { auth: 'eDp5' } } });
  await assert.rejects(written.ping(), { code: 'unauthorized' });
  assert.equal(calls().length, 2, 'what is written out needs no store');
});

test('a secret that is refused is asked for once more', async () => {
  const count = join(FOLDER, 'count');
  writeFileSync(count, '');
  const calls = helper('test-2', `echo x >> ${count}\nn=$(wc -l < ${count})\n${answer('u', "'$n'")}`);
  let good = 1;
  await using server = await basicRegistry((header) => header === basicHeader('u', String(good)));
  await using registry = by(server, { credsStore: 'test-2' });
  await registry.ping();
  good = 2;
  await Promise.all(Array.from({ length: 10 }, () => registry.ping()));
  assert.equal(calls().length, 2);
  good = 9;
  for (let i = 0; i < 3; i += 1) await assert.rejects(registry.ping(), { code: 'unauthorized' });
  assert.equal(calls().length, 2, 'a refusal that is meant does not run it with every request');
});

test('<token> is an identity token, which only the token service sees', async () => {
  helper('test-3', answer('<token>', 'canary-identity'));
  await using server = await serve(({ url, authorization, body }, response) => {
    if (url === '/token') {
      const isGood = new URLSearchParams(body).get('refresh_token') === 'canary-identity';
      return isGood ? json(response, { access_token: 't1' }) : fail(response, 401, 'UNAUTHORIZED');
    }
    if (authorization === 'Bearer t1') return json(response, {});
    fail(response, 401, 'UNAUTHORIZED', { 'www-authenticate': `Bearer realm="${server.origin}/token",service="x"` });
  });
  await using registry = by(server, { credsStore: 'test-3' });
  await registry.ping();
  assert.ok(!JSON.stringify(server.seen.filter(({ url }) => url !== '/token')).includes('canary'));
});

test('what goes wrong with a helper is told, and nothing that it wrote', async () => {
  helper('none', 'echo canary-out; echo canary-err >&2; exit 1');
  helper('noise', 'echo canary-out');
  helper('large', 'head -c 200000 /dev/zero');
  helper('half', answer('canary-user', ''));
  await using server = await basicRegistry(() => false);
  const cases: [string, RegExp][] = [
    ['absent', /is not in the PATH/],
    ['none', /ended with 1/],
    ['noise', /did not answer with/],
    ['half', /did not answer with/],
    ['large', /wrote more than/],
  ];
  for (const [name, words] of cases) {
    await using registry = by(server, { credsStore: name });
    await assert.rejects(registry.ping(), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'credential-helper-failed');
      assert.match(error.message, words);
      assert.ok(!/canary/.test(JSON.stringify({ ...error, message: error.message })));
      return true;
    });
  }
});

test('only the name of a helper can be one, our own secrets are not handed on, and nothing runs for anybody else', async () => {
  const calls = helper('test-4', answer('u', 'p'));
  await using server = await basicRegistry(() => true);
  for (const name of ['../x', 'a b', 'x;id', '/bin/sh', 'X', 7, {}]) {
    assert.throws(() => by(server, { credsStore: name }), { code: 'docker-config-invalid' }, String(name));
  }
  assert.throws(() => by(server, { credsStore: 'test-4' }, false), {
    code: 'docker-config-invalid',
    hint: /program.*file of the agent/,
  });
  assert.equal(calls().length, 0);
  process.env.PHAROS_TEST_SECRET = 'canary-own';
  const seen = join(FOLDER, 'environment');
  helper('test-5', `env > ${seen}\n${answer('u', 'p')}`);
  await using registry = by(server, { credsStore: 'test-5' });
  await registry.ping();
  assert.ok(!readFileSync(seen, 'utf8').includes('canary-own'));
});
