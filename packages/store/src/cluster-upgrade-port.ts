/** The port of the store for upgrades of clusters that wait, run, or have come to an end. */
import type { ClusterPatch, UpgradeKind, UpgradeState, UpgradeTiming } from '@pharos/contract';
import type { StoredMaintenance } from './maintenance-port.ts';

/** A change of a cluster that restarts it: of kind `change` with the image that it has, else with the step to another one. */
export interface UpgradeChange {
  /** What is changed, for whoever confirms it. */
  readonly words: string;
  /** What is written when its time has come: extensions by the images that were found when it was asked for. */
  readonly patch: Omit<ClusterPatch, 'when'>;
  /** Images that the cluster gets by it: its own, where it goes to another one, and those of extensions. */
  readonly digests: readonly string[];
}

export interface NewUpgrade {
  readonly id: string;
  readonly clusterId: string;
  readonly kind: UpgradeKind;
  readonly digest: string;
  /** Name of the extension whose image it is; null: the image of the database. */
  readonly extension: string | null;
  readonly fromTag: string;
  readonly toTag: string;
  readonly timing: UpgradeTiming;
  readonly change?: UpgradeChange | null;
  readonly requestedBy: string;
  /** The user behind it; null: nobody's token. */
  readonly requestedPerson: string | null;
}

export interface StoredUpgrade extends Omit<NewUpgrade, 'requestedPerson' | 'change'> {
  readonly change: UpgradeChange | null;
  readonly state: UpgradeState;
  readonly requestedAt: string;
  readonly approvedAt: string | null;
  readonly approvedBy: string | null;
  readonly startedAt: string | null;
  /** Of its dispatch; null: it has not begun, or nobody here applies the cluster. */
  readonly generation: number | null;
  readonly finishedAt: string | null;
  /** How it ended, in a sentence. */
  readonly result: string;
}

/** Who confirms; `person` is the user behind it. */
export interface UpgradeApprover {
  readonly actor: string;
  readonly person: string | null;
}

export interface ClusterUpgrades {
  get(id: string): Promise<StoredUpgrade | null>;
  /** Newest first. */
  ofCluster(clusterId: string, most: number): Promise<StoredUpgrade[]>;
  /** By cluster: the one that waits or is being applied. */
  open(clusterIds: readonly string[]): Promise<Map<string, StoredUpgrade>>;
  /**
   * Keeps one that waits: for a second person where the cluster or its location asks for that, else for its time. Throws
   * `conflict` when another one waits already.
   */
  request(upgrade: NewUpgrade, now: Date): Promise<StoredUpgrade>;
  /**
   * From then on it waits for its time only. Throws `second-person-needed` for who asked and for programs, `conflict` when
   * it does not wait for approval.
   */
  approve(id: string, approver: UpgradeApprover, now: Date): Promise<StoredUpgrade>;
  /** Throws `conflict` when it does not wait any more. */
  cancel(id: string, actor: string, now: Date): Promise<StoredUpgrade>;
  /** Its time came and it may not be: nothing is changed. False: it does not wait any more. */
  stop(id: string, reason: string, now: Date): Promise<boolean>;
  /** Those that wait for their time only, with the windows of their clusters; at most 1,000. */
  scheduled(): Promise<{ upgrade: StoredUpgrade; maintenance: StoredMaintenance }[]>;
  /** Those that began after `since`, are not verified, and are the last that began of their cluster; at most 1,000. */
  unproven(since: Date): Promise<StoredUpgrade[]>;
  /** Notes what came of one that began; told once. False: that is noted already. */
  conclude(id: string, state: 'verified' | 'unverified', result: string, now: Date): Promise<boolean>;
}
