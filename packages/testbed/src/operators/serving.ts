/**
 * What KServe 0.20 and NIM Operator 3.1.2 take, as far as Pharos writes it: the field names, types and required fields of
 * their CRDs, and no other field. No npm package carries them.
 */
import { z } from 'zod';
import { type Manifest, textOf } from './manifest.ts';

const Name = z
  .string()
  .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/)
  .max(63);
const Meta = z.strictObject({
  name: Name,
  namespace: Name.optional(),
  annotations: z.record(z.string(), z.string()).optional(),
});
const Texts = z.record(z.string(), z.string());
const Resources = z.strictObject({ requests: Texts, limits: Texts });
const Toleration = z.strictObject({ key: z.string(), operator: z.literal('Exists'), effect: z.literal('NoSchedule') });
const Pinned = z.string().regex(/^[^\s@]+:[^\s@:]+@sha256:[0-9a-f]{64}$/);
const Env = z.strictObject({
  name: z.string(),
  value: z.string().optional(),
  valueFrom: z.strictObject({ secretKeyRef: z.strictObject({ name: z.string(), key: z.string() }) }).optional(),
});
const Probe = z.strictObject({
  httpGet: z.strictObject({ path: z.string(), port: z.number() }).optional(),
  tcpSocket: z.strictObject({ port: z.number() }).optional(),
  periodSeconds: z.number().optional(),
  failureThreshold: z.number().optional(),
});
const Runtime = z.strictObject({
  apiVersion: z.literal('serving.kserve.io/v1alpha1'),
  kind: z.enum(['ServingRuntime', 'ClusterServingRuntime']),
  metadata: Meta,
  spec: z.strictObject({
    annotations: Texts.optional(),
    supportedModelFormats: z
      .array(z.strictObject({ name: z.string(), version: z.string().optional(), autoSelect: z.literal(false) }))
      .length(1),
    protocolVersions: z.array(z.enum(['v1', 'v2', 'grpc-v1', 'grpc-v2'])),
    containers: z
      .array(
        z.strictObject({
          name: z.literal('kserve-container'),
          image: Pinned,
          args: z.array(z.string()).optional(),
          env: z.array(Env).optional(),
          ports: z.array(z.strictObject({ containerPort: z.number(), protocol: z.literal('TCP') })),
          startupProbe: Probe,
          readinessProbe: Probe,
          livenessProbe: Probe,
          volumeMounts: z.array(z.strictObject({ name: z.literal('dshm'), mountPath: z.literal('/dev/shm') })),
        }),
      )
      .length(1),
    volumes: z.array(
      z.strictObject({
        name: z.literal('dshm'),
        emptyDir: z.strictObject({ medium: z.literal('Memory'), sizeLimit: z.string() }),
      }),
    ),
  }),
});
const InferenceService = z.strictObject({
  apiVersion: z.literal('serving.kserve.io/v1beta1'),
  kind: z.literal('InferenceService'),
  metadata: Meta.extend({ name: z.string().regex(/^[a-z]([-a-z0-9]*[a-z0-9])?$/), namespace: Name }),
  spec: z.strictObject({
    predictor: z.strictObject({
      minReplicas: z.number().int(),
      maxReplicas: z.number().int(),
      scaleMetric: z.enum(['cpu', 'memory', 'concurrency', 'rps']).optional(),
      scaleTarget: z.number().int().optional(),
      nodeSelector: Texts.optional(),
      tolerations: z.array(Toleration).optional(),
      imagePullSecrets: z.array(z.strictObject({ name: Name })).optional(),
      model: z.strictObject({
        modelFormat: z.strictObject({ name: z.string() }),
        runtime: Name,
        protocolVersion: z.literal('v2'),
        storageUri: z
          .string()
          .regex(/^(pvc|s3|gs|hdfs|webhdfs|https|oci):\/\//)
          .optional(),
        env: z.array(Env).optional(),
        resources: Resources.optional(),
      }),
    }),
  }),
});
const Pvc = z.strictObject({
  create: z.boolean(),
  name: z.string().optional(),
  subPath: z.string().optional(),
  size: z.string().optional(),
  storageClass: z.string().optional(),
  volumeAccessMode: z.enum(['ReadWriteOnce', 'ReadWriteMany']).optional(),
});
const Nodes = { nodeSelector: Texts.optional(), tolerations: z.array(Toleration).optional() };
const NimCache = z.strictObject({
  apiVersion: z.literal('apps.nvidia.com/v1alpha1'),
  kind: z.literal('NIMCache'),
  metadata: Meta.extend({ namespace: Name }),
  spec: z.strictObject({
    source: z.strictObject({
      ngc: z.strictObject({
        modelPuller: Pinned,
        pullSecret: z.string().optional(),
        authSecret: z.string(),
        model: z
          .union([
            z.strictObject({ tensorParallelism: z.string() }),
            z.strictObject({ profiles: z.array(z.string()).length(1) }),
          ])
          .optional(),
      }),
    }),
    storage: z.strictObject({ pvc: Pvc }),
    ...Nodes,
  }),
});
/** autoscaling/v2 MetricSpec, of the one kind that is written. */
const Metric = z.strictObject({
  type: z.literal('Resource'),
  resource: z.strictObject({
    name: z.enum(['cpu', 'memory']),
    target: z.strictObject({ type: z.literal('Utilization'), averageUtilization: z.number().int() }),
  }),
});
const NimService = z.strictObject({
  apiVersion: z.literal('apps.nvidia.com/v1alpha1'),
  kind: z.literal('NIMService'),
  metadata: Meta.extend({ namespace: Name }),
  spec: z
    .strictObject({
      image: z.strictObject({
        repository: z.string(),
        tag: z.string().regex(/@sha256:[0-9a-f]{64}$/),
        pullPolicy: z.literal('IfNotPresent'),
        pullSecrets: z.array(z.string()).optional(),
      }),
      authSecret: z.string(),
      env: z.array(Env).optional(),
      storage: z
        .strictObject({
          nimCache: z.strictObject({ name: Name, profile: z.string().optional() }).optional(),
          pvc: Pvc.optional(),
          sharedMemorySizeLimit: z.string(),
        })
        .refine(({ nimCache, pvc }) => (nimCache === undefined) !== (pvc === undefined), 'exactly one storage'),
      replicas: z.number().int().optional(),
      scale: z
        .strictObject({
          enabled: z.literal(true),
          hpa: z.strictObject({
            minReplicas: z.number().int().min(1),
            maxReplicas: z.number().int(),
            metrics: z.array(Metric).length(1),
          }),
        })
        .optional(),
      resources: Resources.optional(),
      ...Nodes,
      expose: z.strictObject({ service: z.strictObject({ type: z.literal('ClusterIP'), port: z.number() }) }),
    })
    // The CEL rule of the NIMService.
    .refine(({ replicas, scale }) => (replicas === undefined) !== (scale === undefined), 'replicas xor scale'),
});
const Claim = z.strictObject({
  apiVersion: z.literal('v1'),
  kind: z.literal('PersistentVolumeClaim'),
  metadata: Meta.extend({ namespace: Name }),
  spec: z.strictObject({
    accessModes: z.array(z.string()).length(1),
    storageClassName: z.string().optional(),
    resources: z.strictObject({ requests: z.strictObject({ storage: z.string() }) }),
  }),
});

const KINDS: Readonly<Record<string, z.ZodType>> = {
  ServingRuntime: Runtime,
  ClusterServingRuntime: Runtime,
  InferenceService,
  NIMCache: NimCache,
  NIMService: NimService,
  PersistentVolumeClaim: Claim,
};

export function isServingKind(manifest: Manifest): boolean {
  return Object.hasOwn(KINDS, textOf(manifest, 'kind'));
}

export function servingProblems(manifest: Manifest): string[] {
  const read = KINDS[textOf(manifest, 'kind')]!.safeParse(manifest);
  return (read.error?.issues ?? []).map(({ path, message }) => `data/${path.map(String).join('/')} ${message}`);
}
