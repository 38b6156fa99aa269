import assert from 'node:assert/strict';
import { chmodSync, statSync } from 'node:fs';
import { test } from 'node:test';
import { accessFile, readAccess, removeAccess, writeAccess } from './access-file.ts';
import { listOf, runIn, temporaryDirectory } from './testing.ts';

const HERE = { url: 'http://127.0.0.1:4711', token: 'local-token' };

test('the access file is for its owner only, and one that others can read is not believed', (t) => {
  const dir = temporaryDirectory(t);
  assert.equal(readAccess(dir), null);
  writeAccess(dir, HERE);
  assert.equal(statSync(accessFile(dir)).mode & 0o777, 0o600);
  assert.deepEqual(readAccess(dir), HERE);
  chmodSync(accessFile(dir), 0o644);
  assert.equal(readAccess(dir), null);
  removeAccess(dir);
  removeAccess(dir);
  assert.equal(readAccess(dir), null);
});

test('a running "up" is found by its access file; its token goes to its address only', async (t) => {
  const cwd = temporaryDirectory(t);
  writeAccess(cwd, HERE);
  const world = { cwd, api: () => listOf() };
  const call = async (env: Record<string, string>, ...flags: string[]) =>
    (await runIn({ ...world, env }, 'rules', 'list', '--data-dir', '.', ...flags)).calls[0]!;
  const found = await call({});
  assert.deepEqual([found.origin, found.authorization], [HERE.url, 'Bearer local-token']);
  const elsewhere = await call({}, '--url', 'http://127.0.0.1:4712');
  assert.deepEqual([elsewhere.origin, elsewhere.authorization], ['http://127.0.0.1:4712', null]);
  const given = await call({ PHAROS_TOKEN: 'mine' });
  assert.equal(given.authorization, 'Bearer mine');
  // PHAROS_ADMIN_TOKEN opens the Pharos of this machine that was started with it, and no other.
  writeAccess(cwd, { ...HERE, token: null });
  assert.equal((await call({ PHAROS_ADMIN_TOKEN: 'adm' })).authorization, 'Bearer adm');
  assert.equal((await call({ PHAROS_ADMIN_TOKEN: 'adm' }, '--url', 'http://10.0.0.1')).authorization, null);
});
