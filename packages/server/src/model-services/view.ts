/** Deployments as the API shows them. */
import type { ModelDeployment, ModelDeploymentDetail } from '@pharos/contract';
import { servingCommands, servingEndpoint, servingStatus } from '@pharos/library';
import type { StoredModelDeployment } from '@pharos/store';
import { inKubernetes } from '../clusters/cluster-view.ts';
import { toYaml } from '../clusters/yaml.ts';
import type { Context } from '../context.ts';
import type { Principal } from '../identity/principal.ts';
import { ProblemError } from '../problem.ts';
import { assemble } from './assemble.ts';

export async function deploymentViews(
  context: Context,
  deployments: readonly StoredModelDeployment[],
): Promise<ModelDeployment[]> {
  const { store, now } = context;
  const states = await store.decisions.statesOf(
    deployments.map(({ spec }) => spec.image),
    now(),
  );
  return Promise.all(
    deployments.map(async ({ id, spec, image, model, modelId, apply, createdAt, createdBy, updatedAt, updatedBy }) => ({
      id,
      name: spec.name,
      namespace: spec.namespace,
      location: spec.location,
      target: spec.target,
      model,
      modelId,
      image: { digest: spec.image, ...image, state: states.get(spec.image)?.state ?? 'pending' },
      gpus: spec.gpu.count,
      replicas: spec.replicas,
      apply,
      endpoint: servingEndpoint(spec),
      status: servingStatus(spec.target, apply ? await store.dispatches.get('model-deployment', id) : null),
      createdAt,
      createdBy,
      updatedAt,
      updatedBy,
    })),
  );
}

/** With its manifests, unless an image of it may not be handed out any more. */
export async function deploymentDetail(
  context: Context,
  deployment: StoredModelDeployment,
  principal: Principal | null,
): Promise<ModelDeploymentDetail> {
  const [view] = await deploymentViews(context, [deployment]);
  const { spec, model } = deployment;
  const { apply, id } = deployment;
  const rest = {
    ...view!,
    kubernetes: apply ? inKubernetes(await context.store.dispatches.get('model-deployment', id)) : null,
    spec,
    commands: servingCommands(spec, deployment.image.format === 'nim' ? model : spec.name),
    serviceId: await context.store.modelServices.ofDeployment(deployment.id),
  };
  try {
    const { manifests, checks } = await assemble(context, spec, principal, { isRunning: true });
    return { ...rest, manifests, checks, yaml: toYaml(manifests), withheld: null };
  } catch (error) {
    if (!(error instanceof ProblemError) || !error.code.startsWith('image-')) throw error;
    return { ...rest, manifests: [], checks: [], yaml: '', withheld: error.message };
  }
}
