/** The port of the store for image catalogs, their editions, and the stages in which these reach clusters. */
import type {
  CatalogDetail,
  CatalogEdition,
  CatalogEntry,
  CatalogKept,
  CatalogStage,
  Rollout,
  RolloutPolicy,
} from '@pharos/contract';
import type { CatalogKey, RolloutAction } from '@pharos/library';

export interface StoredCatalog {
  readonly id: string;
  readonly key: CatalogKey;
  readonly mode: 'automatic' | 'held';
  /** What it serves. */
  readonly edition: CatalogEdition;
  /** What its canary clusters get. */
  readonly canary: CatalogEdition;
  /** The last that was drawn or published; the one that is served, unless it is on its way through the stages. */
  readonly newest: CatalogEdition;
  /** null: every edition goes to all clusters at once. */
  readonly policy: RolloutPolicy | null;
  /** What agents applied and is not approved any more, because something runs it. */
  readonly kept: readonly CatalogKept[];
  /** Of the newest edition; null: it went out at once. */
  readonly rollout: Rollout | null;
}

/** The digests of a catalog object as it was applied last; null: none was, so nothing follows it there. */
export interface StandingCatalog {
  readonly main: readonly string[] | null;
  readonly canary: readonly string[] | null;
  /** Canary clusters that are not seen to follow the canaries' catalog yet: they run what the other holds. */
  readonly notOver: readonly string[];
}

/** A follower that a second person guards: pinned, and moved on by an upgrade of its own. */
export interface CatalogHold {
  readonly id: string;
  readonly name: string;
  readonly namespace: string;
  readonly stage: CatalogStage;
  /** What it is pinned to. */
  readonly digest: string;
  readonly tag: string;
  /** What its stage of the catalog gives for its major; null: what it has, or nothing. */
  readonly waitsFor: CatalogEntry | null;
  /** false: no agent has applied the pin yet, so the entry that it may follow stays as it is for all. */
  readonly isPinned: boolean;
}

export interface NewEdition {
  readonly mode: 'automatic' | 'held';
  readonly by: string;
  readonly reason: string;
  readonly entries: readonly CatalogEntry[];
  /** The edition that it is again, where somebody went back. */
  readonly backTo?: number | null;
  /** Goes to all clusters at once, whatever the policy. */
  readonly isUrgent?: boolean;
}

export interface Catalogs {
  /** Those of a location, or all, by name. */
  list(location: string | null): Promise<StoredCatalog[]>;
  /** Those of a name: one in a location, or in all of them. */
  named(name: string, location: string | null): Promise<StoredCatalog[]>;
  /** Newest first, at most 200. */
  editions(id: string): Promise<CatalogEdition[]>;
  /** By edition; those that went out at once have none. */
  rollouts(id: string): Promise<Map<number, Rollout>>;
  /**
   * One more edition, if `after` (0: none yet) is still the newest; else what stands there now is answered. Without a
   * policy it is served at once; with one its rollout begins, and an unfinished one before it is stopped.
   */
  publish(key: CatalogKey, after: number, edition: NewEdition, now: Date): Promise<StoredCatalog>;
  /**
   * Sets how editions reach clusters; null: at once. Throws `conflict` while an edition is on its way, when a canary is no
   * cluster that follows the catalog and is applied by an agent, and when another catalog bears the name of the canaries'.
   */
  setPolicy(id: string, policy: RolloutPolicy | null): Promise<void>;
  /** A person's word about the rollout of an edition. Throws `conflict` with the reason why not. */
  act(
    id: string,
    edition: number,
    action: RolloutAction,
    who: { by: string; reason: string },
    now: Date,
  ): Promise<void>;
  /** What of it stands in Kubernetes, as agents said; what restarts is counted against this too. */
  standing(id: string): Promise<StandingCatalog>;
  /** Its followers that a second person guards, by name; at most 1,000. */
  held(id: string): Promise<CatalogHold[]>;
  /** What agents were handed of it. */
  applied(id: string): Promise<CatalogDetail['applied']>;
  /**
   * Those that have or had a policy, and those that wait until a follower is seen pinned: they are carried on with `step`.
   */
  staged(): Promise<string[]>;
  /** Takes the rollout one step further when it is time for one, and hands out what follows. False: no step was taken. */
  step(id: string, now: Date): Promise<boolean>;
  /**
   * Hands the agents of the location what this catalog and its canaries serve now, where clusters that an agent applies
   * follow it, and moves each of these clusters to the catalog that it shall follow; one that a second person guards is
   * pinned first. Nothing is handed out that is handed out already, so it may be called at any time.
   */
  dispatch(id: string, now: Date): Promise<void>;
  /** The name of the catalog that a cluster follows: that of the canaries, or the catalog's own. */
  nameFor(catalog: string, cluster: { location: string; namespace: string; name: string }): Promise<string>;
  /** Rises with every decision, and with every change that scans and rules make: catalogs may hold something else then. */
  pulse(): Promise<string>;
}
