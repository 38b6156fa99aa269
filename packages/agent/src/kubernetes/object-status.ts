/** What Kubernetes and the operators say of an object: conditions, events, phase. All of it is text from elsewhere. */
import type { ObjectCondition, ObjectDrift, ObjectEvent, ObjectRef, ObjectStatus } from '@pharos/contract';
import { cleanText } from '@pharos/library';
import type { KubeObject, KubernetesApi } from './api.ts';

const MOST_CONDITIONS = 20;
const MOST_EVENTS = 10;

/** The status of an object as it stands. */
export async function statusOf(
  api: KubernetesApi,
  object: ObjectRef,
  live: KubeObject,
  more: { outcome: ObjectStatus['outcome']; drift?: readonly ObjectDrift[]; signal?: AbortSignal },
): Promise<ObjectStatus> {
  return {
    object,
    outcome: more.outcome,
    phase: phaseOf(live),
    ...instancesOf(live),
    conditions: conditionsOf(live),
    events: await eventsOf(api, live, more.signal),
    drift: [...(more.drift ?? [])].slice(0, 20),
  };
}

/** The status of an object that cannot be read. */
export function bareStatus(
  object: ObjectRef,
  outcome: ObjectStatus['outcome'],
  drift: ObjectDrift[] = [],
): ObjectStatus {
  return { object, outcome, phase: '', conditions: [], events: [], drift };
}

/** CloudNativePG says `phase` and `phaseReason`, the NIM Operator `state`; KServe has conditions only. */
function phaseOf({ status }: KubeObject): string {
  const words = [status?.phase ?? status?.state, status?.phaseReason].filter((word) => typeof word === 'string');
  return cleanText(words.join(': '), 500);
}

/** The operators of PostgreSQL count `instances` and `readyInstances`; a cluster that has none ready leaves the second out. */
function instancesOf({ kind, status }: KubeObject): Pick<ObjectStatus, 'instances'> {
  const { instances: total, readyInstances: ready = 0 } = (status ?? {}) as Record<string, unknown>;
  const isCount = (value: unknown): value is number => Number.isInteger(value) && (value as number) >= 0;
  return kind === 'Cluster' && isCount(total) && isCount(ready) ? { instances: { ready, total } } : {};
}

function conditionsOf({ status }: KubeObject): ObjectCondition[] {
  const listed: unknown[] = Array.isArray(status?.conditions) ? status.conditions : [];
  return listed.slice(0, MOST_CONDITIONS).flatMap((one) => {
    if (typeof one !== 'object' || one === null) return [];
    const { type, status: state, reason, message, lastTransitionTime } = one as KubeObject;
    return [
      {
        type: text(type, 200),
        status: text(state, 50),
        reason: text(reason, 200),
        message: text(message, 1000),
        at: timeOf(lastTransitionTime),
      },
    ];
  });
}

/** Newest first. Not to be allowed to read them is no fault: they are told nowhere else, and nothing depends on them. */
async function eventsOf(api: KubernetesApi, live: KubeObject, signal?: AbortSignal): Promise<ObjectEvent[]> {
  const { namespace, uid } = live.metadata ?? {};
  if (typeof uid !== 'string') return [];
  const place = typeof namespace === 'string' ? namespace : 'default';
  const query = { fieldSelector: `involvedObject.uid=${uid}`, limit: '50' };
  try {
    const path = `/api/v1/namespaces/${encodeURIComponent(place)}/events`;
    const answer = await api.call('GET', path, { query, signal });
    const events: KubeObject[] = Array.isArray(answer.items) ? answer.items : [];
    return events
      .map((event) => ({
        type: text(event.type, 50),
        reason: text(event.reason, 200),
        message: text(event.message, 1000),
        count: Number.isInteger(event.count) && event.count > 0 ? event.count : 1,
        at: timeOf(event.lastTimestamp ?? event.eventTime ?? event.metadata?.creationTimestamp),
      }))
      .sort((one, other) => ((one.at ?? '') < (other.at ?? '') ? 1 : -1))
      .slice(0, MOST_EVENTS);
  } catch (error) {
    if (signal?.aborted) throw error;
    return [];
  }
}

function text(value: unknown, limit: number): string {
  return typeof value === 'string' ? cleanText(value, limit) : '';
}

function timeOf(value: unknown): string | null {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}
