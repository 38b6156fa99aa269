import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Answer, type Call, listOf, runIn } from './testing.ts';

const ID = '66666666-6666-4666-8666-666666666666';
const SECRET = 'whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=';

function webhook(over: object = {}) {
  return {
    id: ID,
    name: 'tickets',
    url: 'https://hooks.example.com/',
    events: ['tag.moved'],
    repositories: null,
    enabled: true,
    allowHttp: false,
    allowPrivate: false,
    createdAt: '2026-01-01T00:00:00.000Z',
    updatedAt: '2026-01-01T00:00:00.000Z',
    rotatedAt: '2026-01-01T00:00:00.000Z',
    previousSecretUntil: null,
    disabledReason: null,
    failingSince: null,
    waiting: 0,
    lastDelivery: null,
    ...over,
  };
}

const delivery = (over: object = {}) => ({
  id: ID,
  webhookId: ID,
  event: 'ping',
  createdAt: '2026-01-01T00:00:00.000Z',
  state: 'failed',
  attempts: 1,
  nextAttemptAt: null,
  status: 500,
  message: 'It did not answer with a status of 200 to 299.',
  payload: '{"type":"ping"}',
  tries: [
    {
      n: 1,
      at: '2026-01-01T00:00:00.000Z',
      durationMs: 12,
      status: 500,
      code: 'webhook-refused',
      message: 'It did not answer with a status of 200 to 299.',
      requestHeaders: {},
      responseBody: 'no\u001b[31m',
    },
  ],
  ...over,
});

function api({ method, path }: Call): Answer {
  if (path.endsWith('/test')) return { status: 200, body: delivery() };
  if (path.includes('/deliveries?')) return listOf(delivery());
  if (path.includes('/deliveries/')) return { status: 200, body: delivery({ state: 'waiting' }) };
  if (method === 'DELETE') return { status: 204 };
  if (method === 'POST') return { status: 201, body: { ...webhook(), secret: SECRET } };
  if (method === 'PATCH' || path === `/webhooks/${ID}`) return { status: 200, body: webhook({ enabled: false }) };
  return listOf(webhook());
}

test('a webhook is made for chosen events, and its secret is shown once', async () => {
  const args = ['webhooks', 'create', 'tickets', 'https://hooks.example.com/'];
  const made = await runIn(
    { api },
    ...args,
    '--event',
    'tag.moved',
    '--event',
    'agent.lost',
    '--repositories',
    'post*',
  );
  assert.equal(made.code, 0, made.stderr);
  assert.deepEqual(made.calls.at(-1)?.body, {
    name: 'tickets',
    url: 'https://hooks.example.com/',
    events: ['tag.moved', 'agent.lost'],
    repositories: 'post*',
    allowHttp: false,
    allowPrivate: false,
  });
  assert.match(made.stdout, /whsec_/);
  assert.match(made.stderr, /not shown again/);
  assert.equal((await runIn({ api }, ...args, '--event', 'state.changed')).code, 2);
});

test('a test shows the answer, makes hostile text harmless, and fails the command when it failed', async () => {
  const ran = await runIn({ api }, 'webhooks', 'test', 'tickets');
  assert.equal(ran.code, 6);
  assert.match(ran.stdout, /status +500/);
  assert.match(ran.stdout, /hint +Look at its answer/);
  assert.match(ran.stdout, /answer +no\uFFFD\[31m/);
  const good = (call: Call) =>
    call.path.endsWith('/test') ? { status: 200, body: delivery({ state: 'delivered' }) } : api(call);
  assert.equal((await runIn({ api: good }, 'webhooks', 'test', ID)).code, 0);
});

test('webhooks are listed, changed, deleted, and deliveries sent again', async () => {
  assert.match(
    (await runIn({ api }, 'webhooks', 'list')).stdout,
    /tickets +https:\/\/hooks\.example\.com\/ +on +tag\.moved/,
  );
  const off = await runIn({ api }, 'webhooks', 'edit', 'tickets', '--disable', '--all-repositories');
  assert.deepEqual(off.calls.at(-1)?.body, { repositories: null, enabled: false });
  assert.match(off.stdout, /state +off/);
  const sent = await runIn({ api }, 'webhooks', 'deliveries', 'tickets', '--state', 'failed', '--json');
  assert.equal(JSON.parse(sent.stdout).items[0].status, 500);
  const again = await runIn({ api }, 'webhooks', 'redeliver', 'tickets', ID);
  assert.equal(again.calls.at(-1)?.path, `/webhooks/${ID}/deliveries/${ID}/redeliver`);
  assert.equal((await runIn({ api }, 'webhooks', 'delete', 'tickets')).code, 0);
  assert.equal((await runIn({ api }, 'webhooks', 'delete', 'nobody')).code, 3);
});

const entry = (id: number, message: string) => ({
  id,
  at: '2026-01-01T00:00:00.000Z',
  type: 'tag.added',
  message,
  registryId: null,
  registry: 'production',
  repositoryId: null,
  repository: null,
  scanId: null,
  subjectId: null,
  catalog: null,
  count: 1,
  items: [],
});

test('activity is listed with filters, and followed without telling anything twice', async () => {
  const listed = await runIn(
    { api: () => listOf(entry(1, '1 tag added in pg')) },
    'activity',
    '--type',
    'tag.added',
    '--since',
    '2h',
  );
  assert.match(listed.stdout, /tag\.added +production +1 tag added in pg/);
  assert.match(listed.calls[0]!.path, /type=tag.added&since=20/);
  assert.equal((await runIn({ api: () => listOf() }, 'activity', '--since', 'yesterday')).code, 2);
  const pages = [
    [entry(2, 'b'), entry(1, 'a')],
    [entry(4, 'd'), entry(2, 'b'), entry(1, 'a')],
    [entry(4, 'd'), entry(3, 'late'), entry(2, 'b')],
  ];
  let turn = 0;
  // It goes on until the control plane is gone.
  const followed = await runIn(
    { api: () => (pages[turn] ? listOf(...pages[turn++]!) : undefined) },
    'activity',
    '--follow',
    '--json',
    '--limit',
    '1',
  );
  const told = followed.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).message);
  assert.deepEqual(told, ['b', 'd', 'late']);
  assert.equal(followed.code, 5);
});
