import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ModelDeploymentSpec } from '@pharos/contract';
import { mutations, strictProblems } from '@pharos/testbed/operators';
import type { KnownNodes } from './node-fit.ts';
import { type ClusterFacts, secretsOf } from './secret-checks.ts';
import { servingCommands, servingManifests, servingStatus } from './serving.ts';
import { changeChecks } from './serving-change.ts';
import { servingChecks } from './serving-checks.ts';
import {
  car,
  carSpec,
  claim,
  DIGEST,
  SERVING_FORMS as FORMS,
  nim,
  OTHER,
  PINNED,
  runtimeImage,
  spec,
} from './serving-forms-fixture.ts';

const UNKNOWN: ClusterFacts = { nodes: 'no agent told', secrets: 'the agent may not look at secrets', applies: false };

const stateOf = (id: string, of: ModelDeploymentSpec, image = nim(), nodes: KnownNodes = 'no agent told') =>
  servingChecks(of, image, { ...UNKNOWN, nodes }).find((check) => check.id === id)?.state;

test('whether the operator is installed is told as the agent found it', () => {
  const told = (hasOperator: boolean | undefined, target: ModelDeploymentSpec['target']) =>
    servingChecks(spec({ target }), nim(), { ...UNKNOWN, hasOperator }).find(({ id }) => id === 'operator')!;
  for (const target of ['kserve', 'nim-operator'] as const) {
    assert.equal(told(true, target).state, 'ok');
    assert.deepEqual([told(undefined, target).state, told(false, target).state], ['warn', 'warn']);
    assert.match(told(false, target).message, /is not installed in/);
  }
});

describe('every form of manifest', () => {
  for (const [name, [of, image, runtime, kinds]] of Object.entries(FORMS)) {
    test(`${name}: what the CRDs take, and nothing wrong in it`, () => {
      const failed = servingChecks(of, image, UNKNOWN).filter(({ state }) => state === 'fail');
      assert.deepEqual(failed, []);
      const manifests = servingManifests(of, image, runtime);
      assert.deepEqual(
        manifests.map(({ kind }) => kind),
        kinds,
      );
      for (const each of manifests) {
        assert.deepEqual(strictProblems(each), []);
        for (const { name: spoilt, manifest } of mutations(each))
          assert.notDeepEqual(strictProblems(manifest), [], `${each.kind}: ${spoilt}`);
      }
    });
  }
});

// biome-ignore lint/suspicious/noExplicitAny: tests read what they assert
const written = (of: ModelDeploymentSpec, image = nim(), runtime: typeof runtimeImage | null = null): any[] =>
  servingManifests(of, image, runtime);

describe('pitfalls of consumers', () => {
  test('pitfall 3: neither a digest alone nor a tag alone: both are written', () => {
    const [runtime] = written(spec());
    assert.equal(runtime.spec.containers[0].image, PINNED);
    const [cache, service] = written(spec({ target: 'nim-operator' }));
    assert.equal(cache.spec.source.ngc.modelPuller, PINNED);
    assert.equal(`${service.spec.image.repository}:${service.spec.image.tag}`, PINNED);
  });

  test('pitfall 16: an Ollama, ModelPack, Docker or ModelKit artifact is refused for oci:// and for the NIM Operator', () => {
    for (const format of ['ollama', 'modelpack', 'docker-model', 'modelkit'] as const) {
      assert.equal(stateOf('format', spec(), nim({ format })), 'fail', format);
      assert.equal(stateOf('format', spec({ target: 'nim-operator' }), nim({ format })), 'fail', format);
    }
    assert.equal(stateOf('format', spec({ target: 'nim-operator' }), car), 'fail');
  });

  test('pitfall 7: a tag like 1.10 stays a text, and so does tensor parallelism', () => {
    const [cache, service] = written(spec({ target: 'nim-operator' }));
    assert.equal(service.spec.image.tag, `1.10@${DIGEST}`);
    assert.equal(cache.spec.source.ngc.model.tensorParallelism, '1');
    const [runtime] = written(spec());
    assert.equal(runtime.spec.supportedModelFormats[0].version, '1.10');
  });

  test('pitfall 14: names with dots, underscores, capitals or a leading digit are refused, and what is derived is legal', () => {
    for (const name of ['llama-3.1', '3-llama', 'Llama', 'a_b', '-a', 'a-', 'a'.repeat(60)]) {
      assert.equal(stateOf('name', spec({ name })), 'fail', name);
    }
    assert.equal(stateOf('name', spec()), 'ok');
    const sized = (characters: number, namespace: string, over: Partial<ModelDeploymentSpec> = {}) =>
      stateOf('name', spec({ name: 'a'.repeat(characters), namespace, ...over }));
    assert.deepEqual([sized(48, 'four'), sized(48, 'five5'), sized(49, 'tri')], ['ok', 'fail', 'fail']);
    assert.deepEqual([sized(53, 'models', { mode: 'Knative' }), sized(54, 'a', { mode: 'Knative' })], ['ok', 'fail']);
    assert.deepEqual([sized(63, 'models', { target: 'nim-operator' }), sized(40, 'n'.repeat(24))], ['ok', 'fail']);
    const [runtime] = written(spec(), nim({ model: 'Llama_3.3..Super-v1_', tag: '1.8.2_X' }));
    assert.match(runtime.metadata.name, /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/);
  });

  test('pitfall 15: KServe cannot rewrite the tag: the digest stands in the runtime, which is named and never chosen', () => {
    const [runtime, service] = written(spec());
    assert.match(runtime.spec.containers[0].image, /@sha256:/);
    assert.equal(runtime.spec.supportedModelFormats[0].autoSelect, false);
    assert.equal(service.spec.predictor.model.runtime, runtime.metadata.name);
    assert.equal(service.spec.predictor.model.runtimeVersion, undefined);
    assert.equal(service.spec.predictor.model.image, undefined);
    assert.ok(runtime.spec.protocolVersions.includes(service.spec.predictor.model.protocolVersion));
  });

  test('pitfall 16: a modelcar needs a runtime that reads /mnt/models, and the switches are told', () => {
    assert.equal(stateOf('runtime', spec({ secret: null }), car), 'fail');
    const [, service] = written(carSpec(), car, runtimeImage);
    assert.match(service.spec.predictor.model.storageUri, /^oci:\/\/.+@sha256:/);
    const told = servingChecks(carSpec(), car, UNKNOWN).find(({ id }) => id === 'operator')!;
    assert.match(told.message, /enableModelcar or enableOciModelSupport/);
    assert.equal(stateOf('runtime', carSpec({ runtime: { image: OTHER, port: 1, args: ['{{.Name}}'] } }), car), 'fail');
  });

  test('pitfall 17: nvcr.io lets nobody pull without a secret, and secrets must stand in the namespace of the deployment', () => {
    const alone = spec({ pullSecret: null, secret: null });
    assert.equal(stateOf('pull-secret', alone, nim({ host: 'nvcr.io' })), 'warn');
    const told = servingChecks(spec({ namespace: 'team-a' }), nim(), UNKNOWN).filter(({ id }) => id.endsWith('secret'));
    for (const { state, message, hint } of told)
      assert.match(`${state} ${message} ${hint}`, /^warn .*team-a.*kubectl -n team-a get secret/);
    assert.equal(told.length, 2);
    const [runtime, service] = written(spec({ scope: 'cluster' }));
    assert.equal(JSON.stringify(runtime).includes('secret'), false, 'a cluster-wide runtime names no secret');
    assert.equal(service.spec.predictor.imagePullSecrets[0].name, 'ngc-secret');
    assert.equal(service.spec.predictor.model.env[0].valueFrom.secretKeyRef.name, 'nvidia-nim-secrets');
  });

  test('pitfall 17: what the agent says of a secret: there, missing, or not known, and in which namespace', () => {
    const of = (secrets: ClusterFacts['secrets'], applies = false, over: Partial<ModelDeploymentSpec> = {}) =>
      servingChecks(spec({ namespace: 'team-a', ...over }), nim(), { ...UNKNOWN, secrets, applies })
        .filter(({ id }) => id.endsWith('secret'))
        .map(({ state, message }) => [state, message]);
    const both = new Map([
      ['nvidia-nim-secrets', true],
      ['ngc-secret', false],
    ]);
    const missing = 'The secret ngc-secret does not stand in team-a.';
    const there = ['ok', 'The secret nvidia-nim-secrets stands in team-a; what it holds was not read.'];
    assert.deepEqual(of(both), [there, ['warn', missing]], 'a file may come with its secret');
    assert.deepEqual(of(both, true), [there, ['fail', missing]], 'what is applied now does not start without');
    assert.match(of('the agent may not look at secrets')[0]![1]!, /not known: the agent may not look at secrets\.$/);
    assert.match(of(new Map([['ngc-secret', null]]))[1]![1]!, /not known: the agent may not look at secrets\.$/);
    assert.match(of(new Map())[0]![1]!, /did not answer in time/);
    const operator = { target: 'nim-operator', secret: null } as const;
    assert.deepEqual(
      secretsOf(spec(operator)),
      ['ngc-api-secret', 'ngc-secret'],
      'also the one that is taken by default',
    );
    assert.equal(of(new Map([['ngc-api-secret', false]]), true, operator)[0]![0], 'fail');
  });

  test('pitfall 17: the keys that a secret must have, by their names alone', () => {
    const storage = { kind: 'object-storage', uri: 's3://nims/llama', secret: 'bucket-keys' } as const;
    const one = spec({ namespace: 'team-a', storage, pullSecret: null, secret: 'ngc' });
    assert.deepEqual(secretsOf(one), ['ngc', 'bucket-keys']);
    const secrets = new Map([
      ['ngc', true],
      ['bucket-keys', true],
    ]);
    const of = (keys: Record<string, string[]>, over: Partial<ClusterFacts> = {}) =>
      servingChecks(one, nim(), { ...UNKNOWN, secrets, secretKeys: new Map(Object.entries(keys)), ...over })
        .filter(({ id }) => id === 'secret' || id === 'storage-secret')
        .map(({ id, state, message }) => `${id} ${state} ${message}`);
    const aws = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'];
    assert.deepEqual(of({ ngc: ['NGC_API_KEY', 'x'], 'bucket-keys': aws }), [
      'secret ok The secret ngc stands in team-a with the key NGC_API_KEY; what stands under it was not read.',
      `storage-secret ok The secret bucket-keys stands in team-a with the keys ${aws.join(' and ')}; what stands under it was not read.`,
    ]);
    const lacking = of({ ngc: ['ngc_api_key'], 'bucket-keys': ['AWS_ACCESS_KEY_ID'] });
    assert.match(lacking[0]!, /^secret warn .* it has no NGC_API_KEY\.$/);
    assert.match(lacking[1]!, /^storage-secret warn .* it has no AWS_SECRET_ACCESS_KEY\.$/);
    assert.match(of({})[1]!, /^storage-secret ok .*; what it holds was not read\.$/, 'nobody could tell the keys');
    const none = of({}, { secrets: new Map([['bucket-keys', false]]), applies: true });
    assert.match(none[1]!, /^storage-secret fail .* does not stand in team-a\.$/);
    const [, service] = written(one);
    assert.equal(service.metadata.annotations['serving.kserve.io/storageSecretName'], 'bucket-keys');
  });

  test('pitfall 18: GPUs that other pods hold count where they are seen, and else the check says that they do not', () => {
    const base = { architecture: 'amd64', memoryBytes: null, ready: true, cordoned: false, taints: [], labels: {} };
    const gpu = { count: 4, product: 'NVIDIA-L40S', memoryGiB: 45, sharedBy: 1, mig: [] };
    const nodes = (...held: (number | null | undefined)[]) =>
      held.map((requested, at) => ({ ...base, name: `n${at}`, gpu: { ...gpu, requested } }));
    const of = (all: ReturnType<typeof nodes>, min = 2) => {
      const checks = servingChecks(
        spec({ gpu: { count: 2, product: 'L40S' }, replicas: { min, max: min } }),
        nim({ gpuCount: 2, gpuMemoryGiB: 40 }),
        { ...UNKNOWN, nodes: all },
      );
      const { state, message } = checks.find(({ id }) => id === 'gpu-nodes')!;
      return `${state} ${message}`;
    };
    assert.match(of(nodes(0, 0)), /^ok .* No pod holds any of the 8 GPUs\.$/);
    assert.match(of(nodes(2, 2)), /^ok .* Pods hold 4 of the 8 GPUs there now\.$/);
    assert.match(
      of(nodes(3, 2)),
      /^warn .* Pods hold 5 of the 8 GPUs there now\. Beside them 1 replica finds room, and 2 /,
    );
    assert.match(
      of(nodes(9, 4)),
      /^warn .* Beside them 0 replicas find room/,
      'more than there are is none that are left',
    );
    for (const unseen of [nodes(0, null), nodes(undefined)]) {
      assert.match(of(unseen, 1), /^ok .* What other pods hold of them is not counted: no agent sees all pods/);
    }
    assert.match(of(nodes(0, 0), 5), /^warn .* At once 4 replicas find room there, and 5 /);
  });

  test('pitfall 18: GPU needs are catalogue data: fitted where known, told where not', () => {
    const profile = { gpu: 'L40S', memoryGiB: 48, precision: 'FP8', pipelineParallelism: 1, goal: null } as const;
    const image = nim({
      profiles: [
        { ...profile, count: 2, tensorParallelism: 2 },
        { ...profile, count: 4, tensorParallelism: 4 },
      ],
    });
    assert.equal(stateOf('gpu', spec({ gpu: { count: 1 } }), image), 'fail');
    assert.equal(stateOf('gpu', spec({ gpu: { count: 2 } }), image), 'ok');
    assert.equal(stateOf('gpu', spec({ gpu: { count: 3 } }), image), 'warn');
    const split = { count: 4, tensorParallelism: 2 };
    assert.equal(stateOf('gpu', spec({ gpu: split }), image), 'fail');
    assert.equal(stateOf('gpu', spec({ gpu: { ...split, pipelineParallelism: 2 } }), image), 'ok');
    assert.equal(stateOf('gpu', spec(), nim({ gpuCount: null })), 'warn');
    assert.equal(stateOf('gpu-memory', spec({ gpu: { count: 2, memoryGiB: 24 } }), image), 'fail');
    assert.equal(stateOf('gpu-memory', spec({ gpu: { count: 2, memoryGiB: 48 } }), image), 'ok');
    const gpu = { count: 2, product: 'NVIDIA-L40S', memoryGiB: 45, sharedBy: 1, mig: [] };
    const base = { architecture: 'amd64', memoryBytes: null, ready: true, cordoned: false, taints: [], labels: {} };
    const nodes = ['a', 'b', 'c'].map((name) => ({ ...base, name, gpu }));
    assert.equal(stateOf('gpu-nodes', spec({ gpu: { count: 2, product: 'L40S' } }), image, nodes), 'ok');
    assert.equal(stateOf('gpu-memory', spec({ gpu: { count: 2, product: 'L40S' } }), image, nodes), 'ok');
    assert.equal(stateOf('gpu-nodes', spec({ gpu: { count: 4 } }), image, nodes), 'fail');
    assert.equal(stateOf('gpu-nodes', spec({ gpu: { count: 2 }, replicas: { min: 4, max: 4 } }), image, nodes), 'warn');
    assert.equal(stateOf('gpu-nodes', spec(), image), 'warn');
  });

  test('without storage KServe starts an agent of its own beside the model, and that is told', () => {
    const told = (over: Partial<ModelDeploymentSpec>) =>
      servingChecks(spec(over), nim(), UNKNOWN).find(({ id }) => id === 'storage')!.message;
    assert.match(told({}), /starts its own agent beside it/);
    for (const over of [{ storage: claim }, { target: 'nim-operator' } as const])
      assert.doesNotMatch(told(over), /agent/);
  });

  test('pitfall 20: an image that the last scan did not find is told, and not taken away', () => {
    assert.equal(stateOf('presence', spec(), nim({ isMissing: true })), 'warn');
  });

  test('a cache is immutable: another digest has another name, and cache and service are of one image', () => {
    const [cache, service] = written(spec({ target: 'nim-operator' }));
    const [later] = written(spec({ target: 'nim-operator', image: OTHER }), nim({ digest: OTHER }));
    assert.notEqual(cache.metadata.name, later.metadata.name);
    assert.equal(service.spec.storage.nimCache.name, cache.metadata.name);
  });

  test('a cluster-wide runtime stands in no namespace, and what it is called depends on the image alone', () => {
    const [one] = written(spec({ scope: 'cluster' }));
    const [other] = written(spec({ scope: 'cluster', name: 'other', secret: 'x', profile: 'y' }));
    assert.equal(one.metadata.namespace, undefined);
    assert.deepEqual(one, other);
  });
});

test('replicas: zero only where something wakes the model, and one node for a volume of one node', () => {
  const zero = { min: 0, max: 1 };
  assert.equal(stateOf('replicas', spec({ replicas: zero })), 'fail');
  assert.equal(stateOf('replicas', spec({ replicas: zero, mode: 'Knative' })), 'warn');
  assert.equal(stateOf('replicas', spec({ replicas: zero, target: 'nim-operator' })), 'fail');
  assert.equal(stateOf('replicas', spec({ replicas: { min: 2, max: 1 } })), 'fail');
  assert.equal(stateOf('scale', spec({ replicas: { min: 1, max: 2 }, scale: { metric: 'rps', target: 5 } })), 'fail');
  const upTo = { min: 1, max: 3 };
  const scaled = (metric: 'cpu' | 'memory' | 'rps', over: Partial<ModelDeploymentSpec> = {}) =>
    stateOf('scale', spec({ mode: 'Knative', replicas: upTo, scale: { metric, target: 60 }, ...over }));
  assert.deepEqual([scaled('cpu'), scaled('memory'), scaled('rps')], ['fail', 'fail', 'ok']);
  const scaleOf = (over: Partial<ModelDeploymentSpec>) =>
    servingChecks(spec({ replicas: upTo, ...over }), nim(), UNKNOWN).find(({ id }) => id === 'scale')!.message;
  assert.match(scaleOf({}), /no CPU is asked for: nothing scales/);
  assert.match(scaleOf({ scale: { metric: 'memory', target: 60 }, resources: { cpu: '1' } }), /no memory is asked for/);
  assert.match(scaleOf({ resources: { cpu: '12' } }), /which says little of a GPU/);
  const single = { ...claim, accessMode: 'ReadWriteOnce' } as const;
  assert.equal(stateOf('storage', spec({ storage: single, replicas: { min: 1, max: 2 } })), 'fail');
  assert.equal(stateOf('storage', spec({ storage: { kind: 'object-storage', uri: 'ftp://x' } })), 'fail');
  assert.equal(
    stateOf('storage', spec({ target: 'nim-operator', storage: { kind: 'object-storage', uri: 's3://x' } })),
    'fail',
  );
});

test('status in words, from what agents report', () => {
  const news = (over: object) => ({
    state: 'applied' as const,
    message: '',
    generation: 1,
    appliedGeneration: 1,
    conditions: [] as unknown[],
    updatedAt: '2026-01-01T00:00:00.000Z',
    ...over,
  });
  const isvc = (...conditions: object[]) => [{ object: { kind: 'InferenceService', name: 'llama' }, conditions }];
  assert.equal(servingStatus('kserve', null).state, 'file');
  assert.equal(servingStatus('kserve', news({ state: 'waiting' })).state, 'waiting');
  assert.equal(servingStatus('kserve', news({})).state, 'starting');
  const ready = { type: 'Ready', status: 'True', reason: '', message: '' };
  assert.equal(servingStatus('kserve', news({ conditions: isvc(ready) })).state, 'ready');
  assert.equal(servingStatus('kserve', news({ conditions: isvc(ready), generation: 2 })).state, 'starting');
  const waits = { type: 'PredictorReady', status: 'False', reason: 'Pulling', message: 'ImagePullBackOff' };
  const starting = servingStatus('kserve', news({ conditions: isvc({ ...ready, status: 'False' }, waits) }));
  assert.deepEqual([starting.state, starting.message], ['starting', 'PredictorReady: Pulling. ImagePullBackOff']);
  const failed = { type: 'Failed', status: 'True', reason: 'NoSecret', message: 'x', kind: 'NIMService', name: 'n' };
  assert.equal(servingStatus('nim-operator', news({ conditions: [failed] })).state, 'failed');
  assert.equal(servingStatus('kserve', news({ conditions: [null, 7, 'x', { type: 1 }] })).state, 'starting');
});

test('the commands quote what they hold', () => {
  const [forward, , ask] = servingCommands(spec(), "o'brien");
  assert.equal(forward!.command, 'kubectl -n models port-forward svc/llama-3-1-8b-predictor 8000:80');
  assert.match(ask!.command, /o'\\''brien/);
});

test('a change of what stands there: a cache is never changed, a claim grows only, and another image is free', () => {
  const nimOperator = spec({ target: 'nim-operator', gpu: { count: 1, nodeSelector: { a: '1', b: '2' } } });
  const states = (over: Partial<ModelDeploymentSpec>, from = nimOperator) =>
    changeChecks(from, { ...from, ...over }).map(({ state, message }) => `${state} ${message}`);
  assert.deepEqual(states({ replicas: { min: 2, max: 2 }, gpu: { count: 1, nodeSelector: { b: '2', a: '1' } } }), []);
  assert.match(states({ secret: 'other', profile: 'x' })[0]!, /^fail .*the secret, the profile are part of it/);
  assert.match(states({ secret: 'other', image: OTHER })[0]!, /^ok /);
  const claim = spec({ storage: { kind: 'new-claim', size: '50Gi', accessMode: 'ReadWriteOnce' } });
  assert.match(
    states({ storage: { kind: 'new-claim', size: '80Gi', accessMode: 'ReadWriteOnce' } }, claim)[0]!,
    /^warn /,
  );
  assert.match(
    states({ storage: { kind: 'new-claim', size: '50Gi', accessMode: 'ReadWriteMany' } }, claim)[0]!,
    /^fail /,
  );
  assert.deepEqual(states({ storage: null }, claim), []);
  const scaled = { replicas: { min: 1, max: 4 }, scale: { metric: 'cpu', target: 60 } } as const;
  assert.match(states(scaled, claim)[0]!, /^warn .*start anew, although only their number changes/);
  assert.deepEqual(states({ ...scaled, profile: 'x' }, claim), [], 'other pods start anyway');
  assert.deepEqual(states({}, claim), []);
});
