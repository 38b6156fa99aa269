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
  const open = before.upgrade;
  const isAsked = open !== null && open.change === null && open.kind !== 'change' && open.image === found.digest;
  // Its catalog and its second person say which image it has, and the file names the one that it was made of.
  const isHeld = before.checks.some(({ id: check }) => check === 'catalog-held');
  const digest = isHeld ? before.spec.image : found.digest;
  const present = {
    ...fieldsOf({ ...inputOf(before), ...(isAsked ? { image: digest } : {}) }),
    ...maintenanceFields(before.maintenance, maintenance, 'maintenance.'),
  };
  const changes = difference(present, { ...fields, image: digest });
  const { instances, storage, resources, extensions, pullSecret, apply } = spec;
  const body = { instances, storage, resources, extensions, pullSecret, apply };
  const isMoved = before.spec.image !== digest && !isAsked;
  const isOther = changes.some(({ field }) => field.startsWith('maintenance.'));
  const isChanged = changes.some(({ field }) => field !== 'image' && !field.startsWith('maintenance.'));
  const step = update(head, id, changes, { ...body, image: digest }, async (client) => {
    if (isOther && isKept) await client('setClusterMaintenance', { params: { id }, body: maintenance });
    const params = { id };
    let after: ClusterDetail | null = null;
    // One change: a second person confirms it as one.
    const both = isMoved ? { image: digest } : {};
    if (isChanged) after = await client('updateCluster', { params, body: { ...body, ...both, when } });
    else if (isMoved) after = await client('upgradeCluster', { params, body: { image: digest, when } });
    tellOf(step, after?.upgrade ?? null);
  });
  if (isAsked || changes.length > 0) tellOf(step, open);
  return step;
}

/** What was asked for, now or before, and is not done yet. */
function tellOf(step: Step, upgrade: ClusterUpgrade | null): void {
  step.reason =
    upgrade &&
    `${upgrade.change ?? `The upgrade from ${upgrade.from} to ${upgrade.to}`} ${WAITS[upgrade.state] ?? `is on its way: ${upgrade.state}`}.`;
  step.waits = upgrade !== null && WAITS[upgrade.state] !== undefined;
}

const WAITS: Readonly<Partial<Record<ClusterUpgrade['state'], string>>> = {
  requested: 'waits for approval: a second person confirms it (pharos clusters approve-upgrade)',
  scheduled: 'waits for its maintenance window',
};

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
