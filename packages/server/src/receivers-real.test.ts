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
  let registryId = '';

  before(async () => {
    it = await startTestServer();
    agent = makeAgent(it, 'here');
    await agent.hello();
    const body = { name: 'Real', url: 'registry.invalid', locationId: 'here', tls: { plainHttp: true } };
    const [created] = await Promise.all([it.call('createRegistry', { body }), answerProbe(agent)]);
    registryId = created.body.id;
    receiver = (await it.call('createReceiver', { body: { registryId, source: 'distribution' } })).body;
    const endpoint = (authorization: string, name: string) => ({
      name,
      url: it.server.url + receiver.url,
      headers: { Authorization: [authorization] },
      timeout: '2s',
      threshold: 5,
      backoff: '1s',
    });
    // As docs/notifications.md tells people to write it, and a second one that has the wrong secret.
    const endpoints = [endpoint(`Bearer ${receiver.secret}`, 'pharos'), endpoint('Bearer wrong', 'forger')];
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

    const read = async (): Promise<Delivery[]> =>
      (await it.call('listDeliveries', { params: { id: receiver.id }, query: { limit: 200 } })).body.items;
    let rows = await read();
    for (let turn = 0; turn < 100; turn += 1) {
      const isThere = (name: string) => rows.some(({ repository, tags }) => repository === name && tags.length > 0);
      if (rows.some(({ outcome }) => outcome === 'done') && isThere('somebody/else')) break;
      await new Promise((resolve) => setTimeout(resolve, 100));
      rows = await read();
    }
    const done = rows.find(({ outcome }) => outcome === 'done');
    assert.deepEqual(
      [done?.event, done?.repository, done?.tags, done?.message, done?.requests],
      ['push', 'team/postgresql', ['17.5'], '1 tag added.', 2],
    );
    const elsewhere = rows.find(({ repository, tags }) => repository === 'somebody/else' && tags.length > 0);
    assert.equal(elsewhere?.message, 'It is not a repository of this library.');
    assert.ok(
      rows.every(({ outcome, tags }) => outcome === 'ignored' || tags.length > 0),
      'layers lead to nothing',
    );
    assert.ok(rows.some(({ message }) => message === 'It is a layer.'));
    const { body } = await it.call('getReceiver', { params: { id: receiver.id } });
    assert.notEqual(body.lastRefusedAt, null, 'the forger was noticed');
  });
});
