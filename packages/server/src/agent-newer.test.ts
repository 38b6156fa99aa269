/** An agent that was updated before its server says more than the server knows: what is known of it is taken. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { makeAgent, startTestServer, type TestServer } from './testing.ts';

const NEW = { unheardOf: { of: ['a newer agent'] } };
let it: TestServer;
let agent: ReturnType<typeof makeAgent>;

before(async () => {
  it = await startTestServer();
  agent = makeAgent(it, 'here');
  await agent.hello();
});
after(() => it.stop());

test('a capability and fields that this version does not know are taken, the capability by its name', async () => {
  const capabilities = [
    { name: 'quantum', ok: true, missing: [], ...NEW },
    { name: 'provisioning', ok: true, missing: [] },
  ];
  const checkedAt = new Date().toISOString();
  const status = { connected: true, version: 'v1.40', message: '', namespaces: [], capabilities, checkedAt, ...NEW };
  const told = await agent.call('agentKubernetes', { body: { agentId: agent.agentId, status, ...NEW } });
  assert.equal(told.status, 204, told.text);
  const { items } = (await it.call('listAgents')).body;
  const shown = items.find(({ id }: { id: string }) => id === agent.agentId).kubernetes;
  assert.deepEqual(
    shown.capabilities.map(({ name }: { name: string }) => name),
    ['quantum', 'provisioning'],
  );
  assert.ok(!JSON.stringify(shown).includes('unheardOf'), 'what nobody here knows is kept nowhere');
});

test('reports with more in them are taken; a query with more in it is answered', async () => {
  const { agentId } = agent;
  const node = {
    name: 'n',
    architecture: null,
    memoryBytes: null,
    ready: true,
    cordoned: false,
    taints: [],
    labels: {},
  };
  const gpu = { count: 4, product: null, memoryGiB: null, sharedBy: 1, mig: [], ...NEW };
  const nodes = { agentId, epoch: 1, sequence: 1, denied: false, total: 1, nodes: [{ ...node, gpu, ...NEW }], ...NEW };
  assert.equal((await agent.call('agentNodes', { body: nodes })).status, 204);
  const seen = await it.call('getLocationNodes', { params: { id: 'here' } });
  assert.deepEqual([seen.body.nodes[0].gpu.count, seen.body.nodes[0].unheardOf], [4, undefined], seen.text);
  const scope = { apiVersion: 'v1', kind: 'Pod', namespace: '', ...NEW };
  const usages = { agentId, epoch: 1, sequence: 2, scope, complete: true, usages: [], ...NEW };
  assert.equal((await agent.call('agentUsages', { body: usages })).status, 204);
  const query = { agentId, epoch: 1, unheardOf: 'yes' };
  assert.equal((await agent.call('agentDispatches', { query })).status, 200);
});

test('what is known is held to its rules all the same, and people are told of what is not', async () => {
  const body = { agentId: agent.agentId, epoch: 1, sequence: 3, denied: false, total: -1, nodes: [], ...NEW };
  assert.equal((await agent.call('agentNodes', { body })).status, 400);
  const rule = { name: 'r', registryId: null, repositories: { include: ['**'] }, unheardOf: 1 };
  assert.equal((await it.call('createRule', { body: rule })).status, 400);
});
