/** External model services of files. */
import { type ModelService, ModelServiceInput, type ModelServicePatch } from '@pharos/contract';
import { CliError } from '../failure.ts';
import type { Documents } from './document.ts';
import type { Place } from './entry.ts';
import type { Known, Noun, PlanOptions } from './noun.ts';
import { placeKey } from './placed-image.ts';
import { conflict, difference, late, type Step } from './step.ts';

export interface ModelServiceDocument {
  place: Place;
  spec: ModelServiceInput;
  /** Without one the stored key stays as it is; null takes it away. */
  hasKey: boolean;
  /** location/namespace/name of the model deployment that answers there. */
  deployment: string | null;
}

const KEYS = ['deployment', ...Object.keys(ModelServiceInput.shape)];

export const modelServiceNoun: Noun<ModelServiceDocument> = {
  noun: 'model service',
  kind: 'ModelService',
  list: 'modelServices',
  needs: ['modelServices', 'deploymentList'],
  keyOf: ({ spec }) => spec.name,
  read: (reader) => {
    const { deployment = null, ...rest } = { ...reader.value, ...reader.expanded('baseUrl', 'apiKey') };
    if (deployment !== null && typeof deployment !== 'string') {
      return reader.problem(['deployment'], '"deployment" must be location/namespace/name of a model deployment.');
    }
    const spec = reader.parse(ModelServiceInput, rest, KEYS);
    return spec && { place: reader.place, spec, hasKey: reader.value.apiKey !== undefined, deployment };
  },
  plan: planService,
  write: ({ modelServices, deploymentList }) =>
    modelServices.map(({ name, baseUrl, model, hasKey, allowHttp, allowPrivate, deploymentId }) => {
      const deployment = deploymentList.find(({ id }) => id === deploymentId);
      return {
        fields: {
          name,
          baseUrl,
          model,
          deployment: deployment && placeKey(deployment),
          allowHttp: allowHttp || undefined,
          allowPrivate: allowPrivate || undefined,
        },
        note: hasKey ? 'It has a key, which stays as it is. To make it anew, add "apiKey".' : undefined,
      };
    }),
};

function planService(
  document: ModelServiceDocument,
  known: Known,
  { updateSecrets }: PlanOptions,
  documents: Documents,
): Step {
  const { spec, hasKey, deployment } = document;
  const { name, model, apiKey, baseUrl, allowHttp, allowPrivate } = spec;
  const head = { noun: 'model service', name };
  const before = known.modelServices.find((one) => one.name === name);
  const isMade = documents.modelDeployments.some((one) => placeKey(one.spec) === deployment);
  const isThere = deployment === null || isMade || deploymentId(deployment, known) !== undefined;
  if (!isThere) {
    return conflict(head, before?.id ?? null, `There is no model deployment "${deployment}" here or in the file.`);
  }
  if (!before) {
    const key = apiKey === null ? undefined : 'new key';
    const dangers = { allowHttp: allowHttp || undefined, allowPrivate: allowPrivate || undefined };
    const shown = { baseUrl, model, key, ...dangers, deployment: deployment ?? undefined };
    return late(head, null, difference({}, shown), async (client, now) => {
      const made = await client('createModelService', { body: bodyOf(document, now) });
      return made.id;
    });
  }
  const { id } = before;
  if (before.baseUrl !== baseUrl || before.allowHttp !== allowHttp || before.allowPrivate !== allowPrivate) {
    return conflict(
      head,
      id,
      'Its address cannot be changed, for the key is bound to it; remove it, then apply again.',
    );
  }
  if (deployment !== null && before.deploymentId !== (deploymentId(deployment, known) ?? null)) {
    return conflict(head, id, 'Its deployment cannot be changed; remove it, then apply again.');
  }
  const changes = difference({ model: before.model }, { model });
  const key = keyChange(before, hasKey ? apiKey : undefined, updateSecrets === true);
  if (key) changes.push(key);
  return late(head, id, changes, async (client) => {
    const body: ModelServicePatch = { model, ...(key ? { apiKey } : {}) };
    await client('updateModelService', { params: { id }, body });
    return id;
  });
}

/** A key cannot be compared: one that is there counts as the same. */
function keyChange({ hasKey }: ModelService, wanted: string | null | undefined, isAsked: boolean) {
  if (wanted === undefined) return null;
  const before = hasKey ? 'a key' : null;
  if (wanted === null) return hasKey ? { field: 'key', before, after: null } : null;
  return !hasKey || isAsked ? { field: 'key', before, after: 'new key' } : null;
}

function deploymentId(key: string, { deploymentList }: Known): string | undefined {
  return deploymentList.find((one) => placeKey(one) === key)?.id;
}

/** @throws CliError `not-found` where a deployment of the same file could not be made */
function bodyOf({ spec, deployment, place }: ModelServiceDocument, known: Known): ModelServiceInput {
  if (deployment === null) return spec;
  const id = deploymentId(deployment, known);
  if (id !== undefined) return { ...spec, deploymentId: id };
  const message = `${place}: there is no model deployment "${deployment}".`;
  throw new CliError('not-found', message, 'Correct the name, or make it first.');
}
