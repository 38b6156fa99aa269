import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { imageOf, LOCATION, startLibrary, type TestLibrary } from './clusters/testing.ts';

const NIM = 'nim/nvidia/llama-3.2-nv-rerankqa-1b-v2';
const CAR = 'team/modelcar-granite';
const RUNTIME = 'vllm/vllm-openai';
const nim = imageOf(NIM, '1.8.0');
const car = imageOf(CAR, '1.5');
const runtime = imageOf(RUNTIME, 'v0.11.0');

let library: TestLibrary;
const call: TestLibrary['it']['call'] = (...input) => library.it.call(...input);

before(async () => {
  library = await startLibrary();
  await library.scan(NIM, ['1.7.0', '1.8.0']);
  await library.scan(CAR, ['1.5']);
  await library.scan(RUNTIME, ['v0.11.0']);
});
after(() => library.it.stop());

const input = (over: object = {}) => ({
  name: 'rerank',
  namespace: 'models',
  location: LOCATION,
  image: nim,
  target: 'kserve',
  secret: 'ngc',
  ...over,
});

describe('approved only', () => {
  test('pending, rejected and revoked images are refused in every way out, and nothing is kept', async () => {
    const refused = async (why: string, over: object = {}) => {
      for (const [route, more] of [
        ['modelDeploymentManifest', {}],
        ['createModelDeployment', {}],
        ['createModelDeployment', { apply: true }],
      ] as const) {
        const answer = await call(route, { body: input({ ...over, ...more }) });
        assert.deepEqual([answer.status, answer.body.code], [409, 'image-not-approved'], `${why} ${route}`);
        assert.equal(answer.text.includes('InferenceService'), false);
      }
    };
    await refused('pending');
    await refused('pending', { target: 'nim-operator' });
    const old = imageOf(NIM, '1.7.0');
    await library.decide('rejected', old);
    await refused('rejected', { image: old });
    await library.decide('approved', car);
    await refused('a runtime that is pending', { image: car, runtime: { image: runtime } });
    await library.decide('approved', runtime);
    const served = await call('modelDeploymentManifest', {
      body: input({ image: car, runtime: { image: runtime }, secret: null }),
    });
    assert.equal(served.status, 200, served.text);
    assert.match(served.body.yaml, new RegExp(`oci://registry.example.com/${CAR}:1.5@${car}`));
    await library.decide('deprecated', runtime);
    await refused('a runtime that is deprecated', { image: car, runtime: { image: runtime } });
    assert.equal((await call('listModelDeployments')).body.total, 0);
  });

  test('4. the digest that a tag names is taken: one of a platform stands under no tag and is refused', async () => {
    const unknown = `sha256:${'9'.repeat(64)}`;
    const answer = await call('modelDeploymentManifest', { body: input({ image: unknown }) });
    assert.equal(answer.body.code, 'image-not-approved');
    await library.decide('approved', nim);
    const elsewhere = await call('modelDeploymentManifest', { body: input({ location: 'us-east' }) });
    assert.deepEqual([elsewhere.status, elsewhere.body.code], [409, 'image-not-available']);
  });
});

describe('the nodes of the location', () => {
  const node = (name: string, gpus: number, over: object = {}) => ({
    name,
    architecture: 'amd64',
    memoryBytes: null,
    ready: true,
    cordoned: false,
    taints: [],
    labels: {},
    gpu: { count: gpus, product: 'NVIDIA-A100-SXM4-80GB', memoryGiB: 80, sharedBy: 1, mig: [] },
    ...over,
  });
  let sequence = 0;
  const tell = async (over: object) => {
    const agents = await call('listAgents');
    sequence += 1;
    const body = { agentId: agents.body.items[0].id, epoch: 1, sequence, denied: false, total: 0, nodes: [], ...over };
    const token = await library.it.tokenOf('agent');
    assert.equal((await call('agentNodes', { body }, { token })).status, 204);
  };
  const gpuNodes = async (gpu: number) => {
    const { body } = await call('modelDeploymentManifest', { body: input({ gpu }) });
    const { state, message } = body.checks.find(({ id }: { id: string }) => id === 'gpu-nodes');
    return `${state} ${message}`;
  };

  test('not known, known, not allowed any more: in the check, in the fit of the model, and at the location', async () => {
    const models = await call('listModels', { query: { q: 'rerank' } });
    const fit = () => call('getModelFit', { params: { id: models.body.items[0].id }, query: { location: LOCATION } });
    assert.match(await gpuNodes(1), /^warn Not known: no agent of eu-west has told which nodes there are\.$/);
    assert.equal((await fit()).body.known, false);
    assert.equal((await call('getLocationNodes', { params: { id: LOCATION } })).body.state, 'unknown');

    await tell({ total: 3, nodes: [node('a', 4), node('b', 2), node('c', 8, { cordoned: true })] });
    const uncounted = 'What other pods hold of them is not counted: no agent sees all pods of the location.';
    assert.equal(await gpuNodes(4), `ok Fits on 1 node (A100-SXM4-80GB). ${uncounted}`);
    assert.match(await gpuNodes(16), /^fail No node has 16 GPUs: the most is 8\.$/);
    assert.match(await gpuNodes(8), /^fail 1 node would do, and nothing new is put there now \(cordoned\)\.$/);
    const held = (requested: number) => ({ gpu: { ...node('a', 4).gpu, requested } });
    await tell({ total: 1, nodes: [node('a', 4, held(0))] });
    assert.equal(await gpuNodes(4), 'ok Fits on 1 node (A100-SXM4-80GB). No pod holds any of the 4 GPUs.');
    await tell({ total: 1, nodes: [node('a', 4, held(3))] });
    assert.match(await gpuNodes(2), /^warn .* Pods hold 3 of the 4 GPUs there now\. Beside them 0 replicas find room/);
    await tell({ total: 3, nodes: [node('a', 4), node('b', 2), node('c', 8, { cordoned: true })] });
    const refused = await call('createModelDeployment', { body: input({ gpu: 16 }) });
    assert.deepEqual([refused.status, refused.body.code], [409, 'deployment-not-admissible']);
    assert.equal(refused.body.errors[0].path, 'gpu-nodes');
    const shown = await call('getLocationNodes', { params: { id: LOCATION } });
    assert.deepEqual([shown.body.state, shown.body.total, shown.body.nodes.length], ['known', 3, 3]);
    assert.equal(shown.body.message, '3 nodes, 3 with GPUs (14 × A100-SXM4-80GB).');
    const fits = await fit();
    assert.equal(fits.body.known, true);
    for (const { profile, fits: does, message } of fits.body.profiles) {
      const isHere = /a100|any/i.test(profile.gpu) && profile.count <= 4;
      assert.equal(does === 'yes', isHere, `${profile.gpu} × ${profile.count}: ${message}`);
    }
    assert.equal(
      fits.body.chosen === null,
      !fits.body.profiles.some(({ fits: does }: { fits: string }) => does === 'yes'),
    );
    const foreign = await call('getModelFit', {
      params: { id: models.body.items[0].id },
      query: { location: 'nowhere' },
    });
    assert.equal(foreign.status, 404);

    await tell({ denied: true });
    assert.match(await gpuNodes(4), /^warn Not known: the agent of eu-west may not read nodes\.$/);
    const denied = await call('getLocationNodes', { params: { id: LOCATION } });
    assert.match(denied.body.hint, /agent rbac --capability nodes/);
  });
});

const KSERVE_IS_THERE = 'KServe is installed in eu-west, says the agent.';

describe('the secrets that a deployment names', () => {
  const secretChecks = async (over: object = {}, who: object = {}) => {
    const { body } = await call('modelDeploymentManifest', { body: input({ pullSecret: 'pull', ...over }) }, who);
    return body.checks
      .filter(({ id }: { id: string }) => id.endsWith('secret'))
      .map(({ state, message }: { state: string; message: string }) => `${state} ${message}`);
  };

  test('an agent that looks is asked, by name and namespace; who deploys nothing learns nothing', async () => {
    assert.match((await secretChecks())[0], /not known: no agent of eu-west that looks at secrets is connected/);
    const agentId = (await call('listAgents')).body.items[0].id;
    const token = await library.it.tokenOf('agent');
    const capability = { name: 'secrets', ok: true, missing: [] };
    const rest = { connected: true, version: 'v1', message: '', namespaces: [], checkedAt: new Date().toISOString() };
    const told = await call(
      'agentKubernetes',
      { body: { agentId, status: { ...rest, capabilities: [capability] } } },
      { token },
    );
    assert.equal(told.status, 204, told.text);

    const viewer = await library.it.tokenOf('viewer');
    assert.match((await secretChecks({}, { token: viewer }))[0], /not known: your role deploys nothing there/);
    const tasks = async () => (await call('agentDispatches', { query: { agentId, epoch: 1 } }, { token })).body;
    assert.deepEqual((await tasks()).secrets, [], 'nobody who may know has asked');

    const before = (await tasks()).dispatchVersion;
    const asking = secretChecks();
    let open: { namespace: string; name: string }[] = [];
    while (open.length === 0) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      open = (await tasks()).secrets;
    }
    assert.deepEqual(open, [
      { namespace: 'models', name: 'ngc', keys: true },
      { namespace: 'models', name: 'pull', keys: true },
    ]);
    assert.notEqual((await tasks()).dispatchVersion, before, 'so that the long poll of the agent ends');
    const answers = [
      { namespace: 'models', name: 'ngc', answer: 'there', keys: ['NGC_KEY'] },
      { namespace: 'models', name: 'pull', answer: 'absent' },
    ];
    await call('agentSecrets', { body: { agentId, answers } }, { token });
    assert.deepEqual(await asking, [
      'warn The secret ngc stands in models, and as far as its metadata tells it has no NGC_API_KEY.',
      'warn The secret pull does not stand in models.',
    ]);
    const refused = await call('createModelDeployment', { body: input({ pullSecret: 'pull', apply: true }) });
    assert.deepEqual([refused.status, refused.body.errors[0].path], [409, 'pull-secret']);
    const operator = async (...missing: string[]) => {
      const capabilities = [{ name: 'models', ok: missing.length === 0, missing }];
      await call('agentKubernetes', { body: { agentId, status: { ...rest, capabilities } } }, { token });
      const { body } = await call('modelDeploymentManifest', { body: input() });
      return body.checks.find(({ id }: { id: string }) => id === 'operator').message;
    };
    assert.equal(await operator('Not installed: NIMService of apps.nvidia.com.'), KSERVE_IS_THERE);
    assert.match(
      await operator('It may not list events.', 'Not installed: InferenceService of serving.kserve.io.'),
      /^KServe is not installed in eu-west/,
    );
    const off = { ...rest, connected: false, capabilities: [] };
    await call('agentKubernetes', { body: { agentId, status: off } }, { token });
  });
});

describe('deployments', () => {
  let id = '';

  test('manifests with checks; a failed check hands out nothing and says why', async () => {
    const good = await call('modelDeploymentManifest', { body: input() });
    assert.equal(good.status, 200, good.text);
    assert.deepEqual(
      good.body.manifests.map(({ kind }: { kind: string }) => kind),
      ['ServingRuntime', 'InferenceService'],
    );
    for (const { id: check, state, message, hint } of good.body.checks) {
      assert.ok(check && ['ok', 'warn', 'fail'].includes(state) && message && typeof hint === 'string');
    }
    const bad = await call('modelDeploymentManifest', { body: input({ name: 'llama-3.2' }) });
    assert.deepEqual([bad.status, bad.body.manifests, bad.body.yaml], [200, [], '']);
    const refused = await call('createModelDeployment', { body: input({ name: 'llama-3.2' }) });
    assert.deepEqual([refused.status, refused.body.code], [409, 'deployment-not-admissible']);
    assert.equal(refused.body.errors[0].path, 'name');
  });

  test('applied, it is handed to the agents of its location; its status is theirs', async () => {
    const made = await call('createModelDeployment', { body: input({ apply: true, gpu: 1, storage: '50Gi' }) });
    assert.equal(made.status, 201, made.text);
    id = made.body.id;
    assert.equal(made.body.status.state, 'waiting');
    assert.equal(made.body.endpoint, 'http://rerank-predictor.models.svc.cluster.local');
    assert.match(made.body.commands[0].command, /port-forward/);
    const dispatch = await library.it.store.dispatches.get('model-deployment', id);
    assert.deepEqual([dispatch!.locationId, dispatch!.generation, dispatch!.objects.length], [LOCATION, 1, 3]);
    const twice = await call('createModelDeployment', { body: input() });
    assert.deepEqual([twice.status, twice.body.code], [409, 'name-taken']);
    const listed = await call('listModelDeployments', { query: { digest: nim } });
    assert.deepEqual([listed.body.total, listed.body.items[0].image.state], [1, 'approved']);
  });

  test('a change is checked before it is made, against what stands there', async () => {
    const storage = { kind: 'new-claim', size: '50Gi', storageClass: 'fast', accessMode: 'ReadWriteOnce' };
    const look = (body: object) => call('modelDeploymentChangeManifest', { params: { id }, body });
    const good = await look({ replicas: { min: 1, max: 1 }, resources: { cpu: '8' } });
    assert.equal(good.status, 200, good.text);
    assert.match(good.body.yaml, /cpu: "8"/);
    const moved = await look({ storage });
    assert.deepEqual([moved.status, moved.body.manifests], [200, []]);
    const check = moved.body.checks.find(({ id: each }: { id: string }) => each === 'change');
    assert.match(`${check.state} ${check.message}`, /^fail A volume claim that stands there keeps its class/);
    const refused = await call('updateModelDeployment', { params: { id }, body: { storage } });
    assert.deepEqual([refused.status, refused.body.code], [409, 'deployment-not-admissible']);
    const grown = await look({ storage: '80Gi' });
    assert.equal(grown.body.checks.find(({ id: each }: { id: string }) => each === 'change').state, 'warn');
    assert.equal(
      (await library.it.store.dispatches.get('model-deployment', id))!.generation,
      1,
      'looking changes nothing',
    );
  });

  test('a change is another generation; a revoked image is withheld and cannot be changed', async () => {
    const changed = await call('updateModelDeployment', {
      params: { id },
      body: { replicas: { min: 1, max: 2 }, storage: null },
    });
    assert.equal(changed.status, 200, changed.text);
    assert.equal((await library.it.store.dispatches.get('model-deployment', id))!.generation, 2);
    await library.decide('deprecated', nim);
    const kept = await call('updateModelDeployment', { params: { id }, body: { replicas: { min: 1, max: 1 } } });
    assert.equal(kept.status, 200, 'what runs may keep a deprecated image');
    const fresh = await call('createModelDeployment', { body: input({ name: 'another' }) });
    assert.equal(fresh.body.code, 'image-not-approved');
    await library.decide('revoked', nim);
    const withheld = await call('getModelDeployment', { params: { id } });
    assert.deepEqual([withheld.body.manifests, withheld.body.yaml], [[], '']);
    assert.match(withheld.body.withheld, /revoked/);
    const refused = await call('updateModelDeployment', { params: { id }, body: { apply: true } });
    assert.equal(refused.body.code, 'image-not-approved');
  });

  test('viewers read and write nothing; a deleted one is taken down by its agent', async () => {
    const viewer = { token: await library.it.tokenOf('viewer') };
    assert.equal((await call('getModelDeployment', { params: { id } }, viewer)).status, 200);
    assert.equal((await call('deleteModelDeployment', { params: { id } }, viewer)).status, 403);
    assert.equal((await call('deleteModelDeployment', { params: { id } })).status, 204);
    assert.equal((await library.it.store.dispatches.get('model-deployment', id))!.state, 'deleting');
    assert.equal((await call('getModelDeployment', { params: { id } })).status, 404);
  });
});

describe('external services', () => {
  type Behaviour = (request: IncomingMessage, response: ServerResponse) => void;
  const answers =
    (json: unknown, status = 200): Behaviour =>
    (_request, response) =>
      void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json));
  const models = answers({ data: [{ id: 'granite' }, { id: 'other' }] });
  const seen: { url: string | undefined; key: string | undefined; body: string }[] = [];
  let behaviour: Behaviour = models;
  const standIn = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    seen.push({ url: request.url, key: request.headers.authorization, body });
    behaviour(request, response);
  });
  let baseUrl = '';
  let id = '';
  before(async () => {
    await new Promise<void>((done) => standIn.listen(0, '127.0.0.1', done));
    baseUrl = `http://127.0.0.1:${(standIn.address() as AddressInfo).port}`;
  });
  after(() => {
    standIn.closeAllConnections();
    standIn.close();
  });
  const service = (over: object = {}) => ({
    name: 'Granite',
    baseUrl: `${baseUrl}/v1/`,
    model: 'granite',
    apiKey: 'a-key-of-the-service',
    allowHttp: true,
    allowPrivate: true,
    ...over,
  });
  const refused = async (code: string, over: object = {}) => {
    const answer = await call('createModelService', { body: service(over) });
    assert.deepEqual([answer.status, answer.body.code], [409, 'service-not-ready'], code);
    return answer;
  };

  test('nothing is kept before it has answered: every hostile answer is refused with its reason', async () => {
    const before = seen.length;
    assert.match((await refused('plain http', { allowHttp: false })).body.detail, /plain http/);
    assert.match((await refused('private', { allowPrivate: false })).body.detail, /private network/);
    const metadata = { baseUrl: 'http://169.254.169.254' };
    assert.match((await refused('metadata', metadata)).body.detail, /never dialled/);
    assert.equal(seen.length, before, 'none of these was dialled');
    behaviour = (_request, response) =>
      void response.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data' }).end();
    assert.match((await refused('redirect')).body.detail, /redirect/);
    behaviour = (_request, response) => {
      response.writeHead(200);
      const more = () => {
        while (response.write('x'.repeat(65_536)));
        response.once('drain', more);
      };
      more();
    };
    assert.match((await refused('huge')).body.detail, /larger/);
    behaviour = answers('<html>');
    assert.match((await refused('not OpenAI')).body.detail, /OpenAI/);
    behaviour = answers({}, 401);
    assert.match((await refused('key')).body.detail, /refused the key/);
    behaviour = answers({ data: [{ id: 'Granite' }] });
    assert.match((await refused('another model')).body.detail, /no such model/);
    assert.equal((await call('listModelServices')).body.total, 0);
  });

  test('registered: the key is sealed, sent to its address only, and comes back out of nothing', async () => {
    behaviour = models;
    const made = await call('createModelService', { body: service() });
    assert.equal(made.status, 201, made.text);
    id = made.body.id;
    assert.deepEqual([made.body.baseUrl, made.body.hasKey, made.body.probe.state], [baseUrl, true, 'ready']);
    assert.deepEqual([seen.at(-1)!.url, seen.at(-1)!.key], ['/v1/models', 'Bearer a-key-of-the-service']);
    for (const { text } of [made, await call('listModelServices'), await call('getModelService', { params: { id } })]) {
      assert.equal(text.includes('a-key-of-the-service'), false);
    }
    assert.equal(library.it.log.join('').includes('a-key-of-the-service'), false);
    const door = await library.it.store.modelServices.door(id);
    assert.match(door!.sealed!, /^v2\./);
    const odd = await call('createModelService', {
      body: service({ name: 'x', baseUrl: 'https://user:pw@host.example' }),
    });
    assert.equal(odd.body.code, 'invalid-input');
  });

  test('the console asks one bounded question and tells what came of it', async () => {
    behaviour = answers({ choices: [{ message: { content: 'Hello.' } }], usage: { total_tokens: 9 } });
    const chat = await call('tryModelService', { params: { id }, body: { kind: 'chat', text: 'Hi' } });
    assert.deepEqual([chat.status, chat.body.ok, chat.body.text, chat.body.tokens], [200, true, 'Hello.', 9]);
    const sent = JSON.parse(seen.at(-1)!.body);
    assert.deepEqual([seen.at(-1)!.url, sent.model, sent.max_tokens], ['/v1/chat/completions', 'granite', 256]);
    behaviour = answers({ data: [{ embedding: [1, 2, 3] }] });
    const embedding = await call('tryModelService', { params: { id }, body: { kind: 'embedding', text: 'Hi' } });
    assert.equal(embedding.body.dimensions, 3);
    behaviour = (request) => request.socket.destroy();
    const broken = await call('tryModelService', { params: { id }, body: { kind: 'chat', text: 'Hi' } });
    assert.deepEqual([broken.status, broken.body.ok, broken.body.code], [200, false, 'service-unreachable']);
    const large = await call('tryModelService', { params: { id }, body: { kind: 'chat', text: 'x'.repeat(20_000) } });
    assert.equal(large.status, 400);
    const viewer = { token: await library.it.tokenOf('viewer') };
    const body = { kind: 'chat', text: 'Hi' };
    assert.equal((await call('tryModelService', { params: { id }, body }, viewer)).status, 403);
    const nowhere = '00000000-0000-4000-8000-000000000000';
    assert.equal((await call('tryModelService', { params: { id: nowhere }, body })).status, 404);
  });

  test('a failed probe is kept as what it is, a change that would not work is not; and there is a limit', async () => {
    behaviour = answers({}, 503);
    const probe = await call('probeModelService', { params: { id } });
    assert.equal(probe.body.state, 'failed');
    assert.equal((await call('getModelService', { params: { id } })).body.probe.code, 'service-refused');
    behaviour = models;
    const consumer = { token: await library.it.tokenOf('consumer') };
    const wrong = await call('updateModelService', { params: { id }, body: { model: 'nope' } }, consumer);
    assert.equal(wrong.body.code, 'service-not-ready');
    const other = await call(
      'updateModelService',
      { params: { id }, body: { model: 'other', apiKey: null } },
      consumer,
    );
    assert.deepEqual([other.status, other.body.model, other.body.hasKey], [200, 'other', false]);
    let status = 200;
    for (let tries = 0; tries < 25 && status !== 429; tries += 1) {
      ({ status } = await call('probeModelService', { params: { id } }, consumer));
    }
    assert.equal(status, 429);
    assert.equal((await call('deleteModelService', { params: { id } })).status, 204);
  });
});
