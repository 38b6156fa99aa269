import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Answer, type Call, listOf, problem, runIn } from './testing.ts';

const ID = '66666666-6666-4666-8666-666666666666';
/** As the server writes it, and with a text that no terminal may get. */
const YAML = '---\nkind: InferenceService\nmetadata:\n  name: "ch\u001bat"\n';
const DIGEST = `sha256:${'ab'.repeat(32)}`;
const OTHER = `sha256:${'cd'.repeat(32)}`;
const RED = '\u001b[31m';

const model = { id: ID, key: 'meta/llama', name: 'llama' };
const profile = (gpu: string, count: number, over: object = {}) => ({
  ...{ gpu, count, memoryGiB: 80, precision: 'FP8', tensorParallelism: null, pipelineParallelism: null, goal: null },
  ...over,
});
const FIT = {
  ...{ locationId: 'here', known: true, message: `Two nodes have GPUs.${RED}`, chosen: 1, gpus: 4 },
  profiles: [
    { profile: profile('H100', 8), fits: 'no', message: 'no node has 8 GPUs' },
    {
      profile: profile('L40S', 4, { tensorParallelism: 2, pipelineParallelism: 2 }),
      fits: 'yes',
      message: `fits on 2 nodes${RED}`,
    },
  ],
};
const SPEC = {
  ...{ name: 'chat', namespace: 'ai', location: 'here', image: DIGEST, target: 'kserve', profile: 'fast' },
  gpu: { count: 2, product: 'L40S', tensorParallelism: 2, pipelineParallelism: 1, nodeSelector: { pool: 'h100' } },
  ...{ replicas: { min: 1, max: 2 }, resources: { cpu: '4', memory: '32Gi' }, secret: 'ngc', pullSecret: null },
};
const deployment = {
  ...{ id: ID, name: 'chat', namespace: 'ai', location: 'here', model: 'meta/llama', target: 'kserve', spec: SPEC },
  ...{ image: { reference: `llama:1@${DIGEST}`, tag: '1', state: 'approved' }, endpoint: 'http://chat.ai' },
  ...{
    status: { state: 'file', message: 'Nobody here applies it.' },
    checks: [],
    commands: [],
    withheld: null,
    kubernetes: null,
  },
};

/** Where the deployment that stands keeps its profiles. */
let storage: object | null = null;

interface Over {
  fit?: object;
  manifests?: object[];
  nodes?: object;
}

const api =
  ({ fit = FIT, manifests = [{}], nodes = NODES }: Over = {}) =>
  ({ method, path, body }: Call): Answer => {
    if (path.startsWith(`/models/${ID}/fit`)) return { status: 200, body: fit };
    if (path.startsWith('/models?')) return listOf(model);
    if (path.startsWith('/locations/here/nodes')) return { status: 200, body: nodes };
    if (path.startsWith('/locations/')) return problem(404, 'not-found', 'The location is not known.');
    if (path.endsWith('/manifest')) {
      const checks = [{ id: 'gpu', state: manifests.length > 0 ? 'warn' : 'fail', message: 'So it is.', hint: '' }];
      return { status: 200, body: { manifests, checks, yaml: manifests.length > 0 ? YAML : '' } };
    }
    if (path.startsWith('/model-deployments?')) return listOf(deployment);
    if (method === 'PATCH') return { status: 200, body: { ...deployment, sent: body } };
    return { status: 200, body: { ...deployment, spec: { ...SPEC, storage } } };
  };

test('fit lists every profile with why, and the nodes that are not known are told', async () => {
  const ran = await runIn({ api: api() }, 'models', 'fit', 'llama', '--location', 'here', '--image', DIGEST);
  assert.equal(ran.code, 0, ran.stderr);
  const query = new URLSearchParams(ran.calls.at(-1)!.path.split('?')[1]);
  assert.deepEqual([query.get('location'), query.get('image')], ['here', DIGEST]);
  assert.match(ran.stdout, /H100 +8 +80 GiB +FP8 +no +no node has 8 GPUs/);
  assert.match(ran.stdout, /L40S +4 +80 GiB +FP8 +yes +fits on 2 nodes/);
  assert.ok(!(ran.stdout + ran.stderr).includes(RED), 'no escape sequence gets through');
  const json = await runIn({ api: api() }, 'models', 'fit', 'meta/llama', '--location', 'here', '--json');
  const { items, chosen, gpus } = JSON.parse(json.stdout);
  assert.deepEqual([items.length, chosen, gpus], [2, 1, 4]);

  const unknown = { ...FIT, known: false, profiles: [], chosen: null, message: 'No agent has told of nodes.' };
  const none = await runIn({ api: api({ fit: unknown }) }, 'models', 'fit', 'llama', '--location', 'here');
  assert.deepEqual([none.code, none.stdout], [0, 'No agent has told of nodes.\n']);
  assert.equal((await runIn({ api: api() }, 'models', 'fit', 'llama')).code, 2, '--location is needed');
  assert.equal((await runIn({ api: api() }, 'models', 'fit', 'nobody', '--location', 'here')).code, 3);
});

const node = (name: string, over: object) => ({
  ...{ name, architecture: 'amd64', memoryBytes: 1, ready: true, cordoned: false, taints: [], labels: {}, gpu: null },
  ...over,
});
const NODES = {
  ...{ locationId: 'here', state: 'known', message: '3 nodes, 1 with GPUs.', hint: '', total: 3 },
  reportedAt: '2026-01-01T00:00:00.000Z',
  nodes: [
    node('gpu-1', {
      taints: [{ key: 'gpu', value: '', effect: 'NoSchedule' }],
      gpu: {
        ...{ count: 4, product: `L40S${RED}`, memoryGiB: 48, sharedBy: 2 },
        mig: [{ profile: '1g.10gb', count: 7 }],
      },
    }),
    node('plain', { cordoned: true }),
    node('sick', { ready: false, architecture: 'arm64' }),
  ],
};

test('nodes of a location: GPUs, slices, taints and state; what is not known says why', async () => {
  const ran = await runIn({ api: api() }, 'locations', 'nodes', 'here');
  assert.equal(ran.code, 0, ran.stderr);
  assert.match(ran.stdout, /gpu-1 +ready +amd64 +4 × L40S.*, 7 × 1g\.10gb, shared by 2 +48 GiB +gpu:NoSchedule/);
  assert.match(ran.stdout, /plain +cordoned +amd64 +none/);
  assert.match(ran.stdout, /sick +not ready +arm64 +none/);
  assert.match(ran.stderr, /3 nodes, 1 with GPUs/);
  assert.ok(!ran.stdout.includes(RED));
  assert.equal((await runIn({ api: api() }, 'locations', 'nodes', 'here', '-q')).stdout, 'gpu-1\nplain\nsick\n');
  const { items, total, state } = JSON.parse(
    (await runIn({ api: api() }, 'locations', 'nodes', 'here', '--json')).stdout,
  );
  assert.deepEqual([items.length, total, state], [3, 3, 'known']);
  const unknown = {
    ...NODES,
    state: 'unknown',
    nodes: [],
    message: 'The agent may not read nodes.',
    hint: 'Allow it.',
  };
  const none = await runIn({ api: api({ nodes: unknown }) }, 'locations', 'nodes', 'here');
  assert.deepEqual([none.code, none.stdout], [0, 'The agent may not read nodes. Allow it.\n']);
  assert.equal((await runIn({ api: api() }, 'locations', 'nodes', 'mars')).code, 3);
});

test('manifests are printed as they are, line by line, and hostile text cannot leave its line', async () => {
  for (const quiet of [[], ['-q']]) {
    const printed = await runIn({ api: api() }, ...DEPLOY, '--gpus', '1', ...quiet);
    assert.equal(printed.stdout, YAML.replace('\u001b', '\uFFFD'));
  }
  const changed = await edit({}, '--max', '4', '--dry-run');
  assert.equal(changed.stdout, YAML.replace('\u001b', '\uFFFD'));
});

const DEPLOY = ['models', 'manifest', 'llama', '--name', 'chat', '--location', 'here', '--image', DIGEST];

test('--node-label narrows the nodes, whether GPUs are counted or taken from the profile that fits', async () => {
  const counted = await runIn(
    { api: api() },
    ...[...DEPLOY, '--gpus', '2', '--node-label', 'pool=h100', '--node-label', 'zone=a=b'],
  );
  assert.equal(counted.code, 0, counted.stderr);
  const gpuOf = (calls: Call[]) => (calls.at(-1)!.body as { gpu: object }).gpu;
  assert.deepEqual(gpuOf(counted.calls), { count: 2, nodeSelector: { pool: 'h100', zone: 'a=b' } });
  const fitted = await runIn({ api: api() }, ...DEPLOY, '--node-label', 'pool=l40s');
  assert.deepEqual(gpuOf(fitted.calls), {
    ...{ count: 4, product: 'L40S', tensorParallelism: 2, pipelineParallelism: 2 },
    nodeSelector: { pool: 'l40s' },
  });
  assert.match(fitted.stderr, /not H100 × 8: no node has 8 GPUs\./);
  const plain = await runIn({ api: api() }, ...DEPLOY);
  assert.ok(!('nodeSelector' in gpuOf(plain.calls)));
  const wrong = await runIn({ api: api() }, ...DEPLOY, '--gpus', '1', '--node-label', 'pool');
  assert.deepEqual([wrong.code, /"pool" is no label of a node/.test(wrong.stderr)], [2, true]);
});

const edit = (over: Over, ...args: string[]) =>
  runIn({ api: api(over) }, 'models', 'deployments', 'edit', 'chat', ...args);

test('edit of a deployment sends what was named, filled from what there is', async () => {
  const sent = async (...args: string[]) => {
    const ran = await edit({}, ...args);
    assert.equal(ran.code, 0, ran.stderr);
    const last = ran.calls.at(-1)!;
    assert.deepEqual([last.method, last.path], ['PATCH', `/model-deployments/${ID}`]);
    return last.body;
  };
  assert.deepEqual(await sent('--image', OTHER), { image: OTHER });
  assert.deepEqual(await sent('--max', '4'), { replicas: { min: 1, max: 4 } });
  assert.deepEqual(await sent('--min', '3'), { replicas: { min: 3, max: 3 } }, 'never more at least than at most');
  assert.deepEqual(await sent('--memory', '64Gi'), { resources: { cpu: '4', memory: '64Gi' } });
  assert.deepEqual(
    await sent('--gpus', '4'),
    { gpu: { count: 4, nodeSelector: { pool: 'h100' } } },
    'another number is another way to split it, on the same nodes',
  );
  const [kind, uri] = ['object-storage', 's3://models/llama'];
  assert.deepEqual(await sent('--storage', ''), { storage: null });
  assert.deepEqual(await sent('--storage', uri, '--storage-secret', 's3'), { storage: { kind, uri, secret: 's3' } });
  storage = { kind, uri, secret: 'old' };
  assert.deepEqual(await sent('--storage-secret', 's3'), { storage: { kind, uri, secret: 's3' } }, 'the address stays');
  assert.deepEqual(await sent('--storage-secret', ''), { storage: { kind, uri } });
  assert.deepEqual(await sent('--profile', '', '--secret', '', '--pull-secret', 'pull', '--apply'), {
    ...{ profile: null, secret: null, pullSecret: 'pull', apply: true },
  });
});

test('storage: a new volume, one that is there, or object storage with the secret of its keys', async () => {
  const sent = async (...args: string[]) => {
    const ran = await runIn({ api: api() }, ...DEPLOY, '--gpus', '1', ...args);
    assert.equal(ran.code, 0, ran.stderr);
    return (ran.calls.at(-1)!.body as { storage: unknown }).storage;
  };
  const [kind, uri] = ['object-storage', 's3://models/llama'];
  assert.equal(await sent(), null);
  assert.equal(await sent('--storage', '50Gi'), '50Gi');
  assert.deepEqual(await sent('--storage', 'claim:models'), { kind: 'claim', name: 'models' });
  assert.deepEqual(await sent('--storage', uri), { kind, uri });
  assert.deepEqual(await sent('--storage', uri, '--storage-secret', 's3'), { kind, uri, secret: 's3' });
  for (const args of [
    ['--storage-secret', 's3'],
    ['--storage', '50Gi', '--storage-secret', 's3'],
  ]) {
    const wrong = await runIn({ api: api() }, ...DEPLOY, '--gpus', '1', ...args);
    assert.deepEqual([wrong.code, /Only object storage/.test(wrong.stderr)], [2, true]);
  }
  assert.match((await runIn({}, 'models', 'deploy', '--help')).stdout, /--storage-secret <NAME>/);
});

test('edit of a deployment: tried out without keeping it, and refused when nothing is named', async () => {
  const dry = await edit({}, '--max', '4', '--dry-run');
  assert.equal(dry.code, 0, dry.stderr);
  assert.deepEqual([dry.calls.at(-1)!.method, dry.calls.at(-1)!.path], ['POST', `/model-deployments/${ID}/manifest`]);
  assert.equal(dry.stdout, YAML.replace('\u001b', '\uFFFD'));
  assert.match(dry.stderr, /warn: So it is/);
  const refused = await edit({ manifests: [] }, '--max', '4', '--dry-run');
  assert.deepEqual([refused.code, refused.stdout], [6, '']);
  const nothing = await edit({});
  assert.deepEqual([nothing.code, /nothing-to-change/.test(nothing.stderr)], [2, true]);
  const gone = await runIn({ api: api() }, 'models', 'deployments', 'edit', 'nobody', '--max', '4');
  assert.equal(gone.code, 3);
});

const service = { id: ID, name: 'Granite', baseUrl: 'https://a.example.com', model: 'granite', hasKey: true };
const serviceApi = ({ method, path }: Call): Answer => {
  if (path.startsWith('/model-services?')) return listOf(service);
  if (method === 'PATCH')
    return { status: 200, body: { ...service, probe: { state: 'ready', message: '', hint: '' } } };
  return problem(404, 'not-found', 'The service is not known.');
};

test('an external service is edited: name, model and key, which stays out of the command line and of what is printed', async () => {
  const run = (...args: string[]) =>
    runIn(
      { api: serviceApi, stdin: 'hunter2\n', env: { KEY: 'hunter3' } },
      ...['models', 'services', 'edit', 'Granite', ...args],
    );
  const sent = async (...args: string[]) => {
    const ran = await run(...args);
    assert.equal(ran.code, 0, ran.stderr);
    assert.doesNotMatch(ran.stdout + ran.stderr, /hunter/);
    return ran.calls.at(-1)!.body;
  };
  assert.deepEqual(await sent('--model', 'granite-2'), { model: 'granite-2' });
  assert.deepEqual(await sent('--name', 'Granite at Lyon', '--key-stdin'), {
    name: 'Granite at Lyon',
    apiKey: 'hunter2',
  });
  assert.deepEqual(await sent('--key-env', 'KEY', '--json'), { apiKey: 'hunter3' });
  assert.deepEqual(await sent('--no-key'), { apiKey: null });
  const nothing = await run();
  assert.deepEqual([nothing.code, /for another address register another service/.test(nothing.stderr)], [2, true]);
  assert.equal((await run('--no-key', '--key-stdin')).code, 2);
  assert.equal((await run('--key-env', 'NOT_SET')).code, 2);
  assert.equal((await runIn({ api: serviceApi }, 'models', 'services', 'edit', 'nobody', '--model', 'x')).code, 3);
});
