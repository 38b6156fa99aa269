import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Answer, type Call, listOf, runIn, temporaryDirectory } from './testing.ts';

const ID = '66666666-6666-4666-8666-666666666666';
const DIGEST = `sha256:${'ab'.repeat(32)}`;
const KEY = { algorithm: 'ECDSA P-256', fingerprint: 'cd'.repeat(32), subject: null, expiresAt: null };

const entry = (over: object = {}) => ({
  id: ID,
  name: 'release',
  kind: 'key',
  scope: '**',
  enabled: true,
  key: 'PEM',
  roots: null,
  trustedRootSha256: null,
  identities: [],
  requireReference: false,
  keys: [KEY],
  images: 3,
  createdAt: '2026-01-01T00:00:00.000Z',
  createdBy: 'alice',
  updatedAt: '2026-01-01T00:00:00.000Z',
  updatedBy: 'alice',
  ...over,
});

const verification = (state: string) => ({
  digest: DIGEST,
  state,
  sentence: 'What is known.\u001b[31m',
  verifiedBy: [],
  signatures: 1,
  evidence: [],
});

const api =
  (state = 'verified') =>
  ({ method, path }: Call): Answer => {
    if (path.includes('/verification')) return { status: 200, body: verification(state) };
    if (method === 'DELETE') return { status: 204 };
    if (path === '/trust/check') {
      const examples = [{ digest: DIGEST, repository: 'host/pg' }];
      const reasons = [{ reason: 'Another key.', count: 4 }];
      return { status: 200, body: { keys: [KEY], signatures: 7, complete: true, images: 3, examples, reasons } };
    }
    if (method === 'POST') return { status: 201, body: entry() };
    return listOf(entry());
  };

test('verify ends with 0 for a verified image and with 6 for everything else', async () => {
  assert.equal((await runIn({ api: api() }, 'verify', DIGEST)).code, 0);
  for (const state of ['partial', 'failed', 'unsupported', 'untrusted', 'checking', 'none']) {
    for (const flags of [[], ['--json'], ['-q']]) {
      const ran = await runIn({ api: api(state) }, 'verify', DIGEST, ...flags);
      assert.equal(ran.code, 6, `${state} ${flags}`);
      assert.ok(!ran.stdout.includes('\u001b[31m') || flags[0] === '--json', 'hostile text is shown as text');
    }
  }
  const json = await runIn({ api: api('failed') }, 'verify', DIGEST, '--json');
  assert.equal(JSON.parse(json.stdout).state, 'failed');
});

test('verify of something that is not there is no pass either', async () => {
  const gone = await runIn({ api: () => ({ status: 404, body: { code: 'not-found' } }) }, 'verify', DIGEST);
  assert.notEqual(gone.code, 0);
  assert.notEqual((await runIn({}, 'verify', DIGEST)).code, 0);
});

test('trust add reads the key from its file, and says the fingerprint', async (t) => {
  const cwd = temporaryDirectory(t);
  writeFileSync(join(cwd, 'cosign.pub'), 'the public key');
  const made = await runIn({ api: api(), cwd }, 'trust', 'add', 'release', '--key', 'cosign.pub', '--scope', 'host/**');
  assert.equal(made.code, 0, made.stderr);
  assert.match(made.stdout, new RegExp(KEY.fingerprint));
  const { kind, key, scope, enabled } = made.calls.at(-1)!.body as Record<string, unknown>;
  assert.deepEqual([kind, key, scope, enabled], ['key', 'the public key', 'host/**', true]);
  const checked = await runIn({ api: api(), cwd }, 'trust', 'add', 'release', '--key', 'cosign.pub', '--check');
  assert.match(checked.stdout, /Would verify 3 images/);
  assert.match(checked.stderr, /4 would not: Another key/);
  assert.equal(checked.calls.at(-1)?.path, '/trust/check');
});

test('trust add takes identities with a trusted root, and refuses what is unclear', async (t) => {
  const cwd = temporaryDirectory(t);
  writeFileSync(join(cwd, 'root.json'), '{}');
  const flags = ['--trusted-root', 'root.json', '--issuer', 'https://issuer', '--subject', 'a', '--subject', 'b'];
  const made = await runIn({ api: api(), cwd }, 'trust', 'add', 'cnpg', ...flags);
  const { kind, identities } = made.calls.at(-1)!.body as Record<string, unknown>;
  assert.equal(kind, 'keyless');
  assert.deepEqual(identities, [
    { issuer: 'https://issuer', subject: 'a' },
    { issuer: 'https://issuer', subject: 'b' },
  ]);
  assert.match((await runIn({ api: api(), cwd }, 'trust', 'add', 'x')).stderr, /not clear/);
  assert.match((await runIn({ api: api(), cwd }, 'trust', 'add', 'x', '--key', 'none.pub')).stderr, /none\.pub/);
});

test('trust list and delete, by name or id', async () => {
  const listed = await runIn({ api: api() }, 'trust', 'list');
  assert.match(listed.stdout, /release +key +ECDSA P-256 +cdcdcdcdcdcdcdcd/);
  assert.equal(JSON.parse((await runIn({ api: api() }, 'trust', 'list', '--json')).stdout).items[0].id, ID);
  for (const name of ['release', ID]) {
    const gone = await runIn({ api: api() }, 'trust', 'delete', name);
    assert.deepEqual([gone.code, gone.calls.at(-1)?.path], [0, `/trust/${ID}`]);
  }
  assert.equal((await runIn({ api: api() }, 'trust', 'delete', 'other')).code, 3);
});
