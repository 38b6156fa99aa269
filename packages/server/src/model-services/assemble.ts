/** From what was asked for to manifests and checks: the one way that every deployment and every manifest takes. */
import type { ManifestCheck, ModelDeploymentInput, ModelDeploymentSpec } from '@pharos/contract';
import { secretsOf, servedReference, servingChecks, servingManifests } from '@pharos/library';
import type { KubernetesObject, ModelDeploymentContent, PlacedModelImage } from '@pharos/store';
import { requireApproved } from '../clusters/approved.ts';
import type { Context } from '../context.ts';
import type { Principal } from '../identity/principal.ts';
import { ProblemError } from '../problem.ts';
import { knownNodes } from './location-nodes.ts';
import { hasOperator } from './location-operator.ts';
import { knownSecrets } from './location-secrets.ts';

export interface Assembled {
  readonly spec: ModelDeploymentSpec;
  readonly image: PlacedModelImage;
  readonly checks: ManifestCheck[];
  /** Empty when a check fails. */
  readonly manifests: KubernetesObject[];
}

/** The short forms written out. */
export function specOf({
  apply: _,
  gpu,
  storage,
  ...rest
}: ModelDeploymentInput | (Omit<ModelDeploymentInput, 'apply'> & { apply?: unknown })): ModelDeploymentSpec {
  return {
    ...rest,
    gpu: typeof gpu === 'number' ? { count: gpu } : gpu,
    storage: typeof storage === 'string' ? { kind: 'new-claim', size: storage, accessMode: 'ReadWriteOnce' } : storage,
  };
}

/**
 * @throws ProblemError `image-not-approved` unless the model’s image and the runtime’s are, `image-not-available` when the
 * location does not hold one under a tag. `isRunning`: they stand in a cluster already, which a deprecated image may keep.
 */
export async function assemble(
  context: Context,
  spec: ModelDeploymentSpec,
  principal: Principal | null,
  { isRunning = false, applies = false }: { isRunning?: boolean; applies?: boolean } = {},
): Promise<Assembled> {
  const digests = spec.runtime === null ? [spec.image] : [spec.image, spec.runtime.image];
  await requireApproved(context, digests, isRunning);
  const placed = await context.store.modelDeployments.images(spec.location, digests);
  const [image, runtime] = digests.map((digest) => placed.get(digest) ?? null);
  for (const [index, found] of [image, runtime].slice(0, digests.length).entries()) {
    if (found !== null) continue;
    throw new ProblemError(
      'image-not-available',
      `No repository of ${spec.location} holds ${digests[index]} under a tag.`,
      {
        hint: 'Choose an image of the location, by the digest that its tag names: that of the index where there is one.',
      },
    );
  }
  const { location, namespace } = spec;
  const names = secretsOf(spec);
  const cluster = {
    nodes: await knownNodes(context, spec.location),
    ...(await knownSecrets(context, principal, { location, namespace, names, permission: 'model-services:write' })),
    hasOperator: await hasOperator(context, location, spec.target),
    applies,
  };
  const checks = [...servingChecks(spec, image!, cluster), ...modelCheck(image!)];
  const manifests = checks.some(({ state }) => state === 'fail') ? [] : servingManifests(spec, image!, runtime ?? null);
  return { spec, image: image!, checks, manifests };
}

function modelCheck({ modelKey }: PlacedModelImage): ManifestCheck[] {
  if (modelKey !== null) return [];
  return [
    {
      id: 'kind',
      state: 'fail',
      message: 'This is not the image of a model.',
      hint: 'Choose an image of the Model Library, or let a rule declare its repository a model.',
    },
  ];
}

/** @throws ProblemError `deployment-not-admissible` with every failed check. */
export function requireAdmissible(checks: readonly ManifestCheck[]): void {
  const failed = checks.filter(({ state }) => state === 'fail');
  const [first] = failed;
  if (first === undefined) return;
  throw new ProblemError('deployment-not-admissible', first.message, {
    hint: first.hint,
    errors: failed.map(({ id, message, hint }) => ({ path: id, message: `${message} ${hint}` })),
  });
}

export function contentOf({ spec, image }: Assembled, apply: boolean): ModelDeploymentContent {
  const { tag, format, modelKey } = image;
  return { spec, model: modelKey ?? image.model, image: { reference: servedReference(image), tag, format }, apply };
}
