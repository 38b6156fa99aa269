/** Debian's docker-registry tells a real server of a real push; what follows is work for an agent, of that one tag. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import type { Delivery, ReceiverCreated } from '@pharos/contract';
import { available, buildImage, type Distribution, pushWithSkopeo, startDistribution } from '@pharos/testbed';
import { answerProbe, makeAgent, startTestServer, type TestServer } from './testing.ts';

const parts = available();

describe('notifications of a real registry', { skip: parts.distribution.skip || parts.skopeo.skip }, () => {
  let it: TestServer;
  let registry: Distribution;
  let agent: ReturnType<typeof makeAgent>;
  let receiver: ReceiverCreated;
  let quiet: ReceiverCreated;
  let registryId = '';

  before(async () => {
    it = await startTestServer();
    agent = makeAgent(it, 'here');
    await agent.hello();
    const body = { name: 'Real', url: 'registry.invalid', locationId: 'here', tls: { plainHttp: true } };
    const [created] = await Promise.all([it.call('createRegistry', { body }), answerProbe(agent)]);
    registryId = created.body.id;
    receiver = (await it.call('createReceiver', { body: { registryId, source: 'distribution' } })).body;
    quiet = (await it.call('createReceiver', { body: { registryId, source: 'distribution' } })).body;
    const endpoint = (authorization: string, name: string, { url } = receiver) => ({
      name,
      url: it.server.url + url,
      headers: { Authorization: [authorization] },
      timeout: '2s',
      threshold: 5,
      backoff: '1s',
    });
    // The second as docs/notifications.md tells people to write it; the third has the wrong secret.
    const ignore = { mediatypes: ['application/octet-stream'], actions: ['pull', 'mount'] };
    const endpoints = [
      endpoint(`Bearer ${receiver.secret}`, 'pharos'),
      { ...endpoint(`Bearer ${quiet.secret}`, 'quiet', quiet), ignore },
      endpoint('Bearer wrong', 'forger'),
    ];
    registry = await startDistribution({ sections: { notifications: { endpoints } } });
    const moved = it.call('updateRegistry', { params: { id: registryId }, body: { url: registry.host } });
    await Promise.all([moved, answerProbe(agent)]);
    const begin = { scanId: randomUUID(), parentId: null, agentId: agent.agentId, epoch: 1, registryId, ruleIds: [] };
    await it.store.scans.begin(
      { ...begin, repository: 'team/postgresql', trigger: 'start', only: null, startedAt: new Date().toISOString() },
      new Date(),
    );
  });
  after(async () => {
    await registry?.stop();
    await it?.stop();
  });

  test('a push becomes a delivery, a re-reading of its tag, and an end that is told', async () => {
    await pushWithSkopeo(buildImage({ name: 'pushed' }), `${registry.host}/team/postgresql:17.5`);
    await pushWithSkopeo(buildImage({ name: 'other' }), `${registry.host}/somebody/else:1`);
    const work = await agent.work();
    assert.equal(work.kind, 'reread');
    assert.ok(work.kind === 'reread');
    assert.deepEqual([work.registryId, work.repository, work.tags], [registryId, 'team/postgresql', ['17.5']]);
    const result = { kind: 'reread', ok: true, message: '1 tag added.', code: null, requests: 2 };
    assert.equal((await agent.result(work.id, result)).status, 204);

    const read = async ({ id }: ReceiverCreated): Promise<Delivery[]> =>
      (await it.call('listDeliveries', { params: { id }, query: { limit: 200 } })).body.items;
    const isTold = (list: Delivery[], name: string) =>
      list.some(({ repository, tags }) => repository === name && tags.length > 0);
    let [rows, told] = [await read(receiver), await read(quiet)];
    let refusedAt: string | null = null;
    for (let turn = 0; turn < 100; turn += 1) {
      const isRead = rows.some(({ outcome }) => outcome === 'done');
      if (isRead && isTold(rows, 'somebody/else') && told.length >= 2 && refusedAt !== null) break;
      await new Promise((resolve) => setTimeout(resolve, 100));
      // On a slow machine the two addresses are told too far apart to be one reading.
      for (const { id } of (await agent.poll(0)).body.work) await agent.result(id, result);
      [rows, told] = [await read(receiver), await read(quiet)];
      refusedAt = (await it.call('getReceiver', { params: { id: receiver.id } })).body.lastRefusedAt;
    }
    const done = rows.find(({ outcome }) => outcome === 'done');
    assert.deepEqual(
      [done?.event, done?.repository, done?.tags, done?.requests],
      ['push', 'team/postgresql', ['17.5'], 2],
    );
    assert.match(done?.message ?? '', /^1 tag added\./);
    const elsewhere = rows.find(({ repository, tags }) => repository === 'somebody/else' && tags.length > 0);
    assert.equal(elsewhere?.message, 'It is not a repository of this library.');
    assert.ok(
      rows.every(({ outcome, tags }) => outcome === 'ignored' || tags.length > 0),
      'layers lead to nothing',
    );
    assert.ok(rows.some(({ message }) => message === 'It is a layer.'));
    assert.deepEqual(told.map(({ tags }) => tags.length).sort(), [1, 1], 'the two pushes, and no layers');
    assert.notEqual(refusedAt, null, 'the forger was noticed');
  });
});
