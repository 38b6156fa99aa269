/** What `pharos models deployments edit` changes. */
import type { ModelDeploymentPatch, ModelDeploymentSpec } from '@pharos/contract';
import type { CommonOptions } from '../command.ts';
import { CliError } from '../failure.ts';
import { storageOf } from './model-storage.ts';

export interface EditOptions extends CommonOptions {
  image?: string | undefined;
  gpus?: number;
  min?: number;
  max?: number;
  cpu?: string;
  memory?: string;
  profile?: string;
  secret?: string;
  pullSecret?: string;
  storage?: string;
  storageSecret?: string;
  apply?: boolean;
  dryRun?: boolean;
}

/** Only what was named, against what stands. @throws CliError `nothing-to-change`, `usage` */
export function patchOf(
  options: EditOptions,
  { gpu, replicas, resources, storage }: ModelDeploymentSpec,
): ModelDeploymentPatch {
  const { image, gpus, min, max, cpu, memory, profile, secret, pullSecret, apply } = options;
  const taken = (text: string) => (text === '' ? null : text);
  // Another number of GPUs is another way to split the model.
  const { tensorParallelism: _, pipelineParallelism: __, product: ___, ...rest } = gpu;
  const patch: ModelDeploymentPatch = {
    ...(image === undefined ? {} : { image }),
    ...(gpus === undefined || gpus === gpu.count ? {} : { gpu: { ...rest, count: gpus } }),
    ...(min === undefined && max === undefined
      ? {}
      : { replicas: { min: min ?? replicas.min, max: max ?? Math.max(replicas.max, min ?? 0) } }),
    ...(cpu === undefined && memory === undefined
      ? {}
      : { resources: { ...resources, ...(cpu ? { cpu } : {}), ...(memory ? { memory } : {}) } }),
    ...(profile === undefined ? {} : { profile: taken(profile) }),
    ...(secret === undefined ? {} : { secret: taken(secret) }),
    ...(pullSecret === undefined ? {} : { pullSecret: taken(pullSecret) }),
    ...(options.storage === undefined && options.storageSecret === undefined
      ? {}
      : { storage: storageOf(options, storage) }),
    ...(apply === undefined ? {} : { apply }),
  };
  if (Object.keys(patch).length > 0) return patch;
  throw new CliError('nothing-to-change', 'No change was given.', 'See: pharos models deployments edit --help');
}
