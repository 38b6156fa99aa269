/** A NIM served by NVIDIA’s NIM Operator: a cache of its profiles, and the service. NIM Operator 3.1.2, v1alpha1. */
import type { KubernetesObject, ModelDeploymentSpec, ServingStorage } from '@pharos/contract';
import { pullName } from '../pull.ts';
import {
  GPU_TOLERATION,
  NIM_PORT,
  nameWithDigest,
  present,
  type ServedImage,
  SHARED_MEMORY,
  servedReference,
} from './served-image.ts';

/** What NVIDIA’s guides call the secret with NGC_API_KEY; the operator takes no service without one (≤ 3.1.2). */
export const DEFAULT_AUTH_SECRET = 'ngc-api-secret';
export const DEFAULT_CACHE: ServingStorage = { kind: 'new-claim', size: '50Gi', accessMode: 'ReadWriteOnce' };

/** The cache’s whole spec is immutable, so its name changes with the image. */
export function nimCacheName(spec: ModelDeploymentSpec, image: ServedImage): string {
  return nameWithDigest([spec.name], image.digest);
}

export function nimOperatorManifests(spec: ModelDeploymentSpec, image: ServedImage): KubernetesObject[] {
  const { namespace, gpu, replicas, pullSecret, profile } = spec;
  const authSecret = spec.secret ?? DEFAULT_AUTH_SECRET;
  const storage = spec.storage ?? DEFAULT_CACHE;
  const cacheName = nimCacheName(spec, image);
  const nodes = present({
    nodeSelector: gpu.nodeSelector,
    tolerations: gpu.count > 0 ? [GPU_TOLERATION] : undefined,
  });
  const cache: KubernetesObject = {
    apiVersion: 'apps.nvidia.com/v1alpha1',
    kind: 'NIMCache',
    metadata: { name: cacheName, namespace },
    spec: {
      source: {
        ngc: present({
          modelPuller: servedReference(image),
          pullSecret: pullSecret ?? undefined,
          authSecret,
          // Named profiles exclude every other choice. tensorParallelism is a text.
          model:
            profile === null
              ? gpu.count > 0
                ? { tensorParallelism: String(gpu.tensorParallelism ?? gpu.count) }
                : undefined
              : { profiles: [profile] },
        }),
      },
      storage: { pvc: pvcOf(storage) },
      ...nodes,
    },
  };
  const ownClaim = storage.kind !== 'new-claim';
  const resources = present({ cpu: spec.resources.cpu, memory: spec.resources.memory });
  const limits = gpu.count > 0 ? { ...resources, 'nvidia.com/gpu': String(gpu.count) } : resources;
  const service: KubernetesObject = {
    apiVersion: 'apps.nvidia.com/v1alpha1',
    kind: 'NIMService',
    metadata: { name: spec.name, namespace },
    spec: present({
      // There is no field for a digest: the reference is repository + ":" + tag.
      image: present({
        repository: pullName(image.host, image.repository),
        tag: `${image.tag}@${image.digest}`,
        pullPolicy: 'IfNotPresent',
        pullSecrets: pullSecret === null ? undefined : [pullSecret],
      }),
      authSecret,
      env: ownClaim && profile !== null ? [{ name: 'NIM_MODEL_PROFILE', value: profile }] : undefined,
      storage: ownClaim
        ? { pvc: pvcOf(storage), sharedMemorySizeLimit: SHARED_MEMORY }
        : {
            nimCache: present({ name: cacheName, profile: profile ?? undefined }),
            sharedMemorySizeLimit: SHARED_MEMORY,
          },
      // One excludes the other.
      ...(replicas.min === replicas.max ? { replicas: replicas.min } : { scale: { enabled: true, hpa: hpaOf(spec) } }),
      resources: Object.keys(limits).length === 0 ? undefined : { requests: limits, limits },
      ...nodes,
      expose: { service: { type: 'ClusterIP', port: NIM_PORT } },
    }),
  };
  return ownClaim ? [service] : [cache, service];
}

function pvcOf(storage: ServingStorage): object {
  if (storage.kind === 'claim') return present({ create: false, name: storage.name, subPath: storage.path });
  if (storage.kind !== 'new-claim') return {};
  const { size, storageClass, accessMode: volumeAccessMode } = storage;
  return present({ create: true, size, storageClass, volumeAccessMode });
}

function hpaOf({ replicas, scale }: ModelDeploymentSpec): object {
  const metric = scale?.metric === 'memory' ? 'memory' : 'cpu';
  return {
    minReplicas: replicas.min,
    maxReplicas: replicas.max,
    metrics: [
      {
        type: 'Resource',
        resource: { name: metric, target: { type: 'Utilization', averageUtilization: scale?.target ?? 80 } },
      },
    ],
  };
}
