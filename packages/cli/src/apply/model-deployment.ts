/** Models that are served, of files. */
import { type ModelDeploymentDetail, ModelDeploymentInput, type ModelDeploymentPatch } from '@pharos/contract';
import type { Known, Noun } from './noun.ts';
import { digestOf, fixedConflict, type PlacedDocument, placeKey, readPlaced, STAYS_APPLIED } from './placed-image.ts';
import { conflict, create, difference, type Step, update } from './step.ts';

const WithoutImage = ModelDeploymentInput.omit({ image: true });

export type ModelDeploymentDocument = PlacedDocument<Omit<ModelDeploymentInput, 'image'>>;

const KEYS = [...Object.keys(ModelDeploymentInput.shape), 'min', 'max', 'count', 'product', 'size', 'kind', 'uri'];

export const modelDeploymentNoun: Noun<ModelDeploymentDocument> = {
  noun: 'model deployment',
  kind: 'ModelDeployment',
  list: 'modelDeployments',
  needs: ['modelDeployments', 'images'],
  keyOf: ({ spec }) => placeKey(spec),
  read: (reader) => readPlaced(reader, WithoutImage, KEYS),
  plan: planDeployment,
  write: ({ modelDeployments }) => modelDeployments.map(written),
};

function planDeployment({ spec, image }: ModelDeploymentDocument, known: Known): Step {
  const head = { noun: 'model deployment', name: placeKey(spec) };
  const before = known.modelDeployments.find((one) => placeKey(one) === head.name);
  const found = digestOf(image, known);
  if ('reason' in found) return conflict(head, before?.id ?? null, found.reason);
  const wanted: ModelDeploymentInput = { ...spec, image: found.digest };
  if (!before) {
    return {
      ...create(head, fieldsOf(wanted), wanted, (client) => client('createModelDeployment', { body: wanted })),
      rehearse: async (client) => void (await client('modelDeploymentManifest', { body: wanted })),
    };
  }
  const { id } = before;
  const fixed = fixedConflict(head, id, before.spec, spec, ['target', 'mode', 'scope']);
  if (fixed) return fixed;
  if (before.apply && !spec.apply) return conflict(head, id, STAYS_APPLIED);
  const changes = difference(fieldsOf(inputOf(before)), fieldsOf(wanted));
  const { gpu, replicas, scale, secret, pullSecret, storage, profile, resources, runtime, apply } = wanted;
  const body: ModelDeploymentPatch = {
    ...{ image: wanted.image, gpu, replicas, scale, secret, pullSecret, storage, profile, resources, runtime, apply },
  };
  return update(head, id, changes, body, (client) => client('updateModelDeployment', { params: { id }, body }));
}

function inputOf({ spec, apply }: ModelDeploymentDetail): ModelDeploymentInput {
  return { ...spec, apply };
}

function fieldsOf(input: ModelDeploymentInput): Record<string, unknown> {
  const { name: _, namespace: __, location: ___, gpu, storage, resources, apply, ...rest } = input;
  return {
    ...rest,
    gpu: typeof gpu === 'number' ? { count: gpu } : gpu,
    storage: typeof storage === 'string' ? { kind: 'new-claim', size: storage, accessMode: 'ReadWriteOnce' } : storage,
    resources: Object.keys(resources).length > 0 ? resources : undefined,
    apply: apply || undefined,
  };
}

function written({ spec, apply, image }: ModelDeploymentDetail) {
  const { name, namespace, location, target, gpu, replicas, mode, scope, resources, ...rest } = spec;
  const isCount = Object.values(gpu).filter((one) => one !== undefined).length === 1;
  const given = Object.entries(rest).filter(([, value]) => value !== null);
  return {
    fields: {
      ...{ name, namespace, location },
      ...Object.fromEntries(given),
      image: image.reference,
      target,
      gpu: isCount ? gpu.count : gpu,
      replicas,
      ...(target === 'kserve' ? { mode, scope } : {}),
      resources: Object.keys(resources).length > 0 ? resources : undefined,
      apply: apply || undefined,
    },
  };
}
