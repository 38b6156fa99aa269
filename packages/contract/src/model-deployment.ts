/** A model served from an approved image: by KServe, or by the NIM Operator. */
import { z } from 'zod';
import { Digest, Id, TagName, Time } from './common.ts';
import { ImageState } from './decision.ts';
import { InKubernetes } from './dispatch.ts';
import { LocationId } from './location.ts';
import { KubernetesObject, ManifestCheck } from './manifest.ts';
import { ModelFormat } from './model.ts';
import { PageQuery } from './page.ts';

/** What brings the model up. */
export const ServingTarget = z.enum(['kserve', 'nim-operator']);
export type ServingTarget = z.infer<typeof ServingTarget>;

/** What the operators would refuse (names, quantities) is a check with words, not an error of the request. */
const Text = z.string().trim().max(253);
const Labels = z.record(z.string().max(317), z.string().max(63));
const Gpus = z.number().int().min(0).max(1024);
const Count = z.number().int().min(0).max(1000);

/** GPUs of one replica. */
export const ServingGpu = z.strictObject({
  count: Gpus.meta({ description: '0: runs without a GPU' }),
  product: Text.optional().meta({ description: 'As a profile of the model names it, e.g. L40S' }),
  memoryGiB: z.number().positive().max(100_000).optional().meta({ description: 'Of each GPU' }),
  tensorParallelism: z.number().int().min(1).max(1024).optional(),
  pipelineParallelism: z.number().int().min(1).max(1024).optional(),
  nodeSelector: Labels.optional().meta({ description: 'Labels of the nodes that have them' }),
});
export type ServingGpu = z.infer<typeof ServingGpu>;

export const Replicas = z.strictObject({
  min: Count.meta({ description: '0: scales to zero; KServe in Knative mode only' }),
  max: Count,
});
export type Replicas = z.infer<typeof Replicas>;

/** Where a NIM keeps the profiles that it loads, or finds those that were loaded before. */
export const ServingStorage = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('new-claim'),
    size: Text.meta({ description: 'A Kubernetes quantity, e.g. 50Gi' }),
    storageClass: Text.optional(),
    accessMode: z.enum(['ReadWriteOnce', 'ReadWriteMany']).default('ReadWriteOnce'),
  }),
  z.strictObject({ kind: z.literal('claim'), name: Text, path: Text.optional() }),
  z.strictObject({
    kind: z.literal('object-storage'),
    uri: z.string().trim().max(2000).meta({ description: 's3://, gs://, hdfs://, webhdfs:// or https://' }),
    secret: Text.min(1)
      .optional()
      .meta({ description: 'Secret of the namespace with its keys; absent: those of the service account' }),
  }),
]);
export type ServingStorage = z.infer<typeof ServingStorage>;

/** The container that reads a modelcar’s files. A NIM brings its own. */
export const ServingRuntime = z.strictObject({
  image: Digest.meta({ description: 'Of an image of the library; must be approved too' }),
  args: z.array(z.string().max(1000)).max(100).optional(),
  port: z.number().int().min(1).max(65_535).default(8080),
});
export type ServingRuntime = z.infer<typeof ServingRuntime>;

/** When replicas are added. */
export const ServingScale = z.strictObject({
  metric: z.enum(['cpu', 'memory', 'concurrency', 'rps']),
  target: z.number().int().min(1).max(1_000_000),
});
export type ServingScale = z.infer<typeof ServingScale>;

export const ModelDeploymentSpec = z.strictObject({
  name: Text,
  namespace: Text,
  location: LocationId,
  image: Digest,
  target: ServingTarget,
  gpu: ServingGpu,
  replicas: Replicas,
  scale: ServingScale.nullable(),
  mode: z.enum(['Standard', 'Knative']).meta({ description: 'KServe: Standard is plain Deployments' }),
  scope: z.enum(['namespace', 'cluster']).meta({ description: 'KServe: ServingRuntime or ClusterServingRuntime' }),
  secret: Text.nullable(),
  pullSecret: Text.nullable(),
  storage: ServingStorage.nullable(),
  profile: Text.nullable(),
  resources: z.strictObject({ cpu: Text.optional(), memory: Text.optional() }),
  runtime: ServingRuntime.nullable(),
});
export type ModelDeploymentSpec = z.infer<typeof ModelDeploymentSpec>;

const Input = {
  gpu: z.union([Gpus.meta({ description: 'How many' }), ServingGpu]),
  storage: z.union([Text.min(1).meta({ description: 'Size of a new claim, e.g. 50Gi' }), ServingStorage]).nullable(),
  apply: z.boolean().meta({ description: 'true: an agent of the location applies it; else it is a file' }),
};

export const ModelDeploymentInput = ModelDeploymentSpec.extend({
  namespace: Text.default('default'),
  image: Digest.meta({ description: 'Of the index where there is one; must be approved' }),
  gpu: Input.gpu.default(1),
  replicas: Replicas.default({ min: 1, max: 1 }),
  scale: ModelDeploymentSpec.shape.scale.default(null),
  mode: ModelDeploymentSpec.shape.mode.default('Standard'),
  scope: ModelDeploymentSpec.shape.scope.default('namespace'),
  secret: Text.nullable()
    .default(null)
    .meta({ description: 'Secret with the key NGC_API_KEY, in the namespace of the deployment' }),
  pullSecret: Text.nullable()
    .default(null)
    .meta({ description: 'Secret to pull images with, in the namespace of the deployment' }),
  storage: Input.storage.default(null),
  profile: Text.nullable().default(null).meta({ description: 'NIM_MODEL_PROFILE: id or name of one profile' }),
  resources: ModelDeploymentSpec.shape.resources.default({}),
  runtime: ServingRuntime.nullable().default(null),
  apply: Input.apply.default(false),
});
export type ModelDeploymentInput = z.infer<typeof ModelDeploymentInput>;

/** Name, namespace, location and target stay: another one is another deployment. */
export const ModelDeploymentPatch = z.strictObject({
  image: Digest.optional(),
  gpu: Input.gpu.optional(),
  replicas: Replicas.optional(),
  scale: ModelDeploymentSpec.shape.scale.optional(),
  secret: Text.nullable().optional(),
  pullSecret: Text.nullable().optional(),
  storage: Input.storage.optional(),
  profile: Text.nullable().optional(),
  resources: ModelDeploymentSpec.shape.resources.optional(),
  runtime: ServingRuntime.nullable().optional(),
  apply: Input.apply.optional(),
});
export type ModelDeploymentPatch = z.infer<typeof ModelDeploymentPatch>;

/** How it is, in a word and a sentence. */
export const ServingStatus = z.object({
  state: z
    .enum(['file', 'waiting', 'starting', 'ready', 'failed', 'deleting'])
    .meta({ description: 'file: nobody here applies it. starting: applied, and not ready yet' }),
  message: z.string(),
  conditions: z.array(
    z.object({
      object: z.string().meta({ description: 'Kind and name' }),
      type: z.string(),
      status: z.string(),
      reason: z.string(),
      message: z.string(),
    }),
  ),
  generation: z.number().int(),
  appliedGeneration: z.number().int(),
  updatedAt: Time.nullable(),
});
export type ServingStatus = z.infer<typeof ServingStatus>;

export const ModelDeployment = z.object({
  id: Id,
  name: z.string(),
  namespace: z.string(),
  location: LocationId,
  target: ServingTarget,
  model: z.string().meta({ description: 'Key of the model in the Model Library' }),
  modelId: Id.nullable(),
  image: z.object({
    digest: Digest,
    reference: z.string().meta({ description: 'repository:tag@digest' }),
    tag: TagName,
    format: ModelFormat,
    state: ImageState.meta({ description: 'What is decided of it now' }),
  }),
  gpus: z.number().int().meta({ description: 'Of one replica' }),
  replicas: Replicas,
  apply: z.boolean(),
  endpoint: z.string().meta({ description: 'Inside its cluster' }),
  status: ServingStatus,
  createdAt: Time,
  createdBy: z.string(),
  updatedAt: Time,
  updatedBy: z.string(),
});
export type ModelDeployment = z.infer<typeof ModelDeployment>;

export const ModelDeploymentDetail = ModelDeployment.extend({
  spec: ModelDeploymentSpec,
  manifests: z.array(KubernetesObject).meta({ description: 'None while an image of it may not be handed out' }),
  yaml: z.string(),
  checks: z.array(ManifestCheck),
  withheld: z.string().nullable().meta({ description: 'Why no manifest is handed out; null: it is' }),
  commands: z
    .array(z.object({ what: z.string(), command: z.string() }))
    .meta({ description: 'To reach it from a machine with kubectl, and to ask it something' }),
  kubernetes: InKubernetes.nullable().meta({ description: 'null: no agent applies it' }),
  serviceId: Id.nullable().meta({ description: 'The registered service through which it can be tried from here' }),
});
export type ModelDeploymentDetail = z.infer<typeof ModelDeploymentDetail>;

export const ModelDeploymentQuery = PageQuery.extend({
  location: LocationId.optional(),
  digest: Digest.optional().meta({ description: 'Those that serve this image' }),
  q: z.string().max(200).optional().meta({ description: 'Part of the name, the namespace or the model' }),
});
export type ModelDeploymentQuery = z.infer<typeof ModelDeploymentQuery>;
