/** The port of the store for maintenance windows of locations and clusters. */
import type {
  ClusterMaintenancePatch,
  LocationMaintenance,
  LocationMaintenancePatch,
  MaintenanceWindows,
} from '@pharos/contract';

export interface StoredMaintenance {
  /** Its own; null: those of its location. */
  readonly windows: MaintenanceWindows | null;
  /** Asked for by the cluster itself. */
  readonly upgradeApproval: boolean;
  readonly location: LocationMaintenance;
}

export interface Maintenance {
  ofLocation(id: string): Promise<LocationMaintenance | null>;
  ofCluster(id: string): Promise<StoredMaintenance | null>;
  /** Those that exist. */
  ofClusters(ids: readonly string[]): Promise<Map<string, StoredMaintenance>>;
  /**
   * null: no such location. Where approval is asked for from now on, upgrades that nobody approved and that have not begun
   * wait for it as well.
   */
  setLocation(id: string, patch: LocationMaintenancePatch): Promise<LocationMaintenance | null>;
  /** null: no such cluster. Noted in its history. */
  setCluster(
    id: string,
    patch: ClusterMaintenancePatch,
    note: { readonly actor: string; readonly detail: string },
    now: Date,
  ): Promise<StoredMaintenance | null>;
}

/** The windows that count for a cluster. */
export function windowsOf({ windows, location }: StoredMaintenance): MaintenanceWindows {
  return windows ?? location.windows;
}
