import assert from 'node:assert/strict';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { KEY_FILE } from './key.ts';
import { openKeyring } from './keyring.ts';

let dir = '';
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'pharos-key-'));
});
after(() => rm(dir, { recursive: true, force: true }));

test('the first start makes a key of mode 0600, the next ones read it', async () => {
  const [first, second] = await Promise.all([openKeyring({ dataDir: dir }), openKeyring({ dataDir: dir })]);
  assert.equal(first.current().bytes.length, 32);
  assert.deepEqual(first.all(), second.all());
  assert.equal(first.source, 'file');
  assert.equal((await stat(join(dir, KEY_FILE))).mode & 0o777, 0o600);
  assert.deepEqual((await openKeyring({ dataDir: dir })).all(), first.all());
});

test('a key that others can read is refused, with the command that mends it', async () => {
  await chmod(join(dir, KEY_FILE), 0o640);
  await assert.rejects(openKeyring({ dataDir: dir }), (error: Error & { hint: string }) => {
    assert.match(error.message, /can be read by others \(mode 640\)/);
    assert.match(error.hint, /chmod 600/);
    return true;
  });
  await chmod(join(dir, KEY_FILE), 0o600);
});

test('the environment goes before the file, as hex or base64, and makes no file', async () => {
  const key = Buffer.alloc(32, 9);
  for (const text of [key.toString('hex'), key.toString('base64'), key.toString('base64url')]) {
    const ring = await openKeyring({ dataDir: '/nowhere', keys: text });
    assert.deepEqual([ring.source, ring.current().bytes, ring.change], ['environment', key, null]);
  }
});

test('what is no key is refused and not repeated in the message', async () => {
  await assert.rejects(openKeyring({ dataDir: dir, keys: 'hunter2' }), (error: Error & { code: string }) => {
    assert.equal(error.code, 'key-unusable');
    assert.ok(!error.message.includes('hunter2'));
    return true;
  });
  await writeFile(join(dir, KEY_FILE), 'short\n');
  await assert.rejects(openKeyring({ dataDir: dir }), { code: 'key-unusable' });
  assert.equal(await readFile(join(dir, KEY_FILE), 'utf8'), 'short\n', 'a broken key file is never overwritten');
  await assert.rejects(openKeyring({ dataDir: join(dir, 'missing') }), { code: 'key-unusable' });
});

test('several keys: the first seals, all open; a program may print them, and what it printed is never told', async () => {
  const keys = [Buffer.alloc(32, 1).toString('hex'), Buffer.alloc(32, 2).toString('base64')];
  const ring = await openKeyring({ dataDir: '/nowhere', keys: keys.join(',') });
  assert.deepEqual(
    ring.all().map(({ bytes }) => bytes[0]),
    [1, 2],
  );
  assert.equal(ring.find(ring.all()[1]!.id)?.bytes[0], 2);
  assert.equal(ring.find('0123456789ab'), null);

  const program = join(dir, 'print-keys');
  await writeFile(program, `#!/bin/sh\necho ${keys[0]}\necho ${keys[1]}\n`, { mode: 0o700 });
  const printed = await openKeyring({ dataDir: '/nowhere', command: program });
  assert.deepEqual([printed.source, printed.all(), printed.change], ['command', ring.all(), null]);
  await writeFile(program, `#!/bin/sh\necho ${keys[0]}\nexit 3\n`, { mode: 0o700 });
  await assert.rejects(openKeyring({ dataDir: '/nowhere', command: program }), (error: Error) => {
    assert.match(error.message, /failed \(3\)/);
    assert.ok(!error.message.includes(keys[0]!));
    return true;
  });
});

test('a key is rotated in the file; another process that has it open sees it at its next use', async () => {
  const folder = await mkdtemp(join(dir, 'rotate-'));
  const [ring, other] = [await openKeyring({ dataDir: folder }), await openKeyring({ dataDir: folder })];
  const before = ring.current();
  await ring.change!.rotate();
  assert.notEqual(ring.current().id, before.id);
  assert.deepEqual(ring.all()[1], before);
  assert.deepEqual(other.all(), ring.all());
  assert.equal((await stat(join(folder, KEY_FILE))).mode & 0o777, 0o600);
  await ring.change!.keepOnly(new Set());
  assert.deepEqual(
    other.all().map(({ id }) => id),
    [ring.current().id],
  );
});
