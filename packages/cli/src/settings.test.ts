import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { resolveSettings, shownValue } from './settings.ts';
import { runIn, temporaryDirectory } from './testing.ts';

test('flags win over the environment, the environment over the file, the file over defaults', (t) => {
  const cwd = temporaryDirectory(t);
  writeFileSync(join(cwd, 'pharos.yaml'), 'port: 1111\nhost: 10.0.0.1\nlog_level: debug\ndata-dir: here\n');
  const { values, origins } = resolveSettings({
    flags: { port: '3333' },
    env: { PHAROS_PORT: '2222', PHAROS_HOST: '10.0.0.2' },
    cwd,
  });
  assert.equal(values.port, 3333);
  assert.deepEqual(origins.port, { from: 'flag', name: '--port' });
  assert.equal(values.host, '10.0.0.2');
  assert.deepEqual(origins.host, { from: 'environment', name: 'PHAROS_HOST' });
  assert.equal(values.logLevel, 'debug');
  assert.deepEqual(origins.logLevel, { from: 'file', name: join(cwd, 'pharos.yaml') });
  assert.equal(values.url, 'http://127.0.0.1:8080');
  assert.deepEqual(origins.url, { from: 'default', name: null });
  assert.equal(values.stateDir, join(cwd, 'here/agent'), 'the agent state follows the data directory');
});

test('paths in a file start at the file, paths of flags at the current directory', (t) => {
  const cwd = temporaryDirectory(t);
  mkdirSync(join(cwd, 'etc'));
  writeFileSync(join(cwd, 'etc/pharos.yaml'), 'data-dir: data\n');
  const fromFile = resolveSettings({ flags: {}, env: {}, cwd, configFile: 'etc/pharos.yaml' });
  assert.equal(fromFile.values.dataDir, join(cwd, 'etc/data'));
  const fromFlag = resolveSettings({ flags: { dataDir: 'data' }, env: {}, cwd, configFile: 'etc/pharos.yaml' });
  assert.equal(fromFlag.values.dataDir, join(cwd, 'data'));
});

test('an empty variable counts as absent, $NAME in the file is taken from the environment', (t) => {
  const cwd = temporaryDirectory(t);
  writeFileSync(join(cwd, 'pharos.yaml'), 'database-url: $SECRET_URL\n');
  const env = { DATABASE_URL: '', SECRET_URL: 'postgres://u:p@h/d' };
  assert.equal(resolveSettings({ flags: {}, env, cwd }).values.databaseUrl, 'postgres://u:p@h/d');
  assert.throws(() => resolveSettings({ flags: {}, env: {}, cwd }), { code: 'setting-invalid', message: /SECRET_URL/ });
});

test('a wrong file is refused with the place and what to write', (t) => {
  const cwd = temporaryDirectory(t);
  const refused = (text: string, message: RegExp) => {
    writeFileSync(join(cwd, 'pharos.yaml'), text);
    assert.throws(() => resolveSettings({ flags: {}, env: {}, cwd }), { message }, text);
  };
  refused('prot: 1\n', /"prot" is not a setting/);
  refused('port:\n\t- 1\n', /line 2/);
  refused('port: 70000\n', /0 to 65535/);
  refused('port: [1]\n', /one value/);
  refused('- a\n', /holds no/);
  refused(`a: &a [x]\nb: [${'*a,'.repeat(50)}]\n`, /not a setting|alias/i);
  assert.throws(() => resolveSettings({ flags: {}, env: {}, cwd, configFile: 'gone.yaml' }), {
    code: 'config-file-not-found',
  });
});

test('a secret that is wrong is not repeated in the message', () => {
  const env = { DATABASE_URL: 'mysql://root:hunter2@db' };
  assert.throws(
    () => resolveSettings({ flags: {}, env, cwd: '/' }),
    (error: Error) => !error.message.includes('hunter2'),
  );
});

test('secrets are hidden, of a database address the password only', () => {
  assert.equal(shownValue('token', 'abc'), '(hidden)');
  assert.equal(shownValue('token', null), null);
  assert.equal(shownValue('databaseUrl', 'postgres://u:p@h:5432/d'), 'postgres://u:***@h:5432/d');
  assert.equal(
    shownValue('databaseUrl', 'postgres://h/d?password=p&sslmode=require'),
    'postgres://h/d?password=***&sslmode=require',
  );
});

test('pharos config tells values and where they came from, and no secret', async (t) => {
  const cwd = temporaryDirectory(t);
  const env = {
    PHAROS_TOKEN: 's3cret-token',
    DATABASE_URL: 'postgres://u:s3cret@h/d',
    PHAROS_ADMIN_TOKEN: 's3cret-admin',
  };
  const json = await runIn({ cwd, env }, 'config', '--json', '--port', '9090');
  const { settings } = JSON.parse(json.stdout);
  assert.deepEqual(settings.port, { value: 9090, from: 'flag', name: '--port' });
  assert.deepEqual(settings.token, { value: '(hidden)', from: 'environment', name: 'PHAROS_TOKEN' });
  assert.deepEqual(settings.sample, { value: true, from: 'default', name: null });
  const table = await runIn({ cwd, env }, 'config', '--no-sample');
  assert.match(table.stdout, /^sample +false +flag --no-sample$/m);
  assert.match(table.stdout, /^database-url +postgres:\/\/u:\*\*\*@h\/d +environment DATABASE_URL$/m);
  assert.doesNotMatch(json.stdout + table.stdout, /s3cret/);
});
