/** What a change of a deployment meets in the cluster: objects that stand there already, and may not be changed. */
import type { ManifestCheck, ModelDeploymentSpec } from '@pharos/contract';
import { fail, ok, warn } from './gpu-fit.ts';

/** Beside the checks of the deployment as it shall be. Empty: nothing that stands there is in the way. */
export function changeChecks(before: ModelDeploymentSpec, after: ModelDeploymentSpec): ManifestCheck[] {
  return after.target === 'nim-operator'
    ? cacheCheck(before, after)
    : [...claimCheck(before, after), ...restartCheck(before, after)];
}

/**
 * KServe copies annotations of an InferenceService to its pods (component.go, buildObjectMeta), and the number of a change is
 * one of ours: where nothing of the pods changes, that alone starts them anew.
 */
function restartCheck(before: ModelDeploymentSpec, after: ModelDeploymentSpec): ManifestCheck[] {
  const { replicas, scale } = after;
  if (isSame(before, after) || !isSame({ ...before, replicas, scale }, after)) return [];
  const message = 'KServe copies our annotations to the pods: they start anew, although only their number changes.';
  const hint = 'Unless pharos.io/generation stands in serviceAnnotationDisallowedList of its configuration.';
  return [warn('change', message, hint)];
}

/** The spec of a NIMCache is immutable by webhook (NIM Operator 3.1, api/apps/v1alpha1); another image has another cache. */
function cacheCheck(before: ModelDeploymentSpec, after: ModelDeploymentSpec): ManifestCheck[] {
  if (before.image !== after.image)
    return [ok('change', 'Another image has a cache of its own; the old one is deleted.')];
  const wrong = (
    [
      ['the storage', before.storage, after.storage],
      ['the secret', before.secret, after.secret],
      ['the pull secret', before.pullSecret, after.pullSecret],
      ['the profile', before.profile, after.profile],
      ['tensor parallelism', before.gpu.tensorParallelism ?? null, after.gpu.tensorParallelism ?? null],
      ['the labels of the nodes', before.gpu.nodeSelector ?? null, after.gpu.nodeSelector ?? null],
    ] as const
  )
    .filter(([, one, other]) => !isSame(one, other))
    .map(([name]) => name);
  if (wrong.length === 0) return [];
  const what = wrong.join(', ');
  return [
    fail(
      'change',
      `The cache of an image is never changed, and ${what} ${wrong.length === 1 && what !== 'the labels of the nodes' ? 'is' : 'are'} part of it.`,
      'Leave them as they are, change them together with the image, or make another deployment.',
    ),
  ];
}

/** Kubernetes lets a claim grow where its class allows it, and change in nothing else (core/v1, PersistentVolumeClaimSpec). */
function claimCheck(before: ModelDeploymentSpec, after: ModelDeploymentSpec): ManifestCheck[] {
  const [old, next] = [before.storage, after.storage];
  if (old?.kind !== 'new-claim' || next?.kind !== 'new-claim' || isSame(old, next)) return [];
  if (old.storageClass !== next.storageClass || old.accessMode !== next.accessMode) {
    const message = 'A volume claim that stands there keeps its class and its access mode.';
    return [fail('change', message, 'Leave them as they are, or name another claim.')];
  }
  const message = `The claim stands there with ${old.size}: it may grow where its class allows it, and never shrinks.`;
  return [warn('change', message, 'kubectl get storageclass shows ALLOWVOLUMEEXPANSION.')];
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
}

/** Keys in one order: what was typed and what was kept may have them in another. */
function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.entries(value)
    .filter(([, each]) => each !== undefined)
    .sort(([one], [other]) => (one < other ? -1 : 1));
}
