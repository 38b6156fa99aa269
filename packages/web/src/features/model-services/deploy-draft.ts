/** What is typed of a new deployment, what is chosen for whoever does not say, and where its problems are shown. */
import type {
  FieldProblem,
  ManifestCheck,
  ModelDeploymentInput,
  ModelDetail,
  ModelFit,
  ModelFormat,
  ModelImage,
  ModelProfile,
  ServingGpu,
  ServingTarget,
} from '@pharos/contract';
import type { DeploySearch } from './search.ts';

export interface DeployDraft {
  readonly name: string;
  readonly namespace: string;
  /** By which profile GPUs are asked for: the one that fits best, that of an index, or none. */
  readonly gpuBy: 'fit' | 'own' | number;
  readonly gpus: string;
  readonly labels: string;
  readonly memory: string;
  readonly min: string;
  readonly max: string;
  readonly cpu: string;
  readonly ram: string;
  /** NIM_MODEL_PROFILE. */
  readonly nimProfile: string;
  readonly secret: string;
  readonly pullSecret: string;
  readonly storageKind: 'new-claim' | 'claim' | 'object-storage';
  readonly storage: string;
  /** Of object storage: the secret with its keys. */
  readonly storageSecret: string;
  readonly runtime: string;
  readonly args: string;
  readonly apply: boolean;
}
export type TextField = Exclude<keyof DeployDraft, 'apply' | 'storageKind' | 'gpuBy'>;

/** A name that Kubernetes takes, from that of the model, and the fewest GPUs that a profile of it is known for. */
export function draftOf(model: Pick<ModelDetail, 'name' | 'gpu' | 'facts'>): DeployDraft {
  const counts = (model.facts.profiles.value ?? []).map(({ count }) => count);
  const name = model.name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+/, '')
    .slice(0, 30)
    .replace(/-+$/, '');
  return {
    name: name === '' ? 'model' : name,
    namespace: 'default',
    gpuBy: 'fit',
    labels: '',
    gpus: String(counts.length > 0 ? Math.min(...counts) : (model.gpu?.count ?? 1)),
    memory: '',
    min: '1',
    max: '1',
    cpu: '',
    ram: '',
    nimProfile: '',
    secret: '',
    pullSecret: '',
    storageKind: 'new-claim',
    storage: '',
    storageSecret: '',
    runtime: '',
    args: '',
    apply: false,
  };
}

/** Only an approved image that stands somewhere may be deployed. */
export const isDeployable = ({ state, places }: Pick<ModelImage, 'state' | 'places'>): boolean =>
  state === 'approved' && places.some(({ presence }) => presence === 'present');

/** The image and the location asked for where they may be taken, else the newest approved one and its first location. */
export function preselect(images: readonly ModelImage[], search: Pick<DeploySearch, 'image' | 'location'>) {
  const approved = images.filter(isDeployable);
  const locationsOf = (image: ModelImage) => [
    ...new Set(image.places.filter(({ presence }) => presence === 'present').map(({ locationId }) => locationId)),
  ];
  const locations = [...new Set(approved.flatMap(locationsOf))].sort();
  const isHere = (each: ModelImage) => search.location === undefined || locationsOf(each).includes(search.location);
  const image =
    approved.find((each) => each.digest === search.image && isHere(each)) ?? approved.find(isHere) ?? approved[0];
  const here = image === undefined ? [] : locationsOf(image);
  const location = here.find((each) => each === search.location) ?? here[0];
  const offered = approved.filter((each) => location !== undefined && locationsOf(each).includes(location));
  return { image, location, locations, offered };
}

/** The tag of an image in a location, as a choice shows it: exact versions come first. */
export function tagIn(image: Pick<ModelImage, 'places' | 'digest'>, location: string): string {
  return image.places.find((place) => place.locationId === location)?.name ?? image.digest.slice(0, 19);
}

/** The profile that GPUs are asked for by; null: by the numbers alone. */
export function profileOf({ gpuBy }: DeployDraft, fit: ModelFit | undefined): ModelProfile | null {
  const at = gpuBy === 'fit' ? (fit?.chosen ?? null) : gpuBy === 'own' ? null : gpuBy;
  return at === null ? null : (fit?.profiles[at]?.profile ?? null);
}

/** As it is shown: with the number of GPUs that fits, until somebody types another. */
export function fitted(draft: DeployDraft, fit: ModelFit | undefined): DeployDraft {
  if (draft.gpuBy === 'own' || fit === undefined) return draft;
  return { ...draft, gpus: String(profileOf(draft, fit)?.count ?? fit.gpus) };
}

/** Whether the image needs another that reads its files. */
export const needsRuntime = (format: ModelFormat | null): boolean => format === 'modelcar' || format === 'container';

export function inputOf(
  draft: DeployDraft,
  {
    location,
    image,
    target,
    format,
    profile,
  }: {
    location: string;
    image: string;
    target: ServingTarget;
    format: ModelFormat | null;
    profile: ModelProfile | null;
  },
): Partial<ModelDeploymentInput> & Pick<ModelDeploymentInput, 'name' | 'location' | 'image' | 'target'> {
  const whole = (text: string) => Number.parseInt(text, 10) || 0;
  const said = (text: string) => (text.trim() === '' ? null : text.trim());
  const memoryGiB = Number.parseFloat(draft.memory);
  const args = draft.args
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const runtime = needsRuntime(format) ? said(draft.runtime) : null;
  return {
    ...{ location, image, target },
    name: draft.name.trim(),
    namespace: draft.namespace.trim(),
    gpu: {
      count: whole(draft.gpus),
      ...(memoryGiB > 0 ? { memoryGiB } : {}),
      ...gpuOf(profile),
      ...selectorOf(draft.labels),
    },
    replicas: { min: whole(draft.min), max: whole(draft.max) },
    resources: {
      ...(draft.cpu.trim() === '' ? {} : { cpu: draft.cpu.trim() }),
      ...(draft.ram.trim() === '' ? {} : { memory: draft.ram.trim() }),
    },
    profile: format === 'nim' ? said(draft.nimProfile) : null,
    secret: said(draft.secret),
    pullSecret: said(draft.pullSecret),
    storage: storageOf(draft),
    runtime: runtime === null ? null : { image: runtime, port: 8080, ...(args.length > 0 ? { args } : {}) },
    apply: draft.apply,
  };
}

export function gpuOf(profile: ModelProfile | null): Partial<ServingGpu> {
  if (profile === null) return {};
  const { gpu: product, count, tensorParallelism: tp, pipelineParallelism: pp } = profile;
  const isSplit = (tp !== null || pp !== null) && (tp ?? 1) * (pp ?? 1) === count;
  return {
    ...(product.toLowerCase() === 'any' ? {} : { product }),
    ...(isSplit ? { tensorParallelism: tp ?? 1, pipelineParallelism: pp ?? 1 } : {}),
  };
}

/** `label=value`, commas between; what is no label is sent as it is typed, and the check says that no node has it. */
export function selectorOf(text: string): Partial<ServingGpu> {
  const pairs = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      const at = part.indexOf('=');
      return at < 0 ? [part, ''] : [part.slice(0, at).trim(), part.slice(at + 1).trim()];
    });
  return pairs.length === 0 ? {} : { nodeSelector: Object.fromEntries(pairs) };
}

export function storageOf({ storageKind, storage, storageSecret }: DeployDraft): ModelDeploymentInput['storage'] {
  const text = storage.trim();
  if (text === '') return null;
  if (storageKind === 'claim') return { kind: 'claim', name: text };
  const secret = storageSecret.trim();
  if (storageKind === 'object-storage')
    return { kind: 'object-storage', uri: text, ...(secret === '' ? {} : { secret }) };
  return text;
}

/** Paths of the body, and ids of checks, by the field that they are about. */
const FIELDS: Readonly<Record<string, TextField>> = {
  name: 'name',
  namespace: 'namespace',
  gpu: 'gpus',
  'gpu.count': 'gpus',
  'gpu.memoryGiB': 'memory',
  'gpu-memory': 'memory',
  'gpu-nodes': 'gpus',
  'gpu.nodeSelector': 'labels',
  replicas: 'min',
  'replicas.min': 'min',
  'replicas.max': 'max',
  resources: 'cpu',
  'resources.cpu': 'cpu',
  'resources.memory': 'ram',
  profile: 'nimProfile',
  secret: 'secret',
  'pull-secret': 'pullSecret',
  pullSecret: 'pullSecret',
  storage: 'storage',
  'storage-secret': 'storageSecret',
  runtime: 'runtime',
  'runtime.image': 'runtime',
  'runtime.args': 'args',
};

/** What the server refuses, at the field where it can be set right. */
export function problemsOf(
  checks: readonly ManifestCheck[],
  errors: ReadonlyMap<string, FieldProblem>,
): ReadonlyMap<TextField, FieldProblem> {
  const found = new Map<TextField, FieldProblem>();
  for (const { id, state, message, hint } of checks) {
    const field = FIELDS[id];
    if (state === 'fail' && field !== undefined)
      found.set(field, { path: field, message: `${message} ${hint}`.trim() });
  }
  for (const [path, problem] of errors) {
    const field = FIELDS[path] ?? FIELDS[path.split('.')[0] ?? ''];
    if (field !== undefined && !found.has(field)) found.set(field, problem);
  }
  return found;
}
