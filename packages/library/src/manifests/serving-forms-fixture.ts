/** Every form of manifest for models, made as the library makes it: for the checks here, and for API servers elsewhere. */
import type { ModelDeploymentSpec } from '@pharos/contract';
import type { ServedImage } from './served-image.ts';

export const DIGEST = `sha256:${'ab'.repeat(32)}`;
export const OTHER = `sha256:${'cd'.repeat(32)}`;
export const PINNED = `registry.example.com/nim/meta/llama-3.1-8b-instruct:1.10@${DIGEST}`;

export const spec = (over: Partial<ModelDeploymentSpec> = {}): ModelDeploymentSpec => ({
  name: 'llama-3-1-8b',
  namespace: 'models',
  location: 'eu-west',
  image: DIGEST,
  target: 'kserve',
  gpu: { count: 1 },
  replicas: { min: 1, max: 1 },
  scale: null,
  mode: 'Standard',
  scope: 'namespace',
  secret: 'nvidia-nim-secrets',
  pullSecret: 'ngc-secret',
  storage: null,
  profile: null,
  resources: {},
  runtime: null,
  ...over,
});

export const nim = (over: Partial<ServedImage> = {}): ServedImage => ({
  digest: DIGEST,
  host: 'registry.example.com',
  repository: 'nim/meta/llama-3.1-8b-instruct',
  tag: '1.10',
  format: 'nim',
  model: 'llama-3.1-8b-instruct',
  platforms: ['linux/amd64'],
  isMissing: false,
  gpuCount: 1,
  gpuMemoryGiB: 24,
  profiles: null,
  ...over,
});

export const runtimeImage = {
  host: 'registry.example.com',
  repository: 'vllm/vllm-openai',
  tag: 'v0.11.0',
  digest: OTHER,
};
export const car = nim({
  format: 'modelcar',
  repository: 'modelcar-granite',
  tag: '1.5',
  gpuCount: null,
  gpuMemoryGiB: null,
});
export const carSpec = (over: Partial<ModelDeploymentSpec> = {}) =>
  spec({ runtime: { image: OTHER, port: 8080 }, secret: null, ...over });

export const claim = { kind: 'new-claim', size: '50Gi', accessMode: 'ReadWriteMany' } as const;
/** What is deployed, its image, the image of its runtime, and the kinds of objects that come of it. */
export const SERVING_FORMS: Record<string, [ModelDeploymentSpec, ServedImage, typeof runtimeImage | null, string[]]> = {
  'KServe, NIM': [spec(), nim(), null, ['ServingRuntime', 'InferenceService']],
  'KServe, NIM, cluster-wide': [spec({ scope: 'cluster' }), nim(), null, ['ClusterServingRuntime', 'InferenceService']],
  'KServe, NIM, scaled': [
    spec({
      replicas: { min: 1, max: 4 },
      scale: { metric: 'cpu', target: 60 },
      resources: { cpu: '12', memory: '64Gi' },
      gpu: { count: 2, tensorParallelism: 2, nodeSelector: { 'nvidia.com/gpu.product': 'L40S' } },
    }),
    nim({ gpuCount: 2 }),
    null,
    ['ServingRuntime', 'InferenceService'],
  ],
  'KServe, NIM, object storage': [
    spec({ storage: { kind: 'object-storage', uri: 's3://nims/llama', secret: 'bucket-keys' } }),
    nim(),
    null,
    ['ServingRuntime', 'InferenceService'],
  ],
  'KServe, NIM, new claim': [
    spec({ storage: { ...claim, storageClass: 'fast' }, profile: 'vllm-fp8-tp1-pp1' }),
    nim(),
    null,
    ['PersistentVolumeClaim', 'ServingRuntime', 'InferenceService'],
  ],
  'KServe, NIM, claim': [
    spec({ storage: { kind: 'claim', name: 'nims', path: '/llama' } }),
    nim(),
    null,
    ['ServingRuntime', 'InferenceService'],
  ],
  'KServe, NIM, object storage, Knative': [
    spec({
      storage: { kind: 'object-storage', uri: 's3://nims/llama' },
      mode: 'Knative',
      replicas: { min: 0, max: 3 },
      scale: { metric: 'concurrency', target: 8 },
      secret: null,
      pullSecret: null,
      resources: { cpu: '12', memory: '64Gi' },
      gpu: { count: 2, tensorParallelism: 2, nodeSelector: { 'nvidia.com/gpu.product': 'L40S' } },
    }),
    nim(),
    null,
    ['ServingRuntime', 'InferenceService'],
  ],
  modelcar: [carSpec(), car, runtimeImage, ['ServingRuntime', 'InferenceService']],
  'NIM Operator': [spec({ target: 'nim-operator' }), nim(), null, ['NIMCache', 'NIMService']],
  'NIM Operator, scaled': [
    spec({ target: 'nim-operator', storage: claim, replicas: { min: 1, max: 4 }, profile: 'ab'.repeat(32) }),
    nim(),
    null,
    ['NIMCache', 'NIMService'],
  ],
  'NIM Operator, claim': [
    spec({ target: 'nim-operator', storage: { kind: 'claim', name: 'nims', path: 'llama' }, profile: 'p' }),
    nim(),
    null,
    ['NIMService'],
  ],
};
