/** Whether a model fits the GPUs it is given: by its profiles, and by the nodes that an agent reported. */
import type { ManifestCheck, ModelDeploymentSpec, ProfileFit } from '@pharos/contract';
import { holds, isProduct, type KnownNodes, type NodeFit, type NodeNeed, nodeFit } from './node-fit.ts';
import type { ServedImage } from './served-image.ts';

/** `nodes` a string: nothing is known of them, and why. */
export function gpuChecks(
  { gpu, replicas }: Pick<ModelDeploymentSpec, 'gpu' | 'replicas'>,
  image: ServedImage,
  nodes: KnownNodes,
): ManifestCheck[] {
  const fit = nodeFit(needOf(gpu, image), nodes);
  return [countCheck(gpu, image), memoryCheck(gpu, image, fit), nodesCheck(gpu, replicas, fit)];
}

/** What a replica asks of its node; the memory is what the model needs, or what was asked for where that is not known. */
function needOf(gpu: Gpu, image: ServedImage): NodeNeed {
  return {
    count: gpu.count,
    product: gpu.product ?? null,
    memoryGiB: memoryNeed(gpu, image) ?? gpu.memoryGiB ?? null,
    platforms: image.platforms,
    labels: gpu.nodeSelector ?? {},
  };
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

function memoryNeed(gpu: Gpu, image: ServedImage): number | null {
  const known = profilesFor(gpu, image)
    .filter(({ count }) => count === gpu.count)
    .flatMap(({ memoryGiB }) => memoryGiB ?? []);
  return known.length > 0 ? Math.min(...known) : image.gpuMemoryGiB;
}

function memoryCheck(gpu: Gpu, image: ServedImage, fit: NodeFit): ManifestCheck {
  const need = memoryNeed(gpu, image);
  if (gpu.count === 0) return ok('gpu-memory', 'No GPU memory is asked for.');
  if (need === null) {
    return warn('gpu-memory', 'How much GPU memory the model needs is not known.', 'Look at its model card.');
  }
  if (gpu.memoryGiB === undefined) {
    const each = `The model needs GPUs of ${need} GiB each`;
    return fit.fits === 'yes'
      ? ok('gpu-memory', `${each}, and the location has them.`)
      : warn('gpu-memory', `${each}.`, 'Choose nodes that have them.');
  }
  if (!holds(gpu.memoryGiB, need)) {
    const has = `the GPUs have ${gpu.memoryGiB}`;
    return fail('gpu-memory', `The model needs ${need} GiB on each GPU, and ${has}.`, 'Choose larger GPUs.');
  }
  return ok('gpu-memory', `${gpu.memoryGiB} GiB on each GPU hold the ${need} GiB that the model needs.`);
}

function nodesCheck(gpu: Gpu, { min }: ModelDeploymentSpec['replicas'], fit: NodeFit): ManifestCheck {
  if (gpu.count === 0) return ok('gpu-nodes', 'No GPU is asked for.');
  const words = `${fit.words.charAt(0).toUpperCase()}${fit.words.slice(1)}.`;
  if (fit.fits === 'unknown') {
    const look = 'kubectl get nodes -L nvidia.com/gpu.product,nvidia.com/gpu.count,nvidia.com/gpu.memory';
    return warn('gpu-nodes', words, fit.hint || look);
  }
  if (fit.fits === 'no') return fail('gpu-nodes', words, fit.hint);
  const replicas = (count: number) => (count === 1 ? '1 replica finds' : `${count} replicas find`);
  if (fit.room < min) {
    const room = `At once ${replicas(fit.room)} room there, and ${min} are asked for.`;
    return warn('gpu-nodes', `${words} ${room}`, 'Ask for fewer replicas.');
  }
  const held = heldWords(fit);
  // A deployment that stands holds its own: who changes it needs no more than it has, so this is told and refuses nothing.
  if (fit.free !== null && fit.free < min) {
    const room = `Beside them ${replicas(fit.free)} room, and ${min} are asked for.`;
    const hint =
      'It waits until pods there end, unless they are its own. Ask for fewer replicas, or choose other nodes.';
    return warn('gpu-nodes', `${words} ${held} ${room}`, hint);
  }
  if (fit.select !== null) {
    const others = 'Nodes with GPUs that do not fit are there too, and Kubernetes does not tell them apart.';
    return warn('gpu-nodes', `${words} ${held} ${others}`, `Select its nodes by a label: ${fit.select}.`);
  }
  return ok('gpu-nodes', `${words} ${held}`);
}

function heldWords({ held }: NodeFit): string {
  if (held === null) return 'What other pods hold of them is not counted: no agent sees all pods of the location.';
  const gpus = held.of === 1 ? 'the 1 GPU' : `the ${held.of} GPUs`;
  return held.gpus === 0 ? `No pod holds any of ${gpus}.` : `Pods hold ${held.gpus} of ${gpus} there now.`;
}

/** The tested ways to serve a model against the nodes: which of them to take when nobody says, and why not another. */
export function fitOfProfiles(
  image: Pick<ServedImage, 'profiles' | 'gpuCount' | 'gpuMemoryGiB' | 'platforms'>,
  nodes: KnownNodes,
): { profiles: ProfileFit[]; chosen: number | null; gpus: number; message: string } {
  const profiles = (image.profiles ?? []).map((profile) => {
    const need = { count: profile.count, product: profile.gpu, memoryGiB: profile.memoryGiB };
    const { fits, words } = nodeFit({ ...need, platforms: image.platforms, labels: {} }, nodes);
    return { profile, fits, message: words };
  });
  // Where the nodes are not known every profile may fit, and the smallest most likely does.
  const open = profiles
    .map(({ fits, profile: { count } }, at) => ({ at, fits, count }))
    .filter(({ fits }) => fits !== 'no');
  const [first] = open.toSorted((one, other) => one.count - other.count || one.at - other.at);
  if (profiles.length > 0) {
    const least = Math.min(...profiles.map(({ profile: { count } }) => count));
    const message =
      first === undefined
        ? 'No profile of the model fits the nodes of the location.'
        : typeof nodes === 'string'
          ? `Which of them fit is not known: ${nodes}.`
          : '';
    return { profiles, chosen: first?.at ?? null, gpus: first?.count ?? least, message };
  }
  const count = image.gpuCount ?? 1;
  const need = { count, product: null, memoryGiB: image.gpuMemoryGiB, platforms: image.platforms, labels: {} };
  const { words } = nodeFit(need, nodes);
  const gpus = count === 1 ? '1 GPU' : `${count} GPUs`;
  const unsaid = image.gpuCount === null ? 'How many GPUs the model needs is not known. ' : '';
  const message = count === 0 ? 'It runs without a GPU.' : `${unsaid}With ${gpus}: ${words}.`;
  return { profiles, chosen: null, gpus: count, message };
}

function profilesFor(gpu: Gpu, { profiles }: ServedImage) {
  const wanted = gpu.product?.toLowerCase();
  return (profiles ?? []).filter(
    ({ gpu: each }) =>
      wanted === undefined || each.toLowerCase() === 'any' || isProduct(wanted, each) || isProduct(each, wanted),
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
