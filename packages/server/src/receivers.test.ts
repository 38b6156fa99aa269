import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { after, before, describe, test } from 'node:test';
import type { Delivery, ReceiverCreated, ReceiverSource, Work } from '@pharos/contract';
import { EVERY_SOURCE, PRODUCTS, type Said } from './receivers/testing.ts';
import { API, answerProbe, makeAgent, startTestServer, type TestServer } from './testing.ts';

const location = 'eu-west';
let it: TestServer;
let agent: ReturnType<typeof makeAgent>;
let registryId = '';

before(async () => {
  it = await startTestServer();
  agent = makeAgent(it, location);
  await agent.hello();
  const body = { name: 'Team registry', url: 'registry.example.com', locationId: location };
  const [created] = await Promise.all([it.call('createRegistry', { body }), answerProbe(agent)]);
  registryId = created.body.id;
});
after(() => it.stop());

/** The library knows a repository from its first scan on. */
async function know(repository: string, registry = registryId): Promise<void> {
  const scanId = randomUUID();
  const begin = { scanId, parentId: null, epoch: 1, registryId: registry, repository, ruleIds: [], only: null };
  const startedAt = new Date().toISOString();
  await it.store.scans.begin({ ...begin, agentId: agent.agentId, trigger: 'start', startedAt }, new Date());
}

async function receiver(source: ReceiverSource, registry = registryId): Promise<ReceiverCreated> {
  const { status, body } = await it.call('createReceiver', { body: { registryId: registry, source } });
  assert.equal(status, 201, JSON.stringify(body));
  return body;
}

/** Posts as the product does; `secret` signs, or stands in the address. */
function send({ id, source }: ReceiverCreated, { body, headers = {} }: Said, secret: string) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const { sign } = PRODUCTS[source];
  const path = `${API}/hooks/${id}${sign ? '' : `/${secret}`}`;
  const sent = { 'content-type': 'application/json', ...headers, ...sign?.(secret, text) };
  return it.send('POST', path, { headers: sent, body: text });
}

async function deliveries(id: string): Promise<Delivery[]> {
  return (await it.call('listDeliveries', { params: { id } })).body.items;
}

async function until<T>(read: () => Promise<T | undefined>, what: string): Promise<T> {
  for (let turn = 0; turn < 200; turn += 1) {
    const value = await read();
    if (value !== undefined) return value;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${what} did not come`);
}

/** Takes work until the re-reading of a repository comes; others end as read. */
async function reread(repository: string): Promise<Extract<Work, { kind: 'reread' }>> {
  for (;;) {
    const work = await agent.work();
    if (work.kind === 'reread' && work.repository === repository) return work;
    await agent.result(work.id, { kind: 'reread', ok: true, message: '', code: null, requests: 1 });
  }
}

for (const source of EVERY_SOURCE) {
  describe(`notifications of ${source}`, () => {
    const repository = `team/${source}`;
    const product = PRODUCTS[source];
    let made: ReceiverCreated;
    before(async () => {
      await know(repository);
      made = await receiver(source);
    });

    test('a push that is proved becomes a re-reading of that tag, and shows what came of it', async () => {
      const answer = await send(made, product.push(repository, '17.5'), made.secret);
      assert.deepEqual([answer.status, answer.body], [200, { status: 'accepted' }]);
      const work = await reread(repository);
      assert.deepEqual([work.registryId, work.tags], [registryId, ['17.5']]);
      assert.equal((await deliveries(made.id))[0]?.outcome, 'queued');
      const result = { kind: 'reread', ok: true, message: '1 tag moved.', code: null, requests: 2 };
      assert.equal((await agent.result(work.id, result)).status, 204);
      const done = await until(
        async () => (await deliveries(made.id)).find(({ outcome }) => outcome === 'done'),
        'the end',
      );
      assert.deepEqual(
        [done.repository, done.tags, done.requests, done.message],
        [repository, ['17.5'], 2, '1 tag moved.'],
      );
    });

    test('forged, it is refused like one for nobody, and nothing is written', async () => {
      const before = (await deliveries(made.id)).length;
      const said = product.push(repository, '17.6');
      const wrong = await send(made, said, 'x'.repeat(43));
      const unknown = await send({ ...made, id: randomUUID() }, said, made.secret);
      const bare = await it.send('POST', `${API}/hooks/${made.id}`, { body: JSON.stringify(said.body) });
      const address = await it.send('POST', `${API}/hooks/${made.id}/${'x'.repeat(43)}`, { body: '{}' });
      for (const answer of [wrong, unknown, bare, address]) {
        const { requestId: _, ...problem } = answer.body;
        assert.deepEqual(
          [answer.status, problem.code, problem.detail],
          [401, 'delivery-refused', 'The notification is not accepted.'],
        );
        assert.ok(!('errors' in problem));
      }
      assert.equal((await deliveries(made.id)).length, before);
    });

    test('a body that was changed on the way is refused where bodies are signed', async () => {
      if (!product.sign || product.sign('s', 'a') === undefined) return;
      const [one, other] = [product.sign('s', 'a'), product.sign('s', 'b')];
      if (JSON.stringify(one) === JSON.stringify(other)) return;
      const signed = product.sign(made.secret, JSON.stringify(product.push(repository, '1').body));
      const body = JSON.stringify(product.push(repository, '2').body);
      assert.equal((await it.send('POST', `${API}/hooks/${made.id}`, { headers: signed, body })).status, 401);
    });

    test('sent again, it does nothing more', async () => {
      const said = product.push(repository, 'again');
      assert.equal((await send(made, said, made.secret)).body.status, 'accepted');
      const second = await send(made, said, made.secret);
      // Quay sends the same bytes for a second push of a tag, and that one counts.
      assert.deepEqual(second.body, { status: source === 'quay' ? 'accepted' : 'ignored' });
      const work = await reread(repository);
      await agent.result(work.id, { kind: 'reread', ok: true, message: '', code: null, requests: 1 });
      const again = (await deliveries(made.id)).filter(({ tags }) => tags[0] === 'again');
      assert.deepEqual(
        again.map(({ message }) => message).filter((text) => /before/.test(text)),
        source === 'quay' ? [] : ['It came before and was taken then.'],
      );
    });

    test('without a tag, of another sort, or of a form that nobody knows: taken, ignored, and said why', async () => {
      const cases: [Said, RegExp][] = [
        [product.noTag(repository), /no tag|layer/],
        [product.other(repository), /no push|another registry|no container image|form/],
        [{ body: { surprise: true, at: Math.random() }, headers: { 'x-github-event': 'package' } }, /form|no push/],
        [{ body: '{"half":' }, /not JSON/],
        [{ body: '' }, /not JSON/],
        [product.push('team/elsewhere', '1'), /not a repository of this library/],
        [product.push(repository, 'no tag!'), /no tag that a registry can hold|names no repository/],
      ];
      for (const [said, why] of cases) {
        const answer = await send(made, said, made.secret);
        assert.deepEqual([answer.status, answer.body.status], [200, 'ignored'], JSON.stringify(said));
        const [last] = await deliveries(made.id);
        assert.match(`${last?.outcome}: ${last?.message}`, why, JSON.stringify(said));
        assert.equal(last?.outcome, 'ignored');
      }
    });

    test('too large, it is refused before anything is read', async () => {
      const said = { body: { filler: 'x'.repeat(256 * 1024) } };
      const answer = await send(made, said, made.secret);
      assert.deepEqual([answer.status, answer.body.code], [413, 'too-large']);
    });
  });
}

test('hints of a moment become one reading; more tags than it holds become a scan of the repository', async () => {
  await know('many/tags');
  const made = await receiver('quay');
  for (const updated_tags of [
    ['a', 'b'],
    ['b', 'c'],
  ]) {
    await send(made, { body: { repository: 'many/tags', updated_tags } }, made.secret);
  }
  const work = await reread('many/tags');
  assert.deepEqual(work.tags, ['a', 'b', 'c']);
  await agent.result(work.id, { kind: 'reread', ok: false, message: 'No answer.', code: 'timeout', requests: 1 });
  const failed = await until(async () => {
    const rows = (await deliveries(made.id)).filter(({ outcome }) => outcome === 'failed');
    return rows.length === 2 ? rows : undefined;
  }, 'the end of both');
  assert.match(failed[0]!.message, /^No answer\. One reading for 2 notifications\./);

  const updated_tags = Array.from({ length: 101 }, (_, index) => `t${index}`);
  await send(made, { body: { repository: 'many/tags', updated_tags } }, made.secret);
  const scan = await agent.work();
  assert.deepEqual([scan.kind, scan.kind === 'scan' && scan.repository], ['scan', 'many/tags']);
  await agent.result(scan.id, {
    kind: 'scan',
    status: 'complete',
    requests: 9,
    message: 'Read.',
    code: null,
    hint: null,
  });
  const [last] = await deliveries(made.id);
  assert.equal(last?.tags.length, 100);
});

test('while no agent is there, hints at one repository share one piece of work, and a large one asks for one scan', async () => {
  const body = { name: 'Far', url: 'far.example.com', locationId: 'far-away' };
  const created = await it.call('createRegistry', { body });
  await know('far', created.body.id);
  const made = await receiver('quay', created.body.id);
  const many = Array.from({ length: 101 }, (_, index) => `t${index}`);
  for (const updated_tags of [['a'], ['b'], many, [...many, 'more']]) {
    await send(made, { body: { repository: 'far', updated_tags } }, made.secret);
    await new Promise((resolve) => setTimeout(resolve, 600));
  }
  const scans = await it.call('listScans', { query: { registryId: created.body.id, status: 'running' } });
  assert.equal(scans.body.items.filter(({ trigger }: { trigger: string }) => trigger === 'manual').length, 1);
  const far = makeAgent(it, 'far-away');
  await far.hello();
  const works = (await far.poll(0, '')).body.work as Work[];
  assert.deepEqual(works.map((work) => work.kind).sort(), ['probe', 'reread', 'scan']);
  const again = works.find((work) => work.kind === 'reread');
  assert.deepEqual(again?.kind === 'reread' && again.tags, ['a', 'b']);
  await far.result(again!.id, { kind: 'reread', ok: true, message: 'Read.', code: null, requests: 1 });
  const done = await until(async () => {
    const rows = (await deliveries(made.id)).filter(({ outcome }) => outcome === 'done');
    return rows.length === 2 ? rows : undefined;
  }, 'the end of both');
  assert.match(done[0]!.message, /One reading for 2 notifications/);
});

test('the path of the registry is taken off names, and a full name of another product matches too', async () => {
  const body = { name: 'Below a path', url: 'registry.example.com/docker-virtual', locationId: location };
  const [created] = await Promise.all([it.call('createRegistry', { body }), answerProbe(agent)]);
  await know('deep/image', created.body.id);
  const harbor = await receiver('harbor', created.body.id);
  const jfrog = await receiver('jfrog', created.body.id);
  assert.equal(
    (await send(harbor, PRODUCTS.harbor.push('docker-virtual/deep/image', '1'), harbor.secret)).body.status,
    'accepted',
  );
  assert.equal((await send(jfrog, PRODUCTS.jfrog.push('deep/image', '1'), jfrog.secret)).body.status, 'accepted');
  assert.equal(
    (await send(harbor, PRODUCTS.harbor.push('other/deep/image', '1'), harbor.secret)).body.status,
    'ignored',
  );
  await reread('deep/image');
});

test('ECR events of another account or region lead nowhere', async () => {
  const url = '123456789012.dkr.ecr.us-east-1.amazonaws.com';
  const body = { name: 'ECR', url, locationId: location };
  const [created] = await Promise.all([it.call('createRegistry', { body }), answerProbe(agent)]);
  await know('app', created.body.id);
  const made = await receiver('ecr', created.body.id);
  await send(made, PRODUCTS.ecr.push('app', '1'), made.secret);
  assert.match((await deliveries(made.id))[0]!.message, /another registry/);
});

test('Event Grid gets its validation code behind the secret address only', async () => {
  const made = await receiver('acr-event-grid');
  const eventType = 'Microsoft.EventGrid.SubscriptionValidationEvent';
  const body = JSON.stringify([{ id: randomUUID(), eventType, data: { validationCode: 'code-1' } }]);
  const good = await it.send('POST', made.url, { body });
  assert.deepEqual([good.status, good.body.validationResponse], [200, 'code-1']);
  for (const path of [`${API}/hooks/${made.id}`, `${API}/hooks/${made.id}/wrong`]) {
    const answer = await it.send('POST', path, { body, headers: { authorization: `Bearer ${made.secret}` } });
    assert.equal(answer.status, 401);
    assert.ok(!answer.text.includes('code-1'));
  }
});

test('a secret address is no proof for products that can sign', async () => {
  for (const source of ['github', 'distribution', 'nexus'] as const) {
    const made = await receiver(source);
    assert.equal((await it.send('POST', `${made.url}/${made.secret}`, { body: '{}' })).status, 401, source);
  }
});

test('JFrog may send the secret itself, Distribution the Bearer, Basic or bare one', async () => {
  const jfrog = await receiver('jfrog');
  const headers = { 'x-jfrog-event-auth': jfrog.secret };
  assert.equal((await it.send('POST', jfrog.url, { headers, body: '{}' })).status, 200);
  const made = await receiver('distribution');
  const basic = Buffer.from(`any:${made.secret}`).toString('base64');
  for (const authorization of [made.secret, `Bearer ${made.secret}`, `bearer ${made.secret}`, `Basic ${basic}`]) {
    assert.equal(
      (await it.send('POST', made.url, { headers: { authorization }, body: '{}' })).status,
      200,
      authorization,
    );
  }
});

test('Harbor is understood as CloudEvents, and zot with the event in its headers', async () => {
  await know('team/cloud');
  const harbor = await receiver('harbor');
  const data = PRODUCTS.harbor.push('team/cloud', '1').body as { event_data: object };
  const body = { specversion: '1.0', id: 'one', source: '/x', type: 'harbor.artifact.pushed', data: data.event_data };
  assert.equal((await send(harbor, { body }, harbor.secret)).body.status, 'accepted');
  const zot = await receiver('zot');
  const headers = { 'ce-id': randomUUID(), 'ce-type': 'zotregistry.image.updated', 'ce-specversion': '1.0' };
  assert.equal(
    (await send(zot, { headers, body: { name: 'team/cloud', reference: '2' } }, zot.secret)).body.status,
    'accepted',
  );
  const work = await reread('team/cloud');
  assert.deepEqual(work.tags, ['1', '2']);
});

test('a receiver that is told too much asks to wait', async () => {
  const made = await receiver('dockerhub');
  const sent = await Promise.all(
    Array.from({ length: 305 }, () => it.send('POST', made.url, { body: `{"at":${Math.random()}}` })),
  );
  const limited = sent.filter(({ status }) => status === 429);
  assert.equal(limited.length, 5);
  assert.deepEqual([limited[0]!.body.code, Number(limited[0]!.headers.get('retry-after')) > 0], ['rate-limited', true]);
  assert.equal((await it.call('listDeliveries', { params: { id: made.id } })).body.total, 200);
});

test('the secret is shown once: no read, no log, no database has it, rotated it is another', async () => {
  const made = await receiver('quay');
  const signed = await receiver('github');
  assert.equal(made.url, `${API}/hooks/${made.id}/${made.secret}`);
  assert.equal(signed.url, `${API}/hooks/${signed.id}`);
  await it.send('POST', made.url, { body: '{}' });
  await it.send('POST', `${made.url}/`, { body: '{}' });
  await it.send('GET', made.url);
  await it.send('POST', `${API}/hook%73/${made.id}/${made.secret}?x=${made.secret}`, { body: '{}' });
  await it.send('POST', made.url, { body: 'x'.repeat(300_000) });
  await send(signed, { body: {} }, signed.secret);
  const rotated = (await it.call('rotateReceiver', { params: { id: made.id } })).body as ReceiverCreated;
  assert.notEqual(rotated.secret, made.secret);
  assert.equal((await it.send('POST', made.url, { body: '{}' })).status, 401);
  assert.equal((await it.send('POST', rotated.url, { body: '{"a":1}' })).status, 200);
  const shown = until(async () => {
    const { body } = await it.call('getReceiver', { params: { id: made.id } });
    return body.lastRefusedAt === null ? undefined : body;
  }, 'the refusal');
  await shown;
  const reads = await Promise.all([
    it.call('listReceivers'),
    it.call('getReceiver', { params: { id: made.id } }),
    it.call('getReceiver', { params: { id: signed.id } }),
    it.call('listDeliveries', { params: { id: made.id } }),
    it.call('getRegistry', { params: { id: registryId } }),
    it.send('GET', '/metrics'),
  ]);
  const sealed = JSON.stringify([await it.store.receivers.target(made.id), await it.store.receivers.target(signed.id)]);
  for (const secret of [made.secret, signed.secret, rotated.secret]) {
    for (const { text } of reads) assert.ok(!text.includes(secret));
    assert.ok(!it.log.join('').includes(secret), 'the log');
    assert.ok(!sealed.includes(secret), 'the database');
  }
  assert.match(it.log.join(''), /hooks\/[^"]+\/\[hidden\]/);
  assert.match(reads[5]!.text, /pharos_notifications_total\{source="quay",outcome="ignored"\}/);
});

test('a sealed secret belongs to its receiver: moved to another it opens nothing, and the answer says nothing', async () => {
  const [one, other] = [await receiver('quay'), await receiver('quay')];
  const target = await it.store.receivers.target(one.id);
  await it.store.receivers.rotate(other.id, target!.sealed, new Date());
  const answer = await it.send('POST', `${API}/hooks/${other.id}/${one.secret}`, { body: '{}' });
  assert.deepEqual([answer.status, answer.body.code], [401, 'delivery-refused']);
});

test('a sender calls Pharos by whatever name reaches it, from no page and with any media type', async () => {
  const made = await receiver('quay');
  const { port } = it.server;
  const post = (path: string, headers: Record<string, string>, body: string) =>
    new Promise<number>((resolve, reject) => {
      const sent = request({ port, path, method: 'POST', headers }, (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      });
      sent.on('error', reject).end(body);
    });
  const foreign = { host: 'hooks.example.com', origin: 'https://quay.example.com', cookie: 'a=b' };
  for (const type of ['application/json', 'text/plain', 'application/cloudevents+json; charset=utf-8', 'x/y']) {
    assert.equal(await post(made.url, { ...foreign, 'content-type': type }, `{"t":"${type}"}`), 200, type);
  }
  assert.equal(await post(made.url, foreign, '{}'), 200, 'no type at all');
  assert.equal(await post(`${API}/receivers`, { ...foreign, 'content-type': 'application/json' }, '{}'), 403);
});

test('a receiver ends with itself and with its registry', async () => {
  const made = await receiver('quay');
  assert.equal((await it.call('deleteReceiver', { params: { id: made.id } })).status, 204);
  assert.equal((await it.call('deleteReceiver', { params: { id: made.id } })).status, 404);
  assert.equal((await it.send('POST', made.url, { body: '{}' })).status, 401);
  const missing = await it.call('createReceiver', { body: { registryId: randomUUID(), source: 'quay' } });
  assert.deepEqual([missing.status, missing.body.code], [404, 'not-found']);
});

test('what waited when the process ended is marked at the next start, and an event tells open pages', async () => {
  await know('team/waits');
  const made = await receiver('quay');
  const stream = await fetch(`${it.server.url}${API}/events`, {
    headers: { authorization: `Bearer ${await it.tokenOf('viewer')}` },
  });
  const reader = stream.body!.getReader();
  await send(made, PRODUCTS.quay.push('team/waits', 'w'), made.secret);
  let text = '';
  while (!text.includes(`{"type":"receiver","id":"${made.id}"}`)) {
    text += Buffer.from((await reader.read()).value ?? []).toString('utf8');
  }
  await reader.cancel();
  const second = await startTestServer({ store: it.store });
  await second.stop();
  const [last] = await deliveries(made.id);
  assert.deepEqual([last?.outcome, /restarted/.test(last?.message ?? '')], ['failed', true]);
});

test('the guard forgets the oldest and never grows without bound', async () => {
  const { createReplayGuard } = await import('./receivers/replay.ts');
  const clock = { time: 0 };
  const guard = createReplayGuard(() => new Date(clock.time));
  assert.deepEqual([guard.claim('a', 10), guard.claim('a', 10)], [true, false]);
  clock.time = 10;
  assert.equal(guard.claim('a', 10), true);
  guard.release('a');
  assert.equal(guard.claim('a', 10), true);
  for (let index = 0; index < 20_000; index += 1) guard.claim(createHash('sha1').update(`${index}`).digest('hex'), 1e6);
  assert.equal(guard.claim('a', 10), true);
});
