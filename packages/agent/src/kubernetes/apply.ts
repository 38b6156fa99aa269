/**
 * One object brought to where it should be, observed, or deleted. Everything here may be cut off between any two requests and
 * done again from the beginning, by this agent or by another one:
 *
 * - What does not exist is created, not applied: of two agents that find nothing, one is told that it exists. An older
 *   generation so never writes over a newer one, and what somebody else made meanwhile is not taken over.
 * - What exists is applied with the resourceVersion that was read: a write in between is a conflict, and it is read again.
 * - Creating and applying are two owners of fields to Kubernetes, though of one name: the first is made the second
 *   (as client-go's csaupgrade does), so that a field that is dropped later goes.
 */
import type { DispatchTask, ObjectDrift, ObjectRef, ObjectStatus } from '@pharos/contract';
import { cleanText } from '@pharos/library';
import { type KubeObject, type KubernetesApi, KubernetesError } from './api.ts';
import { DispatchError, kindMissing, nameOf } from './cause.ts';
import { type Discovery, listPath, objectPath, type Resource } from './discovery.ts';
import { bareStatus, statusOf } from './object-status.ts';
import { FIELD_MANAGER, generationOf, isOurs, marked, requireOurs } from './ownership.ts';

export interface Cluster {
  readonly api: KubernetesApi;
  readonly discovery: Discovery;
  /** Empty: all of them. */
  readonly namespaces: readonly string[];
  readonly signal: AbortSignal;
}

/** A newer generation stands there: this agent is behind and has nothing to say. */
export class Superseded extends Error {}

const TRIES = 4;

/** Strict: a field that the kind does not know is refused, and not left out without a word. Servers before 1.25 do not know it. */
const WRITING = { fieldManager: FIELD_MANAGER, fieldValidation: 'Strict' };

/** The name of an object as it was handed out. */
export function refOf(object: KubeObject): ObjectRef {
  const { apiVersion, kind, metadata = {} } = object;
  return { apiVersion, kind, namespace: metadata.namespace ?? null, name: metadata.name };
}

/** @throws KubernetesError, DispatchError, Superseded */
export async function applyObject(cluster: Cluster, object: KubeObject, task: DispatchTask): Promise<ObjectStatus> {
  const ref = refOf(object);
  const resource = await resourceOf(cluster, ref);
  const wanted = marked(object, task);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await applyOnce(cluster, resource, wanted, ref, task);
    } catch (error) {
      const drift = driftIn(error);
      if (drift !== null) {
        const live = (await read(cluster, resource, ref)) ?? {};
        return statusOf(cluster.api, ref, live, { outcome: 'drifted', drift, signal: cluster.signal });
      }
      if (!isRace(error) || attempt === TRIES) throw error;
    }
  }
}

async function applyOnce(
  { api, signal }: Cluster,
  resource: Resource,
  wanted: KubeObject,
  ref: ObjectRef,
  task: DispatchTask,
): Promise<ObjectStatus> {
  const path = objectPath(resource, ref);
  let live = await read({ api, signal }, resource, ref);
  if (live === null) {
    live = await api.call('POST', listPath(resource, ref.namespace), { body: wanted, query: WRITING, signal });
  } else {
    requireOurs(live, ref, task);
    if (generationOf(live) > task.generation) throw new Superseded();
    if (live.metadata.deletionTimestamp) throw goingAway(ref);
    live = await adopt(api, path, live, signal);
  }
  const before = live.metadata.resourceVersion;
  const body = { ...wanted, metadata: { ...wanted.metadata, resourceVersion: before, uid: live.metadata.uid } };
  live = await patch(api, path, body, { signal });
  live = await adopt(api, path, live, signal);
  const outcome = live.metadata.resourceVersion === before ? 'unchanged' : 'applied';
  return statusOf(api, ref, live, { outcome, signal });
}

/** Looks at an object without writing: where it is not what was applied, and what is said of it. */
export async function observeObject(cluster: Cluster, object: KubeObject, task: DispatchTask): Promise<ObjectStatus> {
  const { api, signal } = cluster;
  const ref = refOf(object);
  const resource = await resourceOf(cluster, ref);
  const live = await read(cluster, resource, ref);
  if (live === null) return bareStatus(ref, 'gone', [whole('Somebody deleted it.')]);
  if (!isOurs(live, task)) return bareStatus(ref, 'drifted', [whole('It no longer carries the marks of Pharos.')]);
  if (live.metadata.deletionTimestamp)
    return statusOf(api, ref, live, { outcome: 'deleting', drift: [whole('Somebody is deleting it.')], signal });
  try {
    await patch(api, objectPath(resource, ref), marked(object, task), { dryRun: true, signal });
  } catch (error) {
    const drift = driftIn(error);
    if (drift === null) throw error;
    return statusOf(api, ref, live, { outcome: 'drifted', drift, signal });
  }
  return statusOf(api, ref, live, { outcome: 'applied', signal });
}

/** Deletes what is ours. Answers `gone`, or `deleting` while finalizers hold it. */
export async function deleteObject(cluster: Cluster, ref: ObjectRef, task: DispatchTask): Promise<ObjectStatus> {
  const { api, discovery, signal } = cluster;
  // A kind that was uninstalled took its objects along.
  const resource = await discovery.find(ref.apiVersion, ref.kind, signal);
  if (resource === null) return bareStatus(ref, 'gone');
  const live = await read(cluster, resource, ref);
  // What is not ours (any more) is nothing of ours that stands there.
  if (live === null || !isOurs(live, task)) return bareStatus(ref, 'gone');
  const { uid, deletionTimestamp, finalizers } = live.metadata;
  if (generationOf(live) > task.generation) throw new Superseded();
  if (!deletionTimestamp) {
    const body = { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Background', preconditions: { uid } };
    await api.call('DELETE', objectPath(resource, ref), { body, signal }).catch((error) => {
      if (!(error instanceof KubernetesError) || ![404, 409].includes(error.status)) throw error;
    });
    if ((await read(cluster, resource, ref)) === null) return bareStatus(ref, 'gone');
  }
  const held = (Array.isArray(finalizers) ? finalizers : []).map((name: unknown) => cleanText(String(name), 200));
  const why = held.length === 0 ? 'It waits to be deleted.' : `It waits for ${held.slice(0, 5).join(', ')}.`;
  return statusOf(api, ref, live, { outcome: 'deleting', drift: [whole(why)], signal });
}

async function resourceOf({ discovery, namespaces, signal }: Cluster, ref: ObjectRef): Promise<Resource> {
  const resource = await discovery.find(ref.apiVersion, ref.kind, signal);
  if (resource === null) {
    const { code, message, hint } = kindMissing(ref);
    throw new DispatchError(code, message, hint);
  }
  if (resource.namespaced && namespaces.length > 0 && !namespaces.includes(ref.namespace ?? 'default')) {
    const hint = 'Add it to dispatcher.kubernetes.namespaces of the agent, or choose one of those.';
    throw new DispatchError('namespace-not-served', `The agent does not serve the namespace of ${nameOf(ref)}.`, hint);
  }
  return resource;
}

async function read(
  { api, signal }: Pick<Cluster, 'api' | 'signal'>,
  resource: Resource,
  ref: ObjectRef,
): Promise<KubeObject | null> {
  try {
    return await api.call('GET', objectPath(resource, ref), { signal });
  } catch (error) {
    if (error instanceof KubernetesError && error.status === 404) return null;
    throw error;
  }
}

function patch(
  api: KubernetesApi,
  path: string,
  body: KubeObject,
  { dryRun = false, signal }: { dryRun?: boolean; signal: AbortSignal },
): Promise<KubeObject> {
  const query = { ...WRITING, force: 'false', ...(dryRun ? { dryRun: 'All' } : {}) };
  return api.call('PATCH', path, { body, type: 'application/apply-patch+yaml', query, signal });
}

/** Fields that were written by creating become fields that were applied. */
async function adopt(api: KubernetesApi, path: string, live: KubeObject, signal: AbortSignal): Promise<KubeObject> {
  const managed: KubeObject[] = Array.isArray(live.metadata.managedFields) ? live.metadata.managedFields : [];
  const isOwn = (entry: KubeObject, operation: string) =>
    entry.manager === FIELD_MANAGER && entry.operation === operation && !entry.subresource;
  if (!managed.some((entry) => isOwn(entry, 'Update'))) return live;
  const hasApplied = managed.some((entry) => isOwn(entry, 'Apply'));
  const kept = hasApplied
    ? managed.filter((entry) => !isOwn(entry, 'Update'))
    : managed.map((entry) => (isOwn(entry, 'Update') ? { ...entry, operation: 'Apply' } : entry));
  const body = [
    { op: 'replace', path: '/metadata/managedFields', value: kept },
    { op: 'replace', path: '/metadata/resourceVersion', value: live.metadata.resourceVersion },
  ];
  return api.call('PATCH', path, { body, type: 'application/json-patch+json', signal });
}

/** Fields that others own with other values; null: the error says something else. */
function driftIn(error: unknown): ObjectDrift[] | null {
  if (!(error instanceof KubernetesError) || error.status !== 409) return null;
  const conflicts = error.causes.filter(({ reason }) => reason === 'FieldManagerConflict');
  if (conflicts.length === 0) return null;
  return conflicts.slice(0, 20).map(({ field = '', message = '' }) => ({
    field: cleanText(field, 500),
    manager: cleanText(/conflict with "([^"]+)"/.exec(message)?.[1] ?? '', 200),
    message: cleanText(message, 1000),
  }));
}

/** Somebody wrote between our reading and our writing. */
function isRace(error: unknown): boolean {
  return error instanceof KubernetesError && error.status === 409;
}

function goingAway(ref: ObjectRef): DispatchError {
  return new DispatchError('being-deleted', `${nameOf(ref)} is being deleted.`, 'It is applied again once it is gone.');
}

function whole(message: string): ObjectDrift {
  return { field: '', manager: '', message };
}
