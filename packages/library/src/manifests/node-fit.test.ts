import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ClusterNode, ModelProfile, NodeGpu } from '@pharos/contract';
import { fitOfProfiles } from './gpu-fit.ts';
import { isProduct, type NodeNeed, nodeFit } from './node-fit.ts';

const gpu = (over: Partial<NodeGpu> = {}): NodeGpu => ({
  count: 4,
  product: 'NVIDIA-A100-SXM4-80GB',
  memoryGiB: 80,
  sharedBy: 1,
  mig: [],
  ...over,
});
const node = (over: Partial<ClusterNode> = {}): ClusterNode => ({
  name: 'n1',
  architecture: 'amd64',
  memoryBytes: 2 ** 38,
  ready: true,
  cordoned: false,
  taints: [{ key: 'nvidia.com/gpu', value: 'true', effect: 'NoSchedule' }],
  labels: { 'nvidia.com/gpu.product': 'NVIDIA-A100-SXM4-80GB' },
  gpu: gpu(),
  ...over,
});
const need = (over: Partial<NodeNeed> = {}): NodeNeed => ({
  count: 4,
  product: null,
  memoryGiB: null,
  platforms: ['linux/amd64'],
  labels: {},
  ...over,
});

describe('which nodes a replica runs on, in words', () => {
  const cases: [string, NodeNeed, ClusterNode[], 'yes' | 'no' | 'unknown', RegExp][] = [
    ['fits', need(), [node(), node({ name: 'n2' })], 'yes', /^fits on 2 nodes \(A100-SXM4-80GB\)$/],
    ['no GPU anywhere', need(), [node({ gpu: null })], 'no', /^no node has GPUs$/],
    [
      'too few on one node, many on all',
      need({ count: 8 }),
      [node(), node()],
      'no',
      /^no node has 8 GPUs: the most is 4$/,
    ],
    ['another architecture', need(), [node({ architecture: 'arm64' })], 'no', /linux\/amd64.*they are arm64/],
    ['platforms that nobody read', need({ platforms: [] }), [node({ architecture: 'arm64' })], 'yes', /fits on 1 node/],
    ['a variant', need({ platforms: ['linux/arm64/v8'] }), [node({ architecture: 'arm64' })], 'yes', /1 node/],
    ['another product', need({ product: 'H100' }), [node()], 'no', /^no node has H100: there are A100-SXM4-80GB$/],
    ['too little memory', need({ memoryGiB: 141 }), [node()], 'no', /4 GPUs with 141 GiB each: the most is 80/],
    ['memory that no label says', need({ memoryGiB: 141 }), [node({ gpu: gpu({ memoryGiB: null }) })], 'yes', /fits/],
    [
      'a taint of others',
      need(),
      [node({ taints: [{ key: 'team', value: 'b', effect: 'NoSchedule' }] })],
      'no',
      /\(team\)/,
    ],
    [
      'a wish is no taint',
      need(),
      [node({ taints: [{ key: 'x', value: '', effect: 'PreferNoSchedule' }] })],
      'yes',
      /fits/,
    ],
    [
      'a GPU taint that evicts',
      need(),
      [node({ taints: [{ key: 'nvidia.com/gpu', value: '', effect: 'NoExecute' }] })],
      'no',
      /kept/,
    ],
    ['cordoned', need(), [node({ cordoned: true })], 'no', /cordoned/],
    ['not ready', need(), [node({ ready: false })], 'no', /hears nothing good/],
    [
      'slices only',
      need(),
      [node({ gpu: gpu({ count: 0, mig: [{ profile: '1g.10gb', count: 7 }] }) })],
      'no',
      /slices \(1g\.10gb\)/,
    ],
    [
      'shared, more than one',
      need({ count: 2 }),
      [node({ gpu: gpu({ sharedBy: 4 }) })],
      'no',
      /shared by time-slicing/,
    ],
    ['shared, one', need({ count: 1 }), [node({ gpu: gpu({ sharedBy: 4 }) })], 'yes', /fits/],
    ['labels of no node: a pool may grow', need({ labels: { pool: 'h100' } }), [node()], 'unknown', /labels/],
    ['one that fits counts, whatever the others', need(), [node({ ready: false }), node()], 'yes', /fits on 1 node /],
  ];
  for (const [name, of, nodes, fits, words] of cases) {
    test(name, () => {
      const answer = nodeFit(of, nodes);
      assert.equal(answer.fits, fits, answer.words);
      assert.match(answer.words, words);
      assert.equal(answer.hint === '', fits === 'yes', 'what does not fit says what to do');
    });
  }

  test('nothing known is said with its reason, and no replica is counted', () => {
    assert.deepEqual(nodeFit(need(), 'no agent of eu-west may read nodes'), {
      fits: 'unknown',
      words: 'not known: no agent of eu-west may read nodes',
      hint: '',
      room: 0,
      free: null,
      held: null,
      select: null,
    });
  });

  test('room is counted by node: 3 GPUs of two nodes are no replica of 2 more', () => {
    assert.equal(
      nodeFit(need({ count: 2 }), [node({ gpu: gpu({ count: 3 }) }), node({ gpu: gpu({ count: 3 }) })]).room,
      2,
    );
  });

  test('where smaller GPUs stand beside them, the label that keeps a replica off these is told', () => {
    const small = node({ name: 'n2', labels: {}, gpu: gpu({ product: 'Tesla-T4', memoryGiB: 15 }) });
    const product = 'nvidia.com/gpu.product=NVIDIA-A100-SXM4-80GB';
    assert.equal(nodeFit(need({ memoryGiB: 80 }), [small, node()]).select, product);
    assert.equal(nodeFit(need({ product: 'A100' }), [small, node()]).select, product);
    assert.equal(nodeFit(need(), [small, node()]).select, null, 'both fit');
    const selected = need({ memoryGiB: 80, labels: { 'nvidia.com/gpu.product': 'NVIDIA-A100-SXM4-80GB' } });
    assert.equal(nodeFit(selected, [small, node()]).select, null, 'one is selected already');
    assert.equal(nodeFit(need({ memoryGiB: 80 }), [{ ...small, cordoned: true }, node()]).select, null);
  });

  test('what drivers tell is less than what makers name', () => {
    const l40s = node({ gpu: gpu({ product: 'NVIDIA-L40S', memoryGiB: 46_068 / 1024 }) });
    assert.equal(nodeFit(need({ memoryGiB: 48 }), [l40s]).fits, 'yes');
    const a10g = node({ gpu: gpu({ product: 'NVIDIA-A10G', memoryGiB: 23_028 / 1024 }) });
    assert.equal(nodeFit(need({ memoryGiB: 24 }), [a10g]).fits, 'yes');
    assert.equal(nodeFit(need({ memoryGiB: 48 }), [a10g]).fits, 'no');
  });

  test('products by their words', () => {
    assert.ok(isProduct('NVIDIA-H100-NVL', 'H100_NVL') && isProduct('NVIDIA-A100-SXM4-80GB', 'a100'));
    assert.ok(isProduct(null, 'any') && isProduct('Tesla-T4', null));
    assert.ok(isProduct('NVIDIA-H100-80GB-HBM3', 'H100 SXM') && isProduct('NVIDIA-A100-SXM4-80GB', 'A100 SXM'));
    for (const other of ['NVIDIA-H100-NVL', 'NVIDIA-H100-PCIe', 'NVIDIA-A100-SXM4-80GB']) {
      assert.ok(!isProduct(other, 'H100 SXM'), other);
    }
    assert.ok(!isProduct('NVIDIA-L40S', 'L40') && !isProduct('NVIDIA-A100-SXM4-80GB', 'A10') && !isProduct(null, 'L4'));
  });
});

describe('profiles against the nodes', () => {
  const profile = (gpuName: string, count: number, memoryGiB: number | null = null): ModelProfile => ({
    gpu: gpuName,
    count,
    memoryGiB,
    precision: null,
    tensorParallelism: count,
    pipelineParallelism: 1,
    goal: null,
  });
  const image = (profiles: ModelProfile[] | null, gpuCount: number | null = null) => ({
    profiles,
    gpuCount,
    gpuMemoryGiB: null,
    platforms: ['linux/amd64'],
  });

  test('the fewest GPUs among those that fit; the others say why not', () => {
    const found = fitOfProfiles(
      image([profile('H100', 1), profile('A100', 4), profile('A100', 2), profile('A100', 8)]),
      [node()],
    );
    assert.equal(found.chosen, 2);
    assert.equal(found.gpus, 2);
    assert.deepEqual(
      found.profiles.map(({ fits }) => fits),
      ['no', 'yes', 'yes', 'no'],
    );
    assert.match(found.profiles[3]!.message, /no node has 8 GPUs: the most is 4/);
  });

  test('none fits: none is chosen, and that is said', () => {
    const found = fitOfProfiles(image([profile('H100', 2), profile('H100', 8)]), [node()]);
    assert.deepEqual([found.chosen, found.gpus], [null, 2]);
    assert.match(found.message, /No profile of the model fits/);
  });

  test('nodes that nobody told: the smallest may fit, and it is said to be unknown', () => {
    const found = fitOfProfiles(image([profile('H100', 2), profile('L40S', 1)]), 'no agent of here may read nodes');
    assert.deepEqual([found.chosen, found.profiles[1]!.fits], [1, 'unknown']);
    assert.match(found.message, /not known: no agent of here may read nodes/);
  });

  test('no profile is known: by the count of the card, and without one it is asked with one GPU', () => {
    assert.match(fitOfProfiles(image(null, 2), [node()]).message, /^With 2 GPUs: fits on 1 node/);
    assert.match(fitOfProfiles(image(null), [node()]).message, /is not known. With 1 GPU: fits/);
    assert.equal(fitOfProfiles(image(null, 0), [node()]).message, 'It runs without a GPU.');
  });
});
