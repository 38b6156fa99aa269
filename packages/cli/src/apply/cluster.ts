/** PostgreSQL clusters of files. */
import {
  type ClusterDetail,
  ClusterInput,
  ClusterMaintenancePatch,
  type ClusterUpgrade,
  UpgradeTiming,
} from '@pharos/contract';
import { windowWords } from '../window-words.ts';
import { maintenanceFields, withWindows } from './maintenance.ts';
import type { Known, Noun } from './noun.ts';
import { digestOf, fixedConflict, type PlacedDocument, placeKey, readPlaced, STAYS_APPLIED } from './placed-image.ts';
import { conflict, create, difference, type Step, update } from './step.ts';

/** The windows are a request of their own; without the section they stay as they are. */
const WithoutImage = ClusterInput.omit({ image: true }).extend({
  maintenance: ClusterMaintenancePatch.optional(),
  upgrade: UpgradeTiming.default('now'),
});

type Spec = Omit<ClusterInput, 'image'> & {
  maintenance?: ClusterMaintenancePatch | undefined;
  /** When the cluster moves to another image that the file names. */
  upgrade: UpgradeTiming;
};

export type ClusterDocument = PlacedDocument<Spec>;

const KEYS = [
  ...Object.keys(ClusterInput.shape),
  ...['size', 'storageClass', 'walSize', 'cpu', 'memory', 'maintenance', 'upgrade'],
  ...Object.keys(ClusterMaintenancePatch.shape),
];

export const clusterNoun: Noun<ClusterDocument> = {
  noun: 'cluster',
  kind: 'Cluster',
  list: 'clusters',
  needs: ['clusters', 'images'],
  keyOf: ({ spec }) => placeKey(spec),
  read: (reader) => {
    const { maintenance, ...rest } = reader.value;
    const section = maintenance === undefined ? {} : { maintenance: withWindows(reader, maintenance, ['maintenance']) };
    return readPlaced<Spec>(reader, WithoutImage, KEYS, { ...rest, ...section });
  },
  plan: planCluster,
  write: ({ clusters }) => clusters.map(written),
};

function planCluster({ spec: { maintenance, upgrade: when, ...spec }, image }: ClusterDocument, known: Known): Step {
  const head = { noun: 'cluster', name: placeKey(spec) };
  const before = known.clusters.find((cluster) => placeKey(cluster) === head.name);
  const found = digestOf(image, known);
  if ('reason' in found) return conflict(head, before?.id ?? null, found.reason);
  const wanted: ClusterInput = { ...spec, image: found.digest };
  const fields = { ...fieldsOf(wanted), ...maintenanceFields(maintenance ?? {}, maintenance, 'maintenance.') };
  const isKept = maintenance !== undefined && Object.keys(maintenance).length > 0;
  if (!before) {
    return {
      ...create(head, fields, wanted, async (client) => {
        const made = await client('createCluster', { body: wanted });
        if (isKept) await client('setClusterMaintenance', { params: { id: made.id }, body: maintenance });
        return made;
      }),
      rehearse: async (client) => void (await client('clusterManifest', { body: wanted })),
    };
  }
  const { id } = before;
  const fixed = fixedConflict(head, id, before, spec, ['operator', 'via']);
  if (fixed) return fixed;
  if (before.apply && !spec.apply) return conflict(head, id, STAYS_APPLIED);
  // It may wait for a second person or for its window: asking again would not make it sooner.
  const isAsked = before.upgrade?.kind !== 'change' && before.upgrade?.image === found.digest;
  const present = {
    ...fieldsOf({ ...inputOf(before), ...(isAsked ? { image: found.digest } : {}) }),
    ...maintenanceFields(before.maintenance, maintenance, 'maintenance.'),
  };
  const changes = difference(present, fields);
  const { instances, storage, resources, extensions, pullSecret, apply } = spec;
  const body = { instances, storage, resources, extensions, pullSecret, apply };
  const isMoved = before.spec.image !== found.digest && !isAsked;
  const isOther = changes.some(({ field }) => field.startsWith('maintenance.'));
  const isChanged = changes.some(({ field }) => field !== 'image' && !field.startsWith('maintenance.'));
  const step = update(head, id, changes, { ...body, image: found.digest }, async (client) => {
    if (isOther && isKept) await client('setClusterMaintenance', { params: { id }, body: maintenance });
    const params = { id };
    let after: ClusterDetail | null = null;
    if (isChanged) after = await client('updateCluster', { params, body: { ...body, when } });
    if (isMoved) after = await client('upgradeCluster', { params, body: { image: found.digest, when } });
    // What restarts instances may wait; then it is not changed yet.
    step.reason = waiting(after?.upgrade ?? null);
  });
  if (isAsked || changes.length > 0) step.reason = waiting(before.upgrade);
  return step;
}

/** What was asked for before and is not done; null: nothing. */
function waiting(upgrade: ClusterUpgrade | null): string | null {
  if (upgrade === null) return null;
  const { change, from, to, state } = upgrade;
  return `${change ?? `The upgrade from ${from} to ${to}`} is on its way: ${state}.`;
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

function written({ spec, apply, image, maintenance: { windows, upgradeApproval } }: ClusterDetail) {
  const { storage, resources, extensions, pullSecret } = spec;
  const isPlain = storage.storageClass === undefined && storage.walSize === undefined;
  const kept = { windows: windows?.map(windowWords), upgradeApproval: upgradeApproval || undefined };
  return {
    fields: {
      name: spec.name,
      namespace: spec.namespace,
      location: spec.location,
      image: image.reference,
      instances: spec.instances,
      storage: isPlain ? storage.size : storage,
      resources: Object.keys(resources).length > 0 ? resources : undefined,
      operator: spec.operator,
      via: spec.via,
      extensions: extensions.length > 0 ? extensions : undefined,
      pullSecret: pullSecret ?? undefined,
      apply: apply || undefined,
      maintenance: kept.windows || kept.upgradeApproval ? kept : undefined,
    },
  };
}
