/** PostgreSQL clusters of files. */
import { type Cluster, type ClusterDetail, ClusterInput, type ClusterPatch } from '@pharos/contract';
import type { Place } from './entry.ts';
import type { Known, Noun } from './noun.ts';
import { digestOf, readImage } from './placed-image.ts';
import { conflict, create, difference, type Step, update } from './step.ts';

const WithoutImage = ClusterInput.omit({ image: true });

export interface ClusterDocument {
  place: Place;
  /** A digest, or repository:tag. */
  image: string;
  spec: Omit<ClusterInput, 'image'>;
}

const KEYS = [...Object.keys(ClusterInput.shape), 'size', 'storageClass', 'walSize', 'cpu', 'memory'];

export const clusterNoun: Noun<ClusterDocument> = {
  noun: 'cluster',
  kind: 'Cluster',
  list: 'clusters',
  needs: ['clusters', 'images'],
  keyOf: ({ spec }) => clusterKey(spec),
  read: (reader) => {
    const { image, ...rest } = reader.value;
    const wanted = readImage(reader, image, ['image']);
    const spec = reader.parse(WithoutImage, rest, KEYS);
    return spec && wanted !== null ? { place: reader.place, image: wanted, spec } : null;
  },
  plan: planCluster,
};

/** Where a cluster is, and its name there. */
export function clusterKey({ location, namespace, name }: Pick<Cluster, 'location' | 'namespace' | 'name'>): string {
  return `${location}/${namespace}/${name}`;
}

function planCluster({ spec, image }: ClusterDocument, known: Known): Step {
  const head = { noun: 'cluster', name: clusterKey(spec) };
  const before = known.clusters.find((cluster) => clusterKey(cluster) === head.name);
  const found = digestOf(image, known);
  if ('reason' in found) return conflict(head, before?.id ?? null, found.reason);
  const wanted: ClusterInput = { ...spec, image: found.digest };
  const fields = fieldsOf(wanted);
  if (!before) {
    return {
      ...create(head, fields, wanted, (client) => client('createCluster', { body: wanted })),
      rehearse: async (client) => void (await client('clusterManifest', { body: wanted })),
    };
  }
  const { id } = before;
  for (const key of ['operator', 'via'] as const) {
    if (before[key] === spec[key]) continue;
    return conflict(head, id, `Its "${key}" is ${before[key]}, which cannot be changed; delete it, then apply again.`);
  }
  const changes = difference(fieldsOf(inputOf(before)), fields);
  const { instances, storage, resources, extensions, pullSecret, apply } = spec;
  const body: ClusterPatch = { instances, storage, resources, extensions, pullSecret, apply };
  const isMoved = before.spec.image !== found.digest;
  const isChanged = changes.some(({ field }) => field !== 'image');
  return update(head, id, changes, { ...body, image: found.digest }, async (client) => {
    if (isChanged) await client('updateCluster', { params: { id }, body });
    if (isMoved) await client('upgradeCluster', { params: { id }, body: { image: found.digest } });
  });
}

function inputOf({ spec, apply }: ClusterDetail): ClusterInput {
  return { ...spec, apply };
}

function fieldsOf(input: ClusterInput): Record<string, unknown> {
  const { image, instances, storage, resources, operator, via, extensions, pullSecret, apply } = input;
  const volume = typeof storage === 'string' ? { size: storage } : storage;
  return {
    image,
    instances,
    'storage.size': volume.size,
    'storage.storageClass': volume.storageClass,
    'storage.walSize': volume.walSize,
    'resources.cpu': resources.cpu,
    'resources.memory': resources.memory,
    operator,
    via,
    extensions: extensions.length > 0 ? extensions.map(nameOf) : undefined,
    pullSecret: pullSecret ?? undefined,
    apply: apply || undefined,
  };
}

function nameOf(extension: ClusterInput['extensions'][number]): string {
  if (typeof extension === 'string') return extension;
  return extension.image === undefined ? extension.name : `${extension.name} from ${extension.image}`;
}
