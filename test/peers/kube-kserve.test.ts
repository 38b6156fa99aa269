/**
 * The real controller of KServe beside a current API server, in Standard mode: its webhooks judge every form of manifest, and
 * what it makes of them is what we meant. Nothing of that runs: there is no kubelet, and no controller of Deployments.
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { Discovery, type KubernetesApi } from '@pharos/agent';
import { ModelDeploymentPatch, type ModelDeploymentSpec } from '@pharos/contract';
import {
  currentKubernetesParts,
  goTool,
  KSERVE,
  type Kserve,
  type Kubernetes,
  startKserve,
  startKubernetes,
} from '@pharos/testbed';
import { applyObject, observeObject } from '../../packages/agent/src/kubernetes/apply.ts';
import { usagesIn } from '../../packages/agent/src/kubernetes/usages.ts';
import { servingEndpoint, servingManifests, servingStatus } from '../../packages/library/src/manifests/serving.ts';
import { changeChecks } from '../../packages/library/src/manifests/serving-change.ts';
import { servingChecks } from '../../packages/library/src/manifests/serving-checks.ts';
import {
  car,
  carSpec,
  claim,
  DIGEST,
  nim,
  PINNED,
  runtimeImage,
  SERVING_FORMS,
  spec,
} from '../../packages/library/src/manifests/serving-forms-fixture.ts';
import { waitFor } from '../support/pharos.ts';
import {
  type Any,
  apply,
  connectAs,
  documentsIn,
  installDefinitions,
  KSERVE_DEFINITIONS,
  KSERVE_MODULE,
  lost,
  pathOf,
  refusal,
} from './operator-kinds.ts';

const parts = await currentKubernetesParts();
const program = await goTool(KSERVE);
const skip = parts.skip || KSERVE_MODULE.skip || program.skip;

type Over = Partial<ModelDeploymentSpec>;
const CAR = `registry.example.com/modelcar-granite:1.5@${DIGEST}`;
const VLLM = `registry.example.com/vllm/vllm-openai:v0.11.0@${runtimeImage.digest}`;
/** Of the configuration that KServe's module has: it starts them beside ours. */
const AGENT = 'kserve/agent:latest';
const INITIALIZER = 'kserve/storage-initializer:latest';
/** Images of the pods that come of a form, in the order of init containers and containers. */
const IMAGES: Record<string, string[]> = {
  'KServe, NIM': [PINNED, AGENT],
  'KServe, NIM, cluster-wide': [PINNED, AGENT],
  'KServe, NIM, scaled': [PINNED, AGENT],
  'KServe, NIM, object storage': [INITIALIZER, PINNED],
  'KServe, NIM, new claim': [PINNED],
  'KServe, NIM, claim': [PINNED],
  modelcar: [CAR, VLLM, CAR],
};

describe('manifests before the real KServe', { skip, timeout: 300_000 }, () => {
  let kubernetes: Kubernetes;
  let operator: Kserve;
  let api: KubernetesApi;
  let config: Any;

  before(async () => {
    kubernetes = await startKubernetes({ parts });
    const module = KSERVE_MODULE.path!;
    for (const folder of [KSERVE_DEFINITIONS, `${KSERVE_DEFINITIONS}/clusterstoragecontainer`])
      await installDefinitions(kubernetes, documentsIn(module, folder));
    const webhooks = documentsIn(module, 'config/webhook').filter(({ webhooks: some }) => some);
    config = documentsIn(module, 'config/configmap').find(({ kind }) => kind === 'ConfigMap');
    operator = await startKserve(program.path!, kubernetes, { webhooks, config });
    api = await connectAs(kubernetes);
    await namespace('models');
    // Configurations count a moment after they were made, and those that change things apart from those that judge.
    const [runtime, service] = written(spec());
    const named = { ...service, metadata: { ...service.metadata, name: 'v1.2' } };
    await waitFor(async () => {
      const { metadata } = await apply(api, service, { dryRun: true });
      return metadata.annotations.modelFormat && (await refusal(api, named)) && !(await refusal(api, runtime));
    }, 'the webhooks to be called');
  });
  after(async () => {
    await operator?.stop();
    await kubernetes?.stop();
  });

  const cluster = () => ({ api, discovery: new Discovery(api), namespaces: [], signal: new AbortController().signal });
  const makeTask = (generation = 1) => ({ ownerKind: 'model-deployment', ownerId: randomUUID(), generation }) as Any;
  const live = (object: Any): Promise<Any> => api.call('GET', pathOf(object));
  const namespace = (name: string) => kubernetes.call('POST', '/api/v1/namespaces', { metadata: { name } });
  const written = (of: ModelDeploymentSpec, image = nim(), runtime: typeof runtimeImage | null = null): Any[] =>
    servingManifests(of, image, runtime);
  const made = (path: string): Promise<Any> =>
    waitFor(() => api.call('GET', path).catch(() => null), `${path}, made by KServe`);
  const deploymentPath = ({ metadata }: Any) =>
    `/apis/apps/v1/namespaces/${metadata.namespace}/deployments/${metadata.name}-predictor`;
  const scalerPath = ({ metadata }: Any) =>
    `/apis/autoscaling/v2/namespaces/${metadata.namespace}/horizontalpodautoscalers/${metadata.name}-predictor`;

  /** What the controllers of Deployments and ReplicaSets would do, as far as one pod. */
  const podOf = ({ spec: { template }, metadata }: Any): Promise<Any> =>
    kubernetes.call('POST', `/api/v1/namespaces/${metadata.namespace}/pods`, {
      metadata: { ...template.metadata, name: 'one' },
      spec: template.spec,
    });

  /** What the controller of Deployments would say once its pods answer. */
  const answer = (path: string) => {
    const at = new Date().toISOString();
    const available = { type: 'Available', status: 'True', reason: 'Done', lastUpdateTime: at, lastTransitionTime: at };
    const counts = { replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1 };
    return kubernetes.call('PATCH', `${path}/status`, {
      status: { observedGeneration: 1, ...counts, conditions: [available] },
    });
  };

  /** What it said of it in an event. */
  const told = (of: Any, what: RegExp): Promise<Any> =>
    waitFor(async () => {
      const { items } = await api.call('GET', `/api/v1/namespaces/${of.metadata.namespace}/events`);
      return items.find(
        ({ involvedObject, message }: Any) => involvedObject.name === of.metadata.name && what.test(message),
      );
    }, `an event that says ${what}`);

  /** In a namespace of its own, as an agent applies it. The last object is the InferenceService. */
  async function serve(
    where: string,
    of: ModelDeploymentSpec,
    image = nim(),
    runtime: typeof runtimeImage | null = null,
  ) {
    await namespace(where);
    const objects = written({ ...of, namespace: where }, image, runtime);
    const task = makeTask();
    // Unchanged: the controller wrote its finalizer in between, and the agent found its own object at the second try.
    for (const object of objects)
      assert.match((await applyObject(cluster(), object, task)).outcome, /^(applied|unchanged)$/);
    return { objects, task, service: objects.at(-1), runtime: objects.at(-2) };
  }

  const forms = Object.entries(SERVING_FORMS).filter(([name]) => !name.startsWith('NIM Operator'));
  for (const [at, [name, [of, image, reader]]] of forms.entries()) {
    test(`${name}: admitted, kept, and what KServe makes of it is what we meant`, async () => {
      const { objects, task, service, runtime } = await serve(`form-${at}`, of, image, reader);
      // The controller is done with it when its mode stands in the status.
      await waitFor(async () => (await live(service)).status?.deploymentMode === of.mode, 'the controller');
      for (const object of objects) {
        assert.deepEqual(lost(object, await live(object)), []);
        const seen = await observeObject(cluster(), object, task);
        assert.deepEqual([seen.outcome, seen.drift], ['applied', []]);
        const { generation } = (await live(object)).metadata;
        await applyObject(cluster(), object, task);
        assert.equal((await live(object)).metadata.generation, generation, 'applied again, nothing of it changes');
      }
      // Knative is not there; that mode ends at admission.
      if (of.mode === 'Knative') return assert.ok(await told(service, /not possible to use Knative/));
      const deployment = await made(deploymentPath(service));
      const { model, minReplicas, maxReplicas, ...pod } = service.spec.predictor;
      const { scaleMetric, scaleTarget, ...rest } = pod;
      assert.deepEqual(lost({ ...rest, volumes: runtime.spec.volumes }, deployment.spec.template.spec), []);
      assert.equal(deployment.spec.template.spec.containers.length, 1);
      const [{ env, ...container }] = deployment.spec.template.spec.containers;
      const { env: own = [], ...meant } = runtime.spec.containers[0];
      assert.deepEqual(lost(meant, container), [], 'image, arguments, port, probes and /dev/shm');
      assert.deepEqual(container.resources, model.resources);
      const meantEnv = new Map([...own, ...(model.env ?? [])].map((each: Any) => [each.name, each]));
      for (const each of meantEnv.values())
        assert.ok(
          env.some((held: Any) => lost(each, held).length === 0),
          each.name,
        );
      const scaler = (await made(scalerPath(service))).spec;
      assert.deepEqual([scaler.minReplicas, scaler.maxReplicas], [minReplicas, maxReplicas]);
      const { name: metric, target } = scaler.metrics[0].resource;
      assert.deepEqual([metric, target.averageUtilization], [scaleMetric ?? 'cpu', scaleTarget ?? 80]);
      const [head] = (await made(`/api/v1/namespaces/form-${at}/services/${of.name}-predictor`)).spec.ports;
      assert.deepEqual([head.port, head.targetPort], [80, meant.ports[0].containerPort]);
      const started = await podOf(deployment);
      const containers = [...(started.spec.initContainers ?? []), ...started.spec.containers];
      assert.deepEqual(
        containers.map((each: Any) => each.image),
        IMAGES[name],
      );
      const digests = usagesIn({ apiVersion: 'v1', kind: 'Pod' }, started)!.map(({ digest }) => digest);
      assert.deepEqual(new Set(digests), new Set([image.digest, ...(reader === null ? [] : [reader.digest])]));
      if (reader !== null || model.storageUri === undefined) return;
      const models = started.spec.containers[0].volumeMounts.find(({ mountPath }: Any) => mountPath === '/mnt/models');
      assert.notEqual(models.readOnly ?? false, true, 'a NIM writes to its cache');
    });
  }

  test('ready is what we call ready, at the address that we tell', async () => {
    const { service, task } = await serve('ready', spec());
    const path = deploymentPath(service);
    await made(path);
    const told = async () => {
      const seen = await observeObject(cluster(), service, task);
      const news = {
        state: 'applied' as const,
        message: '',
        generation: 1,
        appliedGeneration: 1,
        updatedAt: '2026-11-26T00:00:00.000Z',
      };
      return servingStatus('kserve', { ...news, conditions: [seen] }).state;
    };
    assert.equal(await told(), 'starting');
    await answer(path);
    await waitFor(async () => (await told()) === 'ready', 'ready');
    const where = { name: service.metadata.name, namespace: 'ready', target: 'kserve' } as const;
    assert.equal((await live(service)).status.address.url, servingEndpoint(where));
  });

  test('the keys of an object storage come of the secret that we name, and of no other', async () => {
    await namespace('keys');
    for (const name of ['bucket-keys', 'others']) {
      const data = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' };
      await kubernetes.call('POST', '/api/v1/namespaces/keys/secrets', { metadata: { name }, data });
    }
    // Whose secrets it takes where none is named. The controller that makes this account is not here.
    const account = { metadata: { name: 'default' }, secrets: [{ name: 'others' }] };
    await kubernetes.call('POST', '/api/v1/namespaces/keys/serviceaccounts', account);
    const objects = written({ ...SERVING_FORMS['KServe, NIM, object storage']![0], namespace: 'keys' });
    for (const object of objects) await apply(api, object);
    const started = await podOf(await made(deploymentPath(objects.at(-1))));
    const keys = started.spec.initContainers[0].env
      .map(({ valueFrom }: Any) => valueFrom?.secretKeyRef)
      .filter(Boolean);
    assert.deepEqual(keys.map(({ name, key }: Any) => `${name}/${key}`).sort(), [
      'bucket-keys/AWS_ACCESS_KEY_ID',
      'bucket-keys/AWS_SECRET_ACCESS_KEY',
    ]);
  });

  test('scaling by requests in Standard mode: taken without a word, and CPU is what it scales by; our check refuses it', async () => {
    const over: Over = { replicas: { min: 1, max: 3 }, scale: { metric: 'concurrency', target: 8 } };
    assert.deepEqual(failuresOf(over), ['scale']);
    const { service } = await serve('by-requests', spec(over));
    assert.equal((await made(scalerPath(service))).spec.metrics[0].resource.name, 'cpu');
  });

  const failuresOf = (over: Over, image = nim()) =>
    servingChecks(spec(over), image, { nodes: 'no agent told', secrets: 'not asked', applies: false })
      .filter(({ state }) => state === 'fail')
      .map(({ id }) => id);
  const zeroToThree = { min: 0, max: 3 };

  /** What its webhook refuses, and the check of ours that says so before. */
  const REFUSED: Record<string, [over: Over, theirs: RegExp, ours: string]> = {
    'pitfall 14: a name with a dot': [{ name: 'llama-3.1' }, /name must consist of lower case alphanumeric/, 'name'],
    'pitfall 14: a leading digit': [{ name: '3-llama' }, /name must consist of lower case alphanumeric/, 'name'],
    'more at least than at most': [
      { replicas: { min: 3, max: 2 } },
      /'MinReplicas' cannot be greater than MaxReplicas/,
      'replicas',
    ],
    'CPU in Knative mode': [
      { mode: 'Knative', replicas: zeroToThree, scale: { metric: 'cpu', target: 60 } },
      /\[cpu\] is not a supported metric/,
      'scale',
    ],
    'memory in Knative mode': [
      { mode: 'Knative', replicas: zeroToThree, scale: { metric: 'memory', target: 60 } },
      /\[memory\] is not a supported metric/,
      'scale',
    ],
  };
  for (const [name, [over, theirs, ours]] of Object.entries(REFUSED)) {
    test(`${name}: refused by its webhook, and by our own check before it`, async () => {
      assert.match((await refusal(api, written(spec(over)).at(-1))) ?? 'admitted', theirs);
      assert.ok(failuresOf(over).includes(ours), failuresOf(over).join());
    });
  }

  test('another mode is refused for what stands there, and no change of ours asks for it', async () => {
    const { service } = await serve('mode', spec());
    await waitFor(async () => (await live(service)).status?.deploymentMode === 'Standard', 'the controller');
    const [, other] = written(spec({ namespace: 'mode', mode: 'Knative' }));
    await assert.rejects(apply(api, other), /deploymentMode cannot be changed from 'Standard' to 'Knative'/);
    assert.equal('mode' in ModelDeploymentPatch.shape, false);
  });

  describe('what its webhooks admit, and its controller cannot make', () => {
    // Labels have 63 characters, "isvc.…-predictor" and "…-predictor-NAMESPACE" too.
    const long = (characters: number) => 'a'.repeat(characters);
    const UNMADE: Record<string, [over: Over, theirs: RegExp, ours: string, of?: 'modelcar']> = {
      'a host name of 64 characters': [{ name: long(48), namespace: 'five5' }, /failed creating host name/, 'name'],
      'a label of 64 characters': [{ name: long(49), namespace: 'tri' }, /metadata.labels: Invalid value/, 'name'],
      'a storage that it does not load from': [
        { storage: { kind: 'object-storage', uri: 'ftp://x/y' } },
        /StorageURI not supported/,
        'storage',
      ],
      'pitfall 16: a template in an argument': [
        { runtime: { image: runtimeImage.digest, port: 8080, args: ['{{'] } },
        /failed to replace placeholders/,
        'runtime',
        'modelcar',
      ],
    };
    for (const [at, [name, [over, theirs, ours, of]]] of Object.entries(UNMADE).entries()) {
      test(`${name}: refused by our own check`, async () => {
        const inside = { namespace: `unmade-${at}`, ...over };
        const [one, image, reader] =
          of === undefined ? [spec(inside), nim(), null] : [carSpec(inside), car, runtimeImage];
        const { service } = await serve(inside.namespace, one, image, reader);
        await told(service, theirs);
        await assert.rejects(api.call('GET', deploymentPath(service)), /not found/);
        const checks = servingChecks(one, image, { nodes: 'no agent told', secrets: 'not asked', applies: false });
        assert.ok(checks.some(({ id, state }) => id === ours && state === 'fail'));
      });
    }

    test('63 characters of either are made', async () => {
      const over = { name: long(48), namespace: 'four' };
      assert.deepEqual(failuresOf(over), []);
      const { service } = await serve('four', spec(over));
      await made(deploymentPath(service));
    });
  });

  test('pitfall 15: a version in the InferenceService takes the tag of a runtime that names no digest, and ours stays', async () => {
    for (const [where, image] of [
      ['pinned', PINNED],
      ['tagged', PINNED.replace(/@.+/, '')],
    ] as const) {
      await namespace(where);
      const [runtime, service] = written(spec({ namespace: where }));
      runtime.spec.containers[0].image = image;
      // Which version the runtime serves is asked for too; theirs says every one.
      for (const format of runtime.spec.supportedModelFormats) delete format.version;
      service.spec.predictor.model.runtimeVersion = 'evil';
      for (const object of [runtime, service]) await apply(api, object);
      const { spec: of } = await made(deploymentPath(service));
      const expected = where === 'pinned' ? PINNED : PINNED.replace(/:1\.10@.+/, ':evil');
      assert.equal(of.template.spec.containers[0].image, expected);
    }
  });

  test('two deployments of one image share its runtime, and neither clashes with the other', async () => {
    const [shared, first] = written(spec({ scope: 'cluster', name: 'first' }));
    const [same, second] = written(spec({ scope: 'cluster', name: 'second' }));
    const [other] = written(spec({ scope: 'cluster' }), nim({ digest: runtimeImage.digest }));
    assert.deepEqual(same, shared);
    for (const object of [shared, first, second, other]) assert.equal(await refusal(api, object), null);
  });

  test('a modelcar is taken where it is switched on, as it is in the configuration that comes with KServe', () => {
    assert.equal(JSON.parse(config.data.storageInitializer).enableModelcar, true);
  });

  test('replicas alone: pods start anew, as our check says, unless the configuration keeps our annotation from them', async () => {
    const storage = { ...claim };
    const before = spec({ storage, namespace: 'replicas' });
    const { service, task } = await serve('replicas', before);
    const template = async () => (await made(deploymentPath(service))).spec.template;
    const scaleTo = async (max: number) => {
      const next = { ...before, replicas: { min: 1, max } };
      assert.deepEqual(
        changeChecks(before, next).map(({ id, state }) => [id, state]),
        [['change', 'warn']],
      );
      await applyObject(cluster(), written(next).at(-1), { ...task, generation: max });
      await waitFor(async () => (await api.call('GET', scalerPath(service))).spec.maxReplicas === max, 'the scaler');
      return template();
    };
    const first = await template();
    assert.notDeepEqual(await scaleTo(2), first);
    const inferenceService = {
      ...JSON.parse(config.data.inferenceService),
      serviceAnnotationDisallowedList: ['pharos.io/generation'],
    };
    const path = '/api/v1/namespaces/kserve/configmaps/inferenceservice-config';
    await kubernetes.call('PATCH', path, { data: { inferenceService: JSON.stringify(inferenceService) } });
    const third = await scaleTo(3);
    assert.equal(third.metadata.annotations['pharos.io/generation'], undefined);
    assert.deepEqual(await scaleTo(4), third);
  });
});
