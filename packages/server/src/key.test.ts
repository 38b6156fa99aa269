import assert from 'node:assert/strict';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { KEY_FILE, openKey } from './key.ts';

let dir = '';
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'pharos-key-'));
});
after(() => rm(dir, { recursive: true, force: true }));

test('the first start makes a key of mode 0600, the next ones read it', async () => {
  const [first, second] = await Promise.all([openKey(dir, {}), openKey(dir, {})]);
  assert.equal(first.length, 32);
  assert.deepEqual(first, second);
  assert.equal((await stat(join(dir, KEY_FILE))).mode & 0o777, 0o600);
  assert.deepEqual(await openKey(dir, {}), first);
});

test('a key that others can read is refused, with the command that mends it', async () => {
  await chmod(join(dir, KEY_FILE), 0o640);
  await assert.rejects(openKey(dir, {}), (error: Error & { hint: string }) => {
    assert.match(error.message, /can be read by others \(mode 640\)/);
    assert.match(error.hint, /chmod 600/);
    return true;
  });
  await chmod(join(dir, KEY_FILE), 0o600);
});

test('the environment goes before the file, as hex or base64, and makes no file', async () => {
  const key = Buffer.alloc(32, 9);
  for (const text of [key.toString('hex'), key.toString('base64'), key.toString('base64url')]) {
    assert.deepEqual(await openKey('/nowhere', { PHAROS_ENCRYPTION_KEY: text }), key);
  }
});

test('what is no key is refused and not repeated in the message', async () => {
  await assert.rejects(openKey(dir, { PHAROS_ENCRYPTION_KEY: 'hunter2' }), (error: Error & { code: string }) => {
    assert.equal(error.code, 'key-unusable');
    assert.ok(!error.message.includes('hunter2'));
    return true;
  });
  await writeFile(join(dir, KEY_FILE), 'short\n');
  await assert.rejects(openKey(dir, {}), { code: 'key-unusable' });
  assert.equal(await readFile(join(dir, KEY_FILE), 'utf8'), 'short\n', 'a broken key file is never overwritten');
  await assert.rejects(openKey(join(dir, 'missing'), {}), { code: 'key-unusable' });
});
