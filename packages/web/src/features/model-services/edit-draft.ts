/** What is typed of a change to a deployment: begun with what it is, and sent as the difference. */
import type { ModelDeploymentPatch, ModelDeploymentSpec, ModelProfile } from '@pharos/contract';
import { type DeployDraft, gpuOf, selectorOf, storageOf } from './deploy-draft.ts';

export function draftFrom(spec: ModelDeploymentSpec, apply: boolean): DeployDraft {
  const { name, namespace, gpu, replicas, secret, pullSecret, storage, runtime, resources, profile } = spec;
  return {
    name,
    namespace,
    gpuBy: 'own',
    gpus: String(gpu.count),
    memory: gpu.memoryGiB === undefined ? '' : String(gpu.memoryGiB),
    labels: Object.entries(gpu.nodeSelector ?? {})
      .map(([key, value]) => `${key}=${value}`)
      .join(', '),
    min: String(replicas.min),
    max: String(replicas.max),
    cpu: resources.cpu ?? '',
    ram: resources.memory ?? '',
    nimProfile: profile ?? '',
    secret: secret ?? '',
    pullSecret: pullSecret ?? '',
    storageKind: storage?.kind ?? 'new-claim',
    storage: storage === null ? '' : textOf(storage),
    storageSecret: storage?.kind === 'object-storage' ? (storage.secret ?? '') : '',
    runtime: runtime?.image ?? '',
    args: (runtime?.args ?? []).join('\n'),
    apply,
  };
}

function textOf(storage: NonNullable<ModelDeploymentSpec['storage']>): string {
  if (storage.kind === 'new-claim') return storage.size;
  return storage.kind === 'claim' ? storage.name : storage.uri;
}

/** Only what differs, so that a field which nobody touched keeps what was written into it elsewhere. */
export function patchOf(
  draft: DeployDraft,
  {
    spec,
    image,
    profile,
    apply,
  }: { spec: ModelDeploymentSpec; image: string; profile: ModelProfile | null; apply: boolean },
): ModelDeploymentPatch {
  const before = draftFrom(spec, apply);
  const isNew = (...fields: (keyof DeployDraft)[]) => fields.some((field) => draft[field] !== before[field]);
  const whole = (text: string) => Number.parseInt(text, 10) || 0;
  const said = (text: string) => (text.trim() === '' ? null : text.trim());
  const patch: ModelDeploymentPatch = {};
  if (image !== spec.image) patch.image = image;
  if (isNew('gpus', 'memory', 'labels') || profile !== null) patch.gpu = gpuFrom(draft, spec, profile);
  if (isNew('min', 'max')) patch.replicas = { min: whole(draft.min), max: whole(draft.max) };
  if (isNew('secret')) patch.secret = said(draft.secret);
  if (isNew('pullSecret')) patch.pullSecret = said(draft.pullSecret);
  if (isNew('nimProfile')) patch.profile = said(draft.nimProfile);
  if (isNew('cpu', 'ram')) {
    const { cpu, ram } = draft;
    patch.resources = {
      ...(cpu.trim() === '' ? {} : { cpu: cpu.trim() }),
      ...(ram.trim() === '' ? {} : { memory: ram.trim() }),
    };
  }
  if (isNew('storage', 'storageKind', 'storageSecret')) {
    const { storage } = spec;
    const isLarger = storage?.kind === 'new-claim' && draft.storageKind === 'new-claim' && draft.storage.trim() !== '';
    patch.storage = isLarger ? { ...storage, size: draft.storage.trim() } : storageOf(draft);
  }
  if (isNew('runtime', 'args') && draft.runtime.trim() !== '') {
    const args = draft.args
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '');
    patch.runtime = { port: spec.runtime?.port ?? 8080, image: draft.runtime.trim(), args };
  }
  if (draft.apply && !apply) patch.apply = true;
  return patch;
}

/** Another number of GPUs is another way to split the model: how it was split before says nothing of that. */
function gpuFrom(
  draft: DeployDraft,
  { gpu }: ModelDeploymentSpec,
  profile: ModelProfile | null,
): ModelDeploymentSpec['gpu'] {
  const count = Number.parseInt(draft.gpus, 10) || 0;
  const memoryGiB = Number.parseFloat(draft.memory);
  const { tensorParallelism, pipelineParallelism, product } = gpu;
  const kept = {
    ...(product === undefined ? {} : { product }),
    ...(tensorParallelism === undefined ? {} : { tensorParallelism }),
    ...(pipelineParallelism === undefined ? {} : { pipelineParallelism }),
  };
  const how = profile === null ? (count === gpu.count ? kept : {}) : gpuOf(profile);
  return { count, ...(memoryGiB > 0 ? { memoryGiB } : {}), ...how, ...selectorOf(draft.labels) };
}
