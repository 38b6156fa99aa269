/** Whether a model fits the GPUs it is given: by its profiles, and by the nodes that an agent reported. */
import type { ManifestCheck, ModelDeploymentSpec } from '@pharos/contract';
import type { ServedImage } from './served-image.ts';

/** Nodes of a location that are alike. */
export interface GpuNodes {
  readonly nodes: number;
  /** Of one node. */
  readonly gpus: number;
  readonly product: string | null;
  readonly memoryGiB: number | null;
}

/** `nodes` null: no agent of the location has reported its nodes. */
export function gpuChecks(
  { gpu }: Pick<ModelDeploymentSpec, 'gpu'>,
  image: ServedImage,
  nodes: readonly GpuNodes[] | null,
): ManifestCheck[] {
  return [countCheck(gpu, image), memoryCheck(gpu, image), nodesCheck(gpu, nodes)];
}

type Gpu = ModelDeploymentSpec['gpu'];

function countCheck(gpu: Gpu, image: ServedImage): ManifestCheck {
  const { tensorParallelism: tp, pipelineParallelism: pp } = gpu;
  const split = (tp ?? 1) * (pp ?? 1);
  if ((tp !== undefined || pp !== undefined) && split !== gpu.count) {
    const sum = `tensor parallelism ${tp ?? 1} × pipeline parallelism ${pp ?? 1} is ${split}`;
    return fail('gpu', `${sum}, and ${gpu.count} GPUs are asked for.`, `Ask for ${split} GPUs.`);
  }
  const profiles = profilesFor(gpu, image);
  const counts = [...new Set(profiles.map(({ count }) => count))].sort((one, other) => one - other);
  const least = counts[0] ?? image.gpuCount;
  if (least === null || least === undefined) {
    return warn(
      'gpu',
      'How many GPUs the model needs is not known.',
      'Run list-model-profiles in the image on a GPU node, and write the profiles into the Model Library.',
    );
  }
  if (gpu.count < least) {
    return fail('gpu', `The model needs ${least} GPUs, and ${gpu.count} are asked for.`, `Ask for ${least}.`);
  }
  if (counts.length > 0 && !counts.includes(gpu.count)) {
    const known = counts.join(', ');
    return warn('gpu', `No known profile of the model runs on ${gpu.count} GPUs.`, `Profiles are known for ${known}.`);
  }
  return ok('gpu', gpu.count === 0 ? 'It runs without a GPU.' : `${gpu.count} GPUs fit a known need of the model.`);
}

function memoryCheck(gpu: Gpu, image: ServedImage): ManifestCheck {
  const known = profilesFor(gpu, image)
    .filter(({ count }) => count === gpu.count)
    .flatMap(({ memoryGiB }) => memoryGiB ?? []);
  const need = known.length > 0 ? Math.min(...known) : image.gpuMemoryGiB;
  if (gpu.count === 0) return ok('gpu-memory', 'No GPU memory is asked for.');
  if (need === null) {
    return warn('gpu-memory', 'How much GPU memory the model needs is not known.', 'Look at its model card.');
  }
  if (gpu.memoryGiB === undefined) {
    return warn('gpu-memory', `The model needs GPUs of ${need} GiB each.`, 'Choose nodes that have them.');
  }
  if (gpu.memoryGiB < need) {
    const has = `the GPUs have ${gpu.memoryGiB}`;
    return fail('gpu-memory', `The model needs ${need} GiB on each GPU, and ${has}.`, 'Choose larger GPUs.');
  }
  return ok('gpu-memory', `${gpu.memoryGiB} GiB on each GPU hold the ${need} GiB that the model needs.`);
}

function nodesCheck(gpu: Gpu, nodes: readonly GpuNodes[] | null): ManifestCheck {
  if (gpu.count === 0) return ok('gpu-nodes', 'No GPU is asked for.');
  if (nodes === null) {
    return warn(
      'gpu-nodes',
      'Which GPUs the nodes have cannot be checked from here.',
      'kubectl get nodes -L nvidia.com/gpu.product,nvidia.com/gpu.count,nvidia.com/gpu.memory',
    );
  }
  const fits = nodes.filter(
    (each) =>
      each.gpus >= gpu.count &&
      (gpu.product === undefined || each.product?.toLowerCase().includes(gpu.product.toLowerCase())) &&
      (gpu.memoryGiB === undefined || each.memoryGiB === null || each.memoryGiB >= gpu.memoryGiB),
  );
  const count = fits.reduce((sum, each) => sum + each.nodes, 0);
  if (count === 0) {
    return fail(
      'gpu-nodes',
      `No node of the location has ${gpu.count} such GPUs.`,
      'A replica runs on one node: ask for fewer GPUs, or choose another location.',
    );
  }
  return ok('gpu-nodes', `${count} nodes of the location have ${gpu.count} such GPUs.`);
}

function profilesFor(gpu: Gpu, { profiles }: ServedImage) {
  const wanted = gpu.product?.toLowerCase();
  return (profiles ?? []).filter(
    (each) => wanted === undefined || each.gpu.toLowerCase() === 'any' || each.gpu.toLowerCase() === wanted,
  );
}

export function ok(id: string, message: string): ManifestCheck {
  return { id, state: 'ok', message, hint: '' };
}
export function warn(id: string, message: string, hint: string): ManifestCheck {
  return { id, state: 'warn', message, hint };
}
export function fail(id: string, message: string, hint: string): ManifestCheck {
  return { id, state: 'fail', message, hint };
}
