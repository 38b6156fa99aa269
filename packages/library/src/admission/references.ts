/** Where images stand in the objects of Kubernetes and of the operators (CloudNativePG 1.30, KServe 0.20, NIM Operator 3.1). */

/** One image of an object. */
export interface ObjectImage {
  /** For people: `spec.containers[0].image`. */
  readonly path: string;
  /** RFC 6901 pointer of the text that names the image, or of the tag where repository and tag are two fields. */
  readonly pointer: string;
  /** The same place in the object before, wherever it stood in its list: containers are told apart by name. */
  readonly slot: string;
  /** Name of the container, or of the field. */
  readonly name: string;
  /** The reference; null: something stands there that is no text. */
  readonly image: string | null;
  /** Written before the reference where it is part of an address: `oci://`. */
  readonly scheme: string;
  /** `pointer` is a tag beside a repository (NIM); `absent`: there is none yet. */
  readonly tagField: 'none' | 'present' | 'absent';
}

export interface ObjectImages {
  /** False: nobody has said where images stand in this kind. */
  readonly isKnown: boolean;
  readonly images: readonly ObjectImage[];
  /** More images than any object has: nothing is said of the rest, so nothing may be admitted. */
  readonly isTooLarge: boolean;
}

/** A kind as an admission request names it. */
export interface ObjectKind {
  readonly group: string;
  readonly kind: string;
}

/** Images that are read of one object; a Pod has a few, a catalog of 8 majors with extensions some hundred. */
export const MOST_IMAGES = 1000;

const POSTGRES_GROUPS = ['postgresql.cnpg.io', 'postgresql.k8s.enterprisedb.io'];
const KSERVE = 'serving.kserve.io';
const NIM = 'apps.nvidia.com';

type Reader = (object: Place, found: Found) => void;

const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['/Pod', (object, found) => pod(object.at('spec'), found)],
  ['/PodTemplate', (object, found) => pod(object.at('template').at('spec'), found)],
  ['/ReplicationController', template],
  ...['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet'].map((kind): [string, Reader] => [
    `apps/${kind}`,
    template,
  ]),
  ['batch/Job', template],
  ['batch/CronJob', (object, found) => template(object.at('spec').at('jobTemplate'), found)],
  ...POSTGRES_GROUPS.flatMap((group): [string, Reader][] => [
    [`${group}/Cluster`, cluster],
    [`${group}/ImageCatalog`, catalog],
    [`${group}/ClusterImageCatalog`, catalog],
    [`${group}/Pooler`, pooler],
  ]),
  [`${KSERVE}/InferenceService`, inferenceService],
  [`${KSERVE}/ServingRuntime`, servingRuntime],
  [`${KSERVE}/ClusterServingRuntime`, servingRuntime],
  [`${NIM}/NIMService`, (object, found) => nimService(object.at('spec'), found)],
  [`${NIM}/NIMCache`, nimCache],
  [`${NIM}/NIMBuild`, (object, found) => nimService(object.at('spec'), found)],
  [
    `${NIM}/NIMPipeline`,
    (object, found) => {
      for (const service of object.at('spec').at('services').items()) nimService(service.at('spec'), found);
    },
  ],
]);

/** Groups and kinds whose images are known, `group/kind`; the core group has no name. */
export const ADMITTED_KINDS: readonly string[] = [...READERS.keys()];

/** Whether a Cluster names no image and no catalog, and its operator would choose. */
export function namesNoImage({ group, kind }: ObjectKind, object: unknown): boolean {
  if (!POSTGRES_GROUPS.includes(group) || kind !== 'Cluster') return false;
  const spec = new Place(object, '', '', '').at('spec');
  return isAbsent(spec.at('imageName').value) && isAbsent(spec.at('imageCatalogRef').value);
}

/** Every image of an object, in the order of its fields. */
export function imagesOfObject({ group, kind }: ObjectKind, object: unknown): ObjectImages {
  const reader = READERS.get(`${group}/${kind}`);
  if (reader === undefined) return { isKnown: false, images: [], isTooLarge: false };
  const found = new Found();
  reader(new Place(object, '', '', ''), found);
  return { isKnown: true, images: found.images.slice(0, MOST_IMAGES), isTooLarge: found.images.length > MOST_IMAGES };
}

/** Group and kind of an object as a manifest states them; null: it states none. */
export function kindOfObject(object: unknown): ObjectKind | null {
  const place = new Place(object, '', '', '');
  const { value: apiVersion } = place.at('apiVersion');
  const { value: kind } = place.at('kind');
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') return null;
  const slash = apiVersion.indexOf('/');
  return { group: slash < 0 ? '' : apiVersion.slice(0, slash), kind };
}

/** A value and where it stands. Only own properties count: `constructor` is no field. */
class Place {
  readonly value: unknown;
  readonly path: string;
  readonly pointer: string;
  readonly slot: string;

  constructor(value: unknown, path: string, pointer: string, slot: string) {
    this.value = value;
    this.path = path;
    this.pointer = pointer;
    this.slot = slot;
  }

  at(key: string): Place {
    const { value } = this;
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    const inner = isObject && Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;
    const pointer = `${this.pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    return new Place(inner, this.path === '' ? key : `${this.path}.${key}`, pointer, `${this.slot}.${key}`);
  }

  /** Items of a list; one that has a name is known by it. */
  items(): Place[] {
    if (!Array.isArray(this.value)) return [];
    return this.value.map((item: unknown, index) => {
      const name = new Place(item, '', '', '').at('name').value;
      const slot = typeof name === 'string' ? `[=${name}]` : `[${index}]`;
      return new Place(item, `${this.path}[${index}]`, `${this.pointer}/${index}`, `${this.slot}${slot}`);
    });
  }

  keys(): string[] {
    const { value } = this;
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : [];
  }
}

class Found {
  readonly images: ObjectImage[] = [];

  /** A field that holds a reference. Absent or empty names no image. */
  text(place: Place, name: string, scheme = ''): void {
    if (isAbsent(place.value)) return;
    const image = typeof place.value === 'string' ? place.value.slice(scheme.length) : null;
    const { path, pointer, slot } = place;
    this.images.push({ path, pointer, slot, name, image, scheme, tagField: 'none' });
  }

  /** `{ repository, tag }`, which the NIM Operator joins by a colon. */
  pair(place: Place, name: string): void {
    if (isAbsent(place.value)) return;
    const repository = place.at('repository').value;
    const tag = place.at('tag');
    const isWhole = typeof repository === 'string' && (isAbsent(tag.value) || typeof tag.value === 'string');
    this.images.push({
      path: place.path,
      pointer: tag.pointer,
      slot: place.slot,
      name,
      image: isWhole ? `${repository}${isAbsent(tag.value) ? '' : `:${tag.value}`}` : null,
      scheme: '',
      tagField: isAbsent(tag.value) ? 'absent' : 'present',
    });
  }
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

function template(object: Place, found: Found): void {
  pod(object.at('spec').at('template').at('spec'), found);
}

/** Whatever has the fields of a PodSpec. */
function pod(spec: Place, found: Found): void {
  for (const list of ['initContainers', 'containers', 'ephemeralContainers']) {
    for (const container of spec.at(list).items()) found.text(container.at('image'), nameOf(container, list));
  }
  for (const volume of spec.at('volumes').items()) {
    found.text(volume.at('image').at('reference'), nameOf(volume, 'volumes'));
  }
}

function nameOf(item: Place, otherwise: string): string {
  const { value } = item.at('name');
  return typeof value === 'string' && value !== '' ? value : otherwise;
}

function cluster(object: Place, found: Found): void {
  const spec = object.at('spec');
  found.text(spec.at('imageName'), 'imageName');
  for (const extension of spec.at('postgresql').at('extensions').items()) {
    found.text(extension.at('image').at('reference'), nameOf(extension, 'extensions'));
  }
}

function catalog(object: Place, found: Found): void {
  const spec = object.at('spec');
  for (const list of ['images', 'componentImages']) {
    for (const entry of spec.at(list).items()) {
      const major = entry.at('major').value;
      const key = entry.at('key').value;
      const name = typeof major === 'number' ? `major ${major}` : typeof key === 'string' ? key : list;
      found.text(entry.at('image'), name);
      for (const extension of entry.at('extensions').items()) {
        found.text(extension.at('image').at('reference'), nameOf(extension, 'extensions'));
      }
    }
  }
}

function pooler(object: Place, found: Found): void {
  const spec = object.at('spec');
  pod(spec.at('template').at('spec'), found);
  found.text(spec.at('pgbouncer').at('image'), 'pgbouncer');
}

/** A component holds the fields of a pod, and one framework (`model`, or by the old names `sklearn`, `triton` …). */
function component(place: Place, found: Found): void {
  pod(place, found);
  pod(place.at('workerSpec'), found);
  for (const key of place.keys()) {
    if (PLAIN_KEYS.has(key)) continue;
    const framework = place.at(key);
    found.text(framework.at('image'), key);
    address(framework.at('storageUri'), key, found);
    for (const each of framework.at('storageUris').items()) address(each.at('uri'), key, found);
  }
  for (const each of place.at('storageUris').items()) address(each.at('uri'), 'storageUris', found);
}

/** Maps of text inside a component, in which `image` is a name like any other. */
const PLAIN_KEYS = new Set(['annotations', 'labels', 'nodeSelector', 'workerSpec']);

/** `oci://` and `oci+native://` are images; `s3://`, `pvc://`, `hf://` are not. */
function address(place: Place, name: string, found: Found): void {
  const scheme = typeof place.value === 'string' ? /^oci(?:\+native)?:\/\//i.exec(place.value)?.[0] : undefined;
  if (scheme !== undefined) found.text(place, name, scheme);
}

function inferenceService(object: Place, found: Found): void {
  const spec = object.at('spec');
  for (const part of ['predictor', 'transformer', 'explainer']) component(spec.at(part), found);
  for (const canary of spec.at('canary').items()) {
    component(canary, found);
    for (const part of ['predictor', 'transformer', 'explainer']) component(canary.at(part), found);
  }
}

function servingRuntime(object: Place, found: Found): void {
  const spec = object.at('spec');
  pod(spec, found);
  pod(spec.at('workerSpec'), found);
}

function nimService(spec: Place, found: Found): void {
  found.pair(spec.at('image'), 'image');
  for (const list of ['initContainers', 'sidecarContainers']) {
    for (const container of spec.at(list).items()) {
      const image = container.at('image');
      if (typeof image.value === 'string') found.text(image, nameOf(container, list));
      else found.pair(image, nameOf(container, list));
    }
  }
}

function nimCache(object: Place, found: Found): void {
  const source = object.at('spec').at('source');
  for (const from of ['ngc', 'hf', 'dataStore']) found.text(source.at(from).at('modelPuller'), `${from}.modelPuller`);
}
