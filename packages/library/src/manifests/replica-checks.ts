/** How many replicas, and by what more of them are added. */
import type { ManifestCheck, ModelDeploymentSpec } from '@pharos/contract';
import { fail, ok, warn } from './gpu-fit.ts';

/** Whether the numbers can be, and whether anything wakes a model at zero. */
export function replicasCheck({ replicas: { min, max }, target, mode, gpu }: ModelDeploymentSpec): ManifestCheck {
  if (max < 1 || min > max)
    return fail('replicas', 'At most must be one or more, and no less than at least.', 'Correct the numbers.');
  if (min === 0 && target === 'nim-operator') {
    return fail(
      'replicas',
      'The NIM Operator does not scale to zero.',
      'Keep one replica, or choose KServe in Knative mode.',
    );
  }
  if (min === 0 && mode === 'Standard') {
    return fail(
      'replicas',
      'In Standard mode nothing wakes a model that was scaled to zero.',
      'Keep one replica, or choose Knative mode.',
    );
  }
  if (min === 0) {
    return warn(
      'replicas',
      'The first request after a pause waits until the model is loaded: minutes.',
      'Give clients a long timeout.',
    );
  }
  const replicas = min === max ? (min === 1 ? '1 replica' : `${min} replicas`) : `${min} to ${max} replicas`;
  return ok(
    'replicas',
    `${replicas} with ${gpu.count === 1 ? '1 GPU' : `${gpu.count} GPUs`}${max === 1 ? '' : ' each'}.`,
  );
}

/** By what replicas are added, and whether the target can. */
export function scaleCheck({ replicas, scale, target, mode, resources }: ModelDeploymentSpec): ManifestCheck {
  if (replicas.min === replicas.max) {
    return scale === null
      ? ok('scale', 'The number of replicas is fixed.')
      : warn('scale', 'The number of replicas is fixed, so that nothing scales.', 'Let at most be more than at least.');
  }
  const byRequests = scale?.metric === 'concurrency' || scale?.metric === 'rps';
  if (byRequests && (target === 'nim-operator' || mode === 'Standard')) {
    return fail(
      'scale',
      `Scaling by ${scale.metric} needs KServe in Knative mode.`,
      'Scale by cpu or memory, or choose Knative mode.',
    );
  }
  // Its webhook: "[cpu] is not a supported metric" (inference_service_validation.go, validateScalingKPACompExtension).
  if (scale !== null && !byRequests && target === 'kserve' && mode === 'Knative') {
    return fail(
      'scale',
      `KServe in Knative mode scales by requests, and refuses ${scale.metric}.`,
      'Scale by concurrency or rps, or choose Standard mode.',
    );
  }
  const metric = scale?.metric === 'memory' ? 'memory' : 'CPU';
  // The HorizontalPodAutoscaler measures use as a share of what is asked for (autoscaling/v2, Utilization).
  if (
    !byRequests &&
    target === 'kserve' &&
    mode === 'Standard' &&
    resources[metric === 'CPU' ? 'cpu' : metric] === undefined
  ) {
    return warn(
      'scale',
      `Its use is measured against what is asked for, and no ${metric} is asked for: nothing scales.`,
      `Ask for ${metric}, unless the namespace has a default, or fix the number of replicas.`,
    );
  }
  if (!byRequests && (mode === 'Standard' || target === 'nim-operator')) {
    return warn(
      'scale',
      'Replicas follow the use of CPU or memory, which says little of a GPU.',
      'Watch it under load, or fix the number of replicas.',
    );
  }
  return ok('scale', 'Replicas follow the requests.');
}
