import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Answer, type Call, listOf, registry, runIn } from './testing.ts';

const ID = '55555555-5555-4555-8555-555555555555';
const SECRET = 'the-secret-of-this-receiver';

function receiver(over: object = {}) {
  return {
    id: ID,
    registryId: registry().id,
    registry: 'production',
    source: 'harbor',
    proof: 'header',
    path: `/api/v1/hooks/${ID}`,
    createdAt: '2026-01-01T00:00:00.000Z',
    rotatedAt: '2026-01-01T00:00:00.000Z',
    lastDelivery: null,
    lastRefusedAt: null,
    ...over,
  };
}

const delivery = (over: object = {}) => ({
  id: ID,
  receiverId: ID,
  receivedAt: '2026-01-01T00:00:00.000Z',
  event: 'push',
  repository: 'team/pg',
  repositoryId: null,
  tags: ['17.5', '17'],
  outcome: 'ignored',
  message: 'It names no tag.',
  requests: null,
  finishedAt: null,
  ...over,
});

function api({ method, path }: Call): Answer {
  if (path.startsWith('/registries')) return listOf(registry({ provider: 'harbor' }));
  if (path.includes('/deliveries')) return listOf(delivery({ event: 'push\u001b[31m' }));
  if (method === 'DELETE') return { status: 204 };
  if (method === 'POST') return { status: 201, body: { ...receiver(), secret: SECRET, url: `/api/v1/hooks/${ID}` } };
  if (path === `/receivers/${ID}`) return { status: 200, body: receiver() };
  return listOf(receiver());
}

test('a receiver is made for what the registry is, or for what is said, and its secret is shown', async () => {
  const made = await runIn(
    { api, env: { PHAROS_URL: 'https://pharos.example.com', PHAROS_TOKEN: 't' } },
    'receivers',
    'add',
    'production',
  );
  assert.equal(made.code, 0, made.stderr);
  assert.deepEqual(made.calls.at(-1)?.body, { registryId: registry().id, source: 'harbor' });
  assert.match(made.stdout, new RegExp(`https://pharos.example.com/api/v1/hooks/${ID}\n`));
  assert.match(made.stdout, new RegExp(SECRET));
  assert.match(made.stderr, /not shown again/);
  const other = await runIn({ api }, 'receivers', 'add', 'production', '--source', 'quay', '--json');
  assert.deepEqual((other.calls.at(-1)!.body as { source: string }).source, 'quay');
  assert.equal(JSON.parse(other.stdout).secret, SECRET);
  assert.equal((await runIn({ api }, 'receivers', 'add', 'production', '--source', 'nobody')).code, 2);
});

test('an address that is the secret is printed whole, and no secret beside it', async () => {
  const url = `/api/v1/hooks/${ID}/${SECRET}`;
  const quay = (call: Call): Answer =>
    call.method === 'POST'
      ? { status: 200, body: { ...receiver({ source: 'quay', proof: 'url' }), secret: SECRET, url } }
      : api(call);
  const { stdout } = await runIn({ api: quay }, 'receivers', 'rotate', ID);
  assert.match(stdout, new RegExp(`address +\\S+${url}`));
  assert.doesNotMatch(stdout, /^secret/m);
});

test('receivers are listed and found by id or by their only registry', async () => {
  const listed = await runIn({ api }, 'receivers', 'list', '--registry', 'production');
  assert.match(listed.stdout, /production +harbor +header +never/);
  assert.match(listed.calls.at(-1)!.path, /registryId=/);
  for (const name of [ID, 'production']) {
    const removed = await runIn({ api }, 'receivers', 'remove', name);
    assert.equal(removed.code, 0, removed.stderr);
    assert.equal(removed.calls.at(-1)?.path, `/receivers/${ID}`);
  }
  const two = (call: Call): Answer =>
    call.path.startsWith('/receivers?') ? listOf(receiver(), receiver({ id: registry().id })) : api(call);
  assert.equal((await runIn({ api: two }, 'receivers', 'remove', 'production')).code, 2);
  assert.equal((await runIn({ api }, 'receivers', 'remove', 'nobody')).code, 3);
});

test('deliveries say what came of them, and hostile text cannot move the cursor', async () => {
  const { stdout, calls } = await runIn({ api }, 'receivers', 'deliveries', ID, '--outcome', 'ignored');
  assert.match(stdout, /ignored +push\uFFFD\[31m +team\/pg +17\.5 17 +It names no tag\./);
  assert.match(calls.at(-1)!.path, /outcome=ignored/);
  assert.equal((await runIn({ api }, 'receivers', '--help')).code, 0);
});
