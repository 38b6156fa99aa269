/** PostgreSQL clusters of files. */
import { type ClusterDetail, ClusterInput, type ClusterPatch } from '@pharos/contract';
import type { Known, Noun } from './noun.ts';
import { digestOf, fixedConflict, type PlacedDocument, placeKey, readPlaced } from './placed-image.ts';
import { conflict, create, difference, type Step, update } from './step.ts';

const WithoutImage = ClusterInput.omit({ image: true });

export type ClusterDocument = PlacedDocument<Omit<ClusterInput, 'image'>>;

const KEYS = [...Object.keys(ClusterInput.shape), 'size', 'storageClass', 'walSize', 'cpu', 'memory'];

export const clusterNoun: Noun<ClusterDocument> = {
  noun: 'cluster',
  kind: 'Cluster',
  list: 'clusters',
  needs: ['clusters', 'images'],
  keyOf: ({ spec }) => placeKey(spec),
  read: (reader) => readPlaced(reader, WithoutImage, KEYS),
  plan: planCluster,
};

function planCluster({ spec, image }: ClusterDocument, known: Known): Step {
  const head = { noun: 'cluster', name: placeKey(spec) };
  const before = known.clusters.find((cluster) => placeKey(cluster) === head.name);
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
  const fixed = fixedConflict(head, id, before, spec, ['operator', 'via']);
  if (fixed) return fixed;
  const changes = difference(fieldsOf(inputOf(before)), fields);
  const { instances, storage, resources, extensions, pullSecret, apply } = spec;
  const body: Omit<ClusterPatch, 'when'> = { instances, storage, resources, extensions, pullSecret, apply };
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
