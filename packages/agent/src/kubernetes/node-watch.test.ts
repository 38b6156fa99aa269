/** What is told of nodes, against a stand-in for the API: bounded, on change, and when the agent may not look. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NodeReport } from '@pharos/contract';
import { pino } from 'pino';
import { type KubeObject, type KubernetesApi, KubernetesError } from './api.ts';
import { nodeOf } from './cluster-nodes.ts';
import { Discovery } from './discovery.ts';
import { watchNodes } from './node-watch.ts';

const log = pino({ level: 'silent' });

/** As a kubelet, GPU feature discovery and the device plugin write it. */
const node = (name: string, over: { labels?: object; allocatable?: object; spec?: object; status?: object } = {}) => ({
  metadata: {
    name,
    uid: name,
    labels: {
      'kubernetes.io/arch': 'amd64',
      'nvidia.com/gpu.product': 'NVIDIA-A100-SXM4-80GB',
      'nvidia.com/gpu.memory': '81920',
      'nvidia.com/gpu.count': '4',
      'nvidia.com/gpu.replicas': '1',
      'feature.node.kubernetes.io/cpu-cpuid.AVX2': 'true',
      ...over.labels,
    },
  },
  spec: { taints: [{ key: 'nvidia.com/gpu', effect: 'NoSchedule' }], ...over.spec },
  status: {
    allocatable: { cpu: '64', memory: '515876348Ki', 'nvidia.com/gpu': '4', ...over.allocatable },
    nodeInfo: { architecture: 'amd64' },
    conditions: [{ type: 'Ready', status: 'True' }],
    images: Array.from({ length: 50 }, () => ({ names: ['x'.repeat(200)] })),
    ...over.status,
  },
});

describe('what is kept of a node', () => {
  test('GPUs by the labels of GPU feature discovery and what pods may ask for', () => {
    const { gpu, ...rest } = nodeOf(node('a'));
    assert.deepEqual(gpu, { count: 4, product: 'NVIDIA-A100-SXM4-80GB', memoryGiB: 80, sharedBy: 1, mig: [] });
    assert.equal(rest.memoryBytes, 515_876_348 * 1024);
    assert.deepEqual([rest.architecture, rest.ready, rest.cordoned], ['amd64', true, false]);
    assert.deepEqual(rest.taints, [{ key: 'nvidia.com/gpu', value: '', effect: 'NoSchedule' }]);
    assert.equal(rest.labels['feature.node.kubernetes.io/cpu-cpuid.AVX2'], undefined);
    assert.equal(rest.labels['nvidia.com/gpu.count'], '4');
  });

  test('slices, sharing, a node without GPUs, one that is not there', () => {
    const sliced = nodeOf(node('a', { allocatable: { 'nvidia.com/gpu': '0', 'nvidia.com/mig-1g.10gb': '7' } }));
    assert.deepEqual([sliced.gpu?.count, sliced.gpu?.mig], [0, [{ profile: '1g.10gb', count: 7 }]]);
    assert.equal(nodeOf(node('a', { labels: { 'nvidia.com/gpu.replicas': '4' } })).gpu?.sharedBy, 4);
    const plain = nodeOf({
      metadata: { name: 'b', labels: { team: 'x' } },
      status: { allocatable: { memory: '8Gi' } },
    });
    assert.deepEqual([plain.gpu, plain.labels, plain.ready, plain.memoryBytes], [null, {}, false, 2 ** 33]);
    const away = nodeOf(
      node('a', { status: { conditions: [{ type: 'Ready', status: 'Unknown' }] }, spec: { unschedulable: true } }),
    );
    assert.deepEqual([away.ready, away.cordoned], [false, true]);
  });

  test('whatever stands there, what is told is what the contract takes', () => {
    const labels = Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`a/${at}`, 'y'.repeat(60)]));
    const taints = Array.from({ length: 90 }, () => ({ key: 'k'.repeat(900), value: 7, effect: null }));
    const hostile: KubeObject[] = [
      node('x'.repeat(900), { labels, spec: { taints }, allocatable: { 'nvidia.com/gpu': '99999999', memory: '-1' } }),
      node('a', { labels: { 'nvidia.com/gpu.memory': '1e999', 'nvidia.com/gpu.product': '\u202Eevil' } }),
      node('a', {
        labels: { 'nvidia.com/gpu.replicas': '-3' },
        allocatable: { 'nvidia.com/gpu': '1.5', memory: '9'.repeat(40) },
      }),
      { metadata: null, spec: null, status: null },
      { metadata: { labels: 'x' }, spec: { taints: [null, 1] }, status: { conditions: {}, allocatable: [] } },
    ];
    const nodes = hostile.map(nodeOf);
    const told = NodeReport.parse({
      agentId: crypto.randomUUID(),
      epoch: 1,
      sequence: 1,
      denied: false,
      total: 5,
      nodes,
    });
    assert.equal(Object.keys(told.nodes[0]!.labels).length, 60);
    assert.ok(told.nodes[0]!.labels['nvidia.com/gpu.product'], 'those of NVIDIA are kept first');
    assert.ok(!told.nodes[1]!.gpu!.product!.includes('\u202E'));
  });
});

/** Plays lists and watches; answers every report that was told by then. */
async function play(steps: (KubeObject[] | Error)[], until: (told: NodeReport[]) => boolean, refuse = 0) {
  const stop = new AbortController();
  const told: NodeReport[] = [];
  let refused = refuse;
  const watched: ((line: string) => void)[] = [];
  const api: KubernetesApi = {
    call: async (_method, path) => {
      if (path === '/api/v1') return { resources: [{ name: 'nodes', kind: 'Node', namespaced: false }] };
      assert.equal(path, '/api/v1/nodes');
      const next = steps.length > 1 ? steps.shift()! : steps[0]!;
      if (next instanceof Error) throw next;
      return { metadata: { resourceVersion: '1' }, items: next };
    },
    lines: async (_path, _query, onLine, signal) => {
      watched.push(onLine);
      await new Promise((_, reject) =>
        signal.addEventListener('abort', () => reject(new Error('stopped')), { once: true }),
      );
    },
  };
  const isDone = Promise.withResolvers<void>();
  const watching = watchNodes({
    controlPlane: {
      call: async (_name: string, { body }: { body: NodeReport }) => {
        if (refused > 0) {
          refused -= 1;
          throw new Error('away');
        }
        told.push(NodeReport.parse(body));
        if (until(told)) isDone.resolve();
      },
    } as never,
    cluster: { api, discovery: new Discovery(api), namespaces: ['team-a'], signal: stop.signal },
    agentId: crypto.randomUUID(),
    epoch: 3,
    log,
    gatherMs: 5,
  });
  return {
    told,
    done: isDone.promise,
    change: (type: string, object: KubeObject) => {
      for (const onLine of watched) onLine(JSON.stringify({ type, object }));
    },
    isWatching: () => watched.length > 0,
    stop: async () => {
      stop.abort();
      await watching;
    },
  };
}

describe('telling nodes', () => {
  test('all of them at once, those with GPUs first; again only when something changes that is kept', async () => {
    const bare = { metadata: { name: 'a', uid: 'a' }, status: {} };
    const { told, done, change, isWatching, stop } = await play([[bare, node('b')]], (all) => all.length === 2);
    while (told.length < 1 || !isWatching()) await new Promise((resolve) => setTimeout(resolve, 5));
    // What a kubelet writes every few minutes.
    const beat = node('b', { status: { conditions: [{ type: 'Ready', status: 'True', lastHeartbeatTime: 'now' }] } });
    change('MODIFIED', beat);
    await new Promise((resolve) => setTimeout(resolve, 40));
    assert.equal(told.length, 1, 'nothing that is kept has changed');
    change('MODIFIED', node('b', { spec: { unschedulable: true } }));
    await done;
    await stop();
    assert.deepEqual(
      told.map(({ sequence, total, denied, nodes }) => [
        sequence,
        total,
        denied,
        nodes.map(({ name, cordoned }) => `${name} ${cordoned}`),
      ]),
      [
        [1, 2, false, ['b false', 'a false']],
        [2, 2, false, ['b true', 'a false']],
      ],
    );
  });

  test('more than are told one by one are counted', async () => {
    const many = Array.from({ length: 1_005 }, (_, at) => ({
      metadata: { name: `n${at}`, uid: `n${at}` },
      status: {},
    }));
    const { told, done, stop } = await play([[...many, node('gpu')]], (all) => all.length === 1);
    await done;
    await stop();
    assert.deepEqual([told[0]!.total, told[0]!.nodes.length, told[0]!.nodes[0]!.name], [1_006, 1_000, 'gpu']);
  });

  test('an agent that may not look says that it may not', async () => {
    const forbidden = new KubernetesError(403, { reason: 'Forbidden' }, 'nodes is forbidden');
    const { told, done, stop } = await play([forbidden], (all) => all.length === 1);
    await done;
    await stop();
    assert.deepEqual([told[0]!.denied, told[0]!.nodes], [true, []]);
  });

  test('what the control plane did not take is told again', async () => {
    const { told, done, stop } = await play([[node('a')]], (all) => all.length === 1, 2);
    await done;
    await stop();
    assert.equal(told[0]!.sequence, 3);
  });
});
