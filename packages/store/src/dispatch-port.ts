/** The port of the store for what agents apply in their location. */
import type {
  DispatchQuery,
  DispatchReport,
  DispatchTask,
  ObjectStatus,
  Page,
  Dispatch as ShownDispatch,
} from '@pharos/contract';

/** A Kubernetes object as it is written, apiVersion and kind included. */
export type KubernetesObject = Readonly<Record<string, unknown>>;

export type DispatchOwner = 'cluster' | 'model-deployment' | 'catalog';

export interface NewDispatch {
  readonly ownerKind: DispatchOwner;
  readonly ownerId: string;
  readonly locationId: string;
  /** In the order in which they are applied. */
  readonly objects: readonly KubernetesObject[];
  readonly requestedBy: string;
}

export interface Dispatch {
  readonly id: string;
  readonly ownerKind: DispatchOwner;
  readonly ownerId: string;
  readonly locationId: string;
  /** Counts up with every change of the objects. */
  readonly generation: number;
  /** The newest generation that an agent has applied whole; 0: none yet. */
  readonly appliedGeneration: number;
  readonly objects: readonly KubernetesObject[];
  readonly state: 'waiting' | 'applying' | 'applied' | 'failed' | 'deleting' | 'deleted';
  readonly message: string;
  /** Conditions that the operators wrote on the objects, as the agent reported them. */
  readonly conditions: readonly unknown[];
  /** Each object as an agent last saw it: phase, conditions, events, drift. */
  readonly status: readonly ObjectStatus[];
  /** Why it failed or waits: a stable code, and what to do about it. */
  readonly code: string | null;
  readonly hint: string | null;
  readonly updatedAt: string;
  /** When an agent last looked at the objects; null: not yet. */
  readonly checkedAt: string | null;
}

/** How long a lease holds, in seconds. */
export const DISPATCH_LEASE_SECONDS = 60;

export interface LeaseHolder {
  readonly locationId: string;
  readonly agentId: string;
  readonly epoch: number;
}

export interface Dispatches {
  /** Replaces what the owner had there. Throws `conflict` when the owner stands in another location. */
  put(dispatch: NewDispatch, now: Date): Promise<Dispatch>;
  get(ownerKind: DispatchOwner, ownerId: string): Promise<Dispatch | null>;
  /** The agent deletes the objects; the row goes when it says so. False: nothing was dispatched. */
  remove(ownerKind: DispatchOwner, ownerId: string, now: Date): Promise<boolean>;
  list(query: DispatchQuery): Promise<Page<ShownDispatch>>;
  /** Changes when an agent of the location has something else to do: also when an image in it is approved. */
  version(locationId: string, now: Date): Promise<string>;
  /**
   * What this agent shall do; it holds a lease on each for `leaseSeconds`, and nobody else is handed it meanwhile. An object
   * that names an image which is not approved is not handed out: the dispatch waits and says why.
   */
  take(agent: LeaseHolder, now: Date): Promise<DispatchTask[]>;
  /** `stale`: of an older lease or generation, and nothing was kept. */
  report(id: string, report: DispatchReport, now: Date): Promise<'kept' | 'stale' | 'unknown'>;
}
