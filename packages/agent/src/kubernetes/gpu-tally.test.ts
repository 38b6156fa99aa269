import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NodeReport } from '@pharos/contract';
import { pino } from 'pino';
import type { KubeObject, KubernetesApi } from './api.ts';
import { Discovery } from './discovery.ts';
import { GpuTally, heldBy } from './gpu-tally.ts';
import { watchNodes } from './node-watch.ts';
import { keyNames } from './secrets.ts';
import { watchUsages } from './used-by.ts';

const asks = (count: number | string, more: object = {}) => ({
  resources: { limits: { 'nvidia.com/gpu': String(count) } },
  ...more,
});
const pod = (containers: object[], more: { initContainers?: object[]; nodeName?: string; phase?: string } = {}) => {
  const { phase = 'Running', nodeName = 'n1', initContainers } = more;
  return { metadata: { name: 'p', uid: 'p' }, spec: { nodeName, containers, initContainers }, status: { phase } };
};

test('GPUs of a pod as the scheduler counts them: containers and sidecars together, or the largest that runs before', () => {
  const count = (...given: Parameters<typeof pod>) => heldBy(pod(...given))?.count ?? 0;
  assert.deepEqual(heldBy(pod([asks(1), asks(2)])), { node: 'n1', count: 3 });
  assert.equal(count([asks(1)], { initContainers: [asks(4), asks(2)] }), 4);
  assert.equal(count([asks(1)], { initContainers: [asks(4, { restartPolicy: 'Always' })] }), 5);
  assert.equal(count([{ resources: { requests: { 'nvidia.com/gpu': 2 } } }]), 2);
  for (const phase of ['Succeeded', 'Failed']) assert.equal(count([asks(1)], { phase }), 0, phase);
  assert.equal(count([asks(1)], { nodeName: '' }), 0, 'it waits for a node');
  assert.equal(count([{}, { resources: null }, asks('1.5'), asks('-1'), asks('9'.repeat(9))]), 0, 'no number of GPUs');
});

/** An API with one node of four GPUs and these pods; answers the first report of nodes that is good enough. */
async function told(
  pods: object[],
  namespaces: string[],
  isDone: (report: NodeReport) => boolean,
): Promise<NodeReport> {
  const stop = new AbortController();
  const kinds = [
    { name: 'nodes', kind: 'Node', namespaced: false },
    { name: 'pods', kind: 'Pod', namespaced: true },
  ];
  const node = { metadata: { name: 'n1', uid: 'n1' }, status: { allocatable: { 'nvidia.com/gpu': '4' } } };
  const api: KubernetesApi = {
    call: async (_method, path): Promise<KubeObject> => {
      if (path === '/api/v1') return { resources: kinds };
      if (path === '/api/v1/nodes') return { metadata: { resourceVersion: '1' }, items: [node] };
      if (path.endsWith('/pods')) return { metadata: { resourceVersion: '1' }, items: pods };
      return { resources: [] };
    },
    lines: (_path, _query, _onLine, signal) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('stopped')), { once: true })),
  };
  const found = Promise.withResolvers<NodeReport>();
  const call = async (name: string, { body }: { body: unknown }) => {
    if (name !== 'agentNodes') return;
    const report = NodeReport.parse(body);
    if (isDone(report)) found.resolve(report);
  };
  const cluster = { api, discovery: new Discovery(api), namespaces, signal: stop.signal };
  const log = pino({ level: 'silent' });
  const options = { controlPlane: { call }, cluster, agentId: crypto.randomUUID(), epoch: 1, log, gatherMs: 5 };
  const shared = { ...options, gpus: new GpuTally() } as never;
  const watching = Promise.all([watchUsages(shared), watchNodes(shared)]);
  const report = await found.promise;
  stop.abort();
  await watching;
  return report;
}

test('nodes are told with the GPUs that pods hold, where the agent sees all pods', async () => {
  const pods = [pod([asks(1)]), { ...pod([asks(2)]), metadata: { name: 'q', uid: 'q' } }];
  const isHeld = ({ nodes }: NodeReport) => nodes[0]?.gpu?.requested !== undefined;
  assert.equal((await told(pods, [], isHeld)).nodes[0]?.gpu?.requested, 3);
  assert.equal((await told([], [], isHeld)).nodes[0]?.gpu?.requested, 0, 'none is a number, too');
  const part = await told(pods, ['team'], ({ nodes }) => nodes.length > 0);
  assert.equal(part.nodes[0]?.gpu?.requested, undefined, 'pods of one namespace are not all of them');
});

test('the names of keys by who wrote them, and never a value', () => {
  const by = (fields: object) => ({ manager: 'kubectl', fieldsV1: fields });
  const metadata = {
    managedFields: [
      by({ 'f:data': { '.': {}, 'f:AWS_ACCESS_KEY_ID': {} }, 'f:type': {} }),
      by({ 'f:stringData': { 'f:AWS_SECRET_ACCESS_KEY': {} } }),
      by({ 'f:metadata': { 'f:labels': { 'f:x': {} } } }),
    ],
  };
  assert.deepEqual(keyNames(metadata), ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']);
  for (const nothing of [{}, { managedFields: [{}] }, { managedFields: 'x' }, { managedFields: [null] }]) {
    assert.equal(keyNames(nothing), null, JSON.stringify(nothing));
  }
  const many = Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`f:${'k'.repeat(400)}${at}`, {}]));
  const names = keyNames({ managedFields: [by({ 'f:data': many })] })!;
  assert.ok(names.length <= 100 && names.every((name) => name.length <= 253));
});
