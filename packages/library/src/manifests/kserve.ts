/**
 * A NIM served by KServe: a runtime that is a function of the image alone, and an InferenceService that names it.
 * KServe 0.20: ServingRuntime v1alpha1, InferenceService v1beta1 (config/crd/full).
 */
import type { KubernetesObject, ModelDeploymentSpec } from '@pharos/contract';
import {
  GPU_TOLERATION,
  NIM_PORT,
  nameWithDigest,
  present,
  type ServedImage,
  SHARED_MEMORY,
  servedReference,
} from './served-image.ts';

/** KServe mounts what `storageUri` names there. */
const MODELS = '/mnt/models';

export function kserveNimManifests(spec: ModelDeploymentSpec, image: ServedImage): KubernetesObject[] {
  const name = nameWithDigest(['nim', image.model, image.tag], image.digest);
  const format = `nvidia-nim-${image.model}`;
  const runtime = servingRuntime(spec, name, {
    annotations: { 'prometheus.kserve.io/port': String(NIM_PORT), 'prometheus.kserve.io/path': '/v1/metrics' },
    format: { name: format, version: image.tag, autoSelect: false },
    container: {
      name: 'kserve-container',
      image: servedReference(image),
      env: [{ name: 'NIM_CACHE_PATH', value: '/tmp' }],
      ports: [{ containerPort: NIM_PORT, protocol: 'TCP' }],
      // Weights are loaded at the start: half an hour is given before it counts as failed.
      startupProbe: { httpGet: { path: '/v1/health/ready', port: NIM_PORT }, periodSeconds: 10, failureThreshold: 180 },
      readinessProbe: { httpGet: { path: '/v1/health/ready', port: NIM_PORT } },
      livenessProbe: { httpGet: { path: '/v1/health/live', port: NIM_PORT } },
    },
  });
  const claim = claimOf(spec, image);
  const storageUri = storageUriOf(spec, claim?.name ?? null);
  const env = [
    ...(storageUri === undefined ? [] : [{ name: 'NIM_CACHE_PATH', value: MODELS }]),
    ...(spec.profile === null ? [] : [{ name: 'NIM_MODEL_PROFILE', value: spec.profile }]),
    // Here and not in the runtime: the secret is one of the namespace that the pod runs in.
    ...(spec.secret === null
      ? []
      : [{ name: 'NGC_API_KEY', valueFrom: { secretKeyRef: { name: spec.secret, key: 'NGC_API_KEY' } } }]),
  ];
  const service = inferenceService(spec, {
    // A NIM writes to its cache, and KServe mounts it read-only unless told (kserve#3687).
    annotations: storageUri === undefined ? {} : { 'storage.kserve.io/readonly': 'false', ...keysOf(spec) },
    model: { modelFormat: { name: format }, runtime: name, storageUri, env: env.length === 0 ? undefined : env },
  });
  return [...(claim === null ? [] : [claim.object]), runtime, service];
}

interface RuntimeParts {
  readonly annotations: Readonly<Record<string, string>>;
  readonly format: { readonly name: string; readonly version?: string; readonly autoSelect: false };
  readonly container: Readonly<Record<string, unknown>>;
}

/** A ServingRuntime, or a ClusterServingRuntime, which stands in no namespace. */
export function servingRuntime(spec: ModelDeploymentSpec, name: string, parts: RuntimeParts): KubernetesObject {
  const { annotations, format, container } = parts;
  return {
    apiVersion: 'serving.kserve.io/v1alpha1',
    kind: spec.scope === 'cluster' ? 'ClusterServingRuntime' : 'ServingRuntime',
    metadata: spec.scope === 'cluster' ? { name } : { name, namespace: spec.namespace },
    spec: {
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
      supportedModelFormats: [format],
      protocolVersions: ['v2', 'grpc-v2'],
      containers: [{ ...container, volumeMounts: [{ name: 'dshm', mountPath: '/dev/shm' }] }],
      volumes: [{ name: 'dshm', emptyDir: { medium: 'Memory', sizeLimit: SHARED_MEMORY } }],
    },
  };
}

interface ServiceParts {
  readonly annotations: Readonly<Record<string, string>>;
  readonly model: Readonly<Record<string, unknown>>;
}

export function inferenceService(spec: ModelDeploymentSpec, { annotations, model }: ServiceParts): KubernetesObject {
  const { gpu, replicas, scale } = spec;
  const resources = resourcesOf(spec);
  return {
    apiVersion: 'serving.kserve.io/v1beta1',
    kind: 'InferenceService',
    metadata: {
      name: spec.name,
      namespace: spec.namespace,
      annotations: { 'serving.kserve.io/deploymentMode': spec.mode, ...annotations },
    },
    spec: {
      predictor: present({
        minReplicas: replicas.min,
        maxReplicas: replicas.max,
        scaleMetric: scale?.metric,
        scaleTarget: scale?.target,
        nodeSelector: gpu.nodeSelector,
        tolerations: gpu.count > 0 ? [GPU_TOLERATION] : undefined,
        imagePullSecrets: spec.pullSecret === null ? undefined : [{ name: spec.pullSecret }],
        // The runtime is named and speaks v2; without the version KServe asks for v1.
        model: present({ ...model, protocolVersion: 'v2', resources }),
      }),
    },
  };
}

/** GPUs stand in requests and limits alike: they cannot be shared. */
function resourcesOf({ gpu, resources }: ModelDeploymentSpec): object | undefined {
  const given = present({ cpu: resources.cpu, memory: resources.memory });
  const all = gpu.count > 0 ? { ...given, 'nvidia.com/gpu': String(gpu.count) } : given;
  return Object.keys(all).length === 0 ? undefined : { requests: all, limits: all };
}

/** A new claim of its own for each digest: a cache of other bytes is another cache. */
function claimOf(spec: ModelDeploymentSpec, image: ServedImage): { name: string; object: KubernetesObject } | null {
  const { storage, namespace } = spec;
  if (storage?.kind !== 'new-claim') return null;
  const name = nameWithDigest([spec.name, 'cache'], image.digest);
  const claim = present({
    accessModes: [storage.accessMode],
    storageClassName: storage.storageClass,
    resources: { requests: { storage: storage.size } },
  });
  const object = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name, namespace }, spec: claim };
  return { name, object };
}

/** It comes before the secrets of the service account (kserve v0.20.0, pkg/credentials/service_account_credentials.go). */
function keysOf({ storage }: ModelDeploymentSpec): Record<string, string> {
  return storage?.kind === 'object-storage' && storage.secret !== undefined
    ? { 'serving.kserve.io/storageSecretName': storage.secret }
    : {};
}

function storageUriOf({ storage }: ModelDeploymentSpec, claim: string | null): string | undefined {
  if (claim !== null) return `pvc://${claim}/`;
  if (storage?.kind === 'claim') return `pvc://${storage.name}/${(storage.path ?? '').replace(/^\/+/, '')}`;
  return storage?.kind === 'object-storage' ? storage.uri : undefined;
}
