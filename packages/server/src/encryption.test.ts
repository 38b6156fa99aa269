/** Keys change while the server runs: every secret opens before, during and after. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { KEY_FILE } from './key.ts';
import { openKeyring } from './keyring.ts';
import { makeAgent, startTestServer, type TestServer } from './testing.ts';

describe('the encryption key', () => {
  let folder = '';
  let server: TestServer;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pharos-encryption-'));
    server = await startTestServer({ key: await openKeyring({ dataDir: folder }) });
  });
  after(async () => {
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  test('a rotation puts every secret under a new key, and agents still get their credentials', async () => {
    const agent = makeAgent(server, 'eu-west');
    await agent.hello();
    const body = {
      name: 'private',
      url: 'registry.example.com',
      provider: 'oci',
      locationId: 'eu-west',
      authentication: { type: 'basic', username: 'robot', password: 'pässword' },
    };
    const made = await server.call('createRegistry', { body });
    assert.equal(made.status, 201, JSON.stringify(made.body));
    const old = (await readFile(join(folder, KEY_FILE), 'utf8')).trim();

    const shown = await server.call('getEncryption');
    assert.equal(shown.body.source, 'file');
    assert.deepEqual(
      shown.body.keys.map((key: { isCurrent: boolean; sealed: number }) => [key.isCurrent, key.sealed]),
      [[true, 1]],
    );
    const rotated = await server.call('rotateEncryptionKey');
    assert.equal(rotated.status, 200, JSON.stringify(rotated.body));
    assert.deepEqual(
      rotated.body.keys.map((key: { isCurrent: boolean; sealed: number }) => [key.isCurrent, key.sealed]),
      [
        [true, 1],
        [false, 0],
      ],
    );
    assert.equal(rotated.body.unknown, 0);
    assert.notEqual(rotated.body.keys[0].id, shown.body.keys[0].id);

    const forgotten = await server.call('forgetEncryptionKeys');
    assert.equal(forgotten.body.keys.length, 1);
    assert.ok(!(await readFile(join(folder, KEY_FILE), 'utf8')).includes(old));
    const config = await agent.config();
    assert.equal(config.body.registries.length, 1);
    assert.match(agent.open(config.body.registries[0].authentication), /pässword/);
    assert.ok(!JSON.stringify([shown.body, rotated.body, forgotten.body]).includes(old));
  });

  test('keys from elsewhere are not changed, and the answer says how', async () => {
    const other = await startTestServer({ key: Buffer.alloc(32, 3) });
    const refused = await other.call('rotateEncryptionKey');
    assert.equal(refused.status, 409);
    assert.match(refused.body.hint, /Put the new key after the old one/);
    await other.stop();
  });
});
