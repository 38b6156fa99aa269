import { randomUUID } from 'node:crypto';
import type { ModelDeploymentPatch, ModelDeploymentSpec } from '@pharos/contract';
import { changeChecks } from '@pharos/library';
import type { StoredModelDeployment } from '@pharos/store';
import { toYaml } from '../clusters/yaml.ts';
import type { Context } from '../context.ts';
import { type Principal, whoAsks } from '../identity/principal.ts';
import { createRateLimit } from '../identity/rate-limit.ts';
import { type Assembled, assemble, contentOf, requireAdmissible, specOf } from '../model-services/assemble.ts';
import { type Door, probeService, tryService } from '../model-services/openai.ts';
import { deploymentDetail, deploymentViews } from '../model-services/view.ts';
import { found, ProblemError } from '../problem.ts';
import type { Handlers } from '../route.ts';
import { seal, unseal } from '../sealing.ts';

type Names =
  | 'listModelDeployments'
  | 'createModelDeployment'
  | 'modelDeploymentManifest'
  | 'getModelDeployment'
  | 'modelDeploymentChangeManifest'
  | 'updateModelDeployment'
  | 'deleteModelDeployment'
  | ServiceNames;
type ServiceNames =
  | 'listModelServices'
  | 'createModelService'
  | 'getModelService'
  | 'updateModelService'
  | 'deleteModelService'
  | 'probeModelService'
  | 'tryModelService';

/** Models served from approved images, and services that run elsewhere. */
export function modelDeploymentHandlers(context: Context): Pick<Handlers, Names> {
  const { store, now } = context;
  const get = async (id: string) => found(await store.modelDeployments.get(id), 'The deployment');

  const dispatch = async (id: string, { spec, manifests }: Assembled, requestedBy: string) => {
    const owner = { ownerKind: 'model-deployment', ownerId: id, locationId: spec.location } as const;
    await store.dispatches.put({ ...owner, objects: manifests, requestedBy }, now());
  };

  /** As it would be after a change, with what the objects that stand there say to it. */
  const changed = async (
    before: StoredModelDeployment,
    { apply, ...patch }: ModelDeploymentPatch,
    principal: Principal | null,
  ): Promise<Assembled> => {
    const given = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
    const spec: ModelDeploymentSpec = specOf({ ...before.spec, ...given });
    // What runs may keep a deprecated image; moving to one is new use.
    const isSame = spec.image === before.spec.image && spec.runtime?.image === before.spec.runtime?.image;
    const isRunning = isSame && before.apply;
    const assembled = await assemble(context, spec, principal, { isRunning, applies: before.apply || apply === true });
    const checks = [...assembled.checks, ...(before.apply ? changeChecks(before.spec, spec) : [])];
    return { ...assembled, checks, manifests: checks.some(({ state }) => state === 'fail') ? [] : assembled.manifests };
  };

  return {
    ...serviceHandlers(context),
    listModelDeployments: async ({ query }) => {
      const page = await store.modelDeployments.list(query);
      return { ...page, items: await deploymentViews(context, page.items) };
    },
    getModelDeployment: async ({ params, principal }) => deploymentDetail(context, await get(params.id), principal),
    modelDeploymentManifest: async ({ body, principal }) => {
      const { manifests, checks } = await assemble(context, specOf(body), principal, { applies: body.apply });
      return { manifests, checks, yaml: toYaml(manifests) };
    },
    createModelDeployment: async ({ body, principal }) => {
      const assembled = await assemble(context, specOf(body), principal, { applies: body.apply });
      requireAdmissible(assembled.checks);
      const content = contentOf(assembled, body.apply);
      const made = await store.modelDeployments.create(randomUUID(), content, whoAsks(principal), now());
      if (body.apply) await dispatch(made.id, assembled, whoAsks(principal));
      return deploymentDetail(context, made, principal);
    },
    modelDeploymentChangeManifest: async ({ params, body, principal }) => {
      const { manifests, checks } = await changed(await get(params.id), body, principal);
      return { manifests, checks, yaml: toYaml(manifests) };
    },
    updateModelDeployment: async ({ params, body, principal }) => {
      const before = await get(params.id);
      const assembled = await changed(before, body, principal);
      requireAdmissible(assembled.checks);
      const content = contentOf(assembled, before.apply || body.apply === true);
      const after = await store.modelDeployments.update(before.id, before.revision, content, whoAsks(principal), now());
      if (content.apply) await dispatch(before.id, assembled, whoAsks(principal));
      return deploymentDetail(context, after, principal);
    },
    deleteModelDeployment: async ({ params: { id } }) => {
      const { apply } = await get(id);
      if (apply) await store.dispatches.remove('model-deployment', id, now());
      found((await store.modelDeployments.remove(id)) || null, 'The deployment');
      return undefined;
    },
  };
}

const TRIES_A_MINUTE = 20;

function serviceHandlers(context: Context): Pick<Handlers, ServiceNames> {
  const { store, now, events, key } = context;
  const tries = createRateLimit(TRIES_A_MINUTE, 60_000, now);
  const limit = (name: string) => {
    const seconds = tries.attempt(name);
    if (seconds === 0) return;
    throw new ProblemError('rate-limited', `At most ${TRIES_A_MINUTE} requests go out in a minute.`, {
      hint: `Try again in ${seconds} seconds.`,
      headers: { 'retry-after': String(seconds) },
    });
  };

  const doorOf = async (id: string) => {
    const { service, origin, sealed } = found(await store.modelServices.door(id), 'The service');
    const apiKey = sealed === null ? null : unseal(key, sealed, { serviceId: id, origin });
    return { service, origin, door: { ...service, apiKey } satisfies Door };
  };

  /** @throws ProblemError `service-not-ready` with what went wrong. */
  const requireReady = async (door: Door, signal: AbortSignal) => {
    const probe = await probeService(door, now(), signal);
    if (probe.state === 'ready') return probe;
    const path =
      probe.code === 'service-model-unknown' ? 'model' : probe.code === 'service-key-refused' ? 'apiKey' : 'baseUrl';
    throw new ProblemError('service-not-ready', probe.message, {
      hint: probe.hint,
      errors: [{ path, message: probe.message }],
    });
  };

  return {
    listModelServices: ({ query }) => store.modelServices.list(query),
    getModelService: async ({ params }) => found(await store.modelServices.get(params.id), 'The service'),
    createModelService: async ({ body, principal, signal }) => {
      limit(whoAsks(principal));
      const { kind: _, apiKey, ...rest } = body;
      const baseUrl = baseOf(rest.baseUrl);
      const probe = await requireReady({ ...rest, baseUrl, apiKey }, signal);
      const id = randomUUID();
      const { origin } = new URL(baseUrl);
      const sealed = apiKey === null ? null : seal(key, apiKey, { serviceId: id, origin });
      const made = { ...rest, id, baseUrl, origin, sealed, probe };
      const service = await store.modelServices.create(made, whoAsks(principal), now());
      events.emit({ type: 'model-service', id });
      return service;
    },
    updateModelService: async ({ params: { id }, body, principal, signal }) => {
      limit(whoAsks(principal));
      const { service, origin, door } = await doorOf(id);
      const { name = service.name, model = service.model, apiKey } = body;
      const probe = await requireReady({ ...door, model, apiKey: apiKey === undefined ? door.apiKey : apiKey }, signal);
      const sealed = apiKey === undefined || apiKey === null ? apiKey : seal(key, apiKey, { serviceId: id, origin });
      const change = { name, model, sealed, probe };
      const after = found(await store.modelServices.update(id, change, whoAsks(principal), now()), 'The service');
      events.emit({ type: 'model-service', id });
      return after;
    },
    deleteModelService: async ({ params: { id } }) => {
      found((await store.modelServices.remove(id)) || null, 'The service');
      events.emit({ type: 'model-service', id });
      return undefined;
    },
    probeModelService: async ({ params: { id }, principal, signal }) => {
      limit(whoAsks(principal));
      const probe = await probeService((await doorOf(id)).door, now(), signal);
      await store.modelServices.noteProbe(id, probe);
      events.emit({ type: 'model-service', id });
      return probe;
    },
    tryModelService: async ({ params: { id }, body, principal, signal }) => {
      limit(whoAsks(principal));
      return tryService((await doorOf(id)).door, body, signal);
    },
  };
}

/** @throws ProblemError `invalid-input`: a password in an address would be shown to everybody. */
function baseOf(text: string): string {
  const url = new URL(text);
  const hasMore = url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '';
  if (hasMore) {
    const message = 'The address holds a user name, a query or a fragment.';
    throw new ProblemError('invalid-input', message, { errors: [{ path: 'baseUrl', message }] });
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '').replace(/\/v1$/, '');
}
