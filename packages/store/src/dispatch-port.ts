/** The port of the store for what agents apply in their location. */

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
  readonly updatedAt: string;
}

export interface Dispatches {
  /** Replaces what the owner had there. Throws `conflict` when the owner stands in another location. */
  put(dispatch: NewDispatch, now: Date): Promise<Dispatch>;
  get(ownerKind: DispatchOwner, ownerId: string): Promise<Dispatch | null>;
  /** The agent deletes the objects; the row goes when it says so. False: nothing was dispatched. */
  remove(ownerKind: DispatchOwner, ownerId: string, now: Date): Promise<boolean>;
}
