/** The port of the store for clusters, catalogs, and the images that both are made of. */
import type {
  CatalogEdition,
  CatalogEntry,
  ClusterChange,
  ClusterQuery,
  ClusterSpec,
  Engine,
  Page,
  Version,
} from '@pharos/contract';
import type { CatalogKey, PlacedImage } from '@pharos/library';
import type { NewUpgrade } from './cluster-upgrade-port.ts';
import type { KubernetesObject } from './dispatch-port.ts';

/** What is kept of a cluster. Its manifest is written anew whenever it is handed out, so that it cannot outlive an approval. */
export interface StoredCluster {
  readonly id: string;
  readonly spec: ClusterSpec;
  readonly engine: Engine;
  readonly version: Version;
  readonly tag: string;
  readonly reference: string;
  /** Name of the catalog that it follows; null: pinned. */
  readonly catalog: string | null;
  readonly apply: boolean;
  readonly revision: number;
  readonly createdAt: string;
  readonly createdBy: string;
  readonly updatedAt: string;
}

export type ClusterContent = Pick<
  StoredCluster,
  'spec' | 'engine' | 'version' | 'tag' | 'reference' | 'catalog' | 'apply'
>;

export interface ClusterNote {
  readonly action: ClusterChange['action'];
  readonly actor: string;
  readonly detail: string;
}

/** What goes with a change of a cluster. */
export interface ClusterStep {
  /** What its agents apply from now on; absent: nothing is handed to them. */
  readonly objects?: readonly KubernetesObject[] | undefined;
  /** The upgrade that this is: one that waits for its time, or one that begins at once. */
  readonly upgrade?: { readonly scheduled: string } | { readonly at: 'once'; readonly upgrade: NewUpgrade } | undefined;
}

export interface Clusters {
  list(query: ClusterQuery): Promise<Page<StoredCluster>>;
  get(id: string): Promise<StoredCluster | null>;
  /** With what its agents apply, in one transaction. Throws `name-taken` when the namespace has one of this name. */
  create(
    id: string,
    content: ClusterContent,
    note: ClusterNote,
    now: Date,
    objects?: readonly KubernetesObject[],
  ): Promise<StoredCluster>;
  /**
   * With what its agents apply and the step of an upgrade, in one transaction. Throws `conflict` when the revision is not
   * the stored one any more or the upgrade does not wait any more, `second-person-needed`.
   */
  update(
    id: string,
    revision: number,
    content: ClusterContent,
    note: ClusterNote,
    now: Date,
    more?: ClusterStep,
  ): Promise<StoredCluster>;
  /** What agents applied of it is deleted by them. */
  remove(id: string, now: Date): Promise<boolean>;
  /** Newest first, at most 100. */
  history(id: string): Promise<ClusterChange[]>;
  /** Those that follow a catalog, at most 1,000. */
  ofCatalog(location: string, catalog: string): Promise<StoredCluster[]>;
  /** Counts by `location/catalog`. */
  followers(): Promise<Map<string, number>>;
}

export interface StoredCatalog {
  readonly id: string;
  readonly key: CatalogKey;
  readonly mode: 'automatic' | 'held';
  readonly edition: CatalogEdition;
}

export interface Catalogs {
  /** Those of a location, or all, by name. */
  list(location: string | null): Promise<StoredCatalog[]>;
  /** Newest first, at most 200. */
  editions(id: string): Promise<CatalogEdition[]>;
  /** One more edition, if `after` (0: none yet) is still the newest; else what stands there now is answered. */
  publish(
    key: CatalogKey,
    after: number,
    edition: { mode: 'automatic' | 'held'; by: string; reason: string; entries: readonly CatalogEntry[] },
    now: Date,
  ): Promise<StoredCatalog>;
}

export interface PlacedImages {
  /** Approved images that stand in a location, newest version first, at most 5,000. `null`: in all of them. */
  approved(
    where: { location: string | null; kind: 'postgres' | 'extension'; engine?: Engine; major?: number },
    now: Date,
  ): Promise<PlacedImage[]>;
  /** The newest images of an engine whatever their state, at most `limit`. */
  newest(
    where: { location: string; engine: Engine; major: number | null; limit: number },
    now: Date,
  ): Promise<PlacedImage[]>;
  /** Every place of these digests in a location; exact tags first. */
  ofDigests(location: string, digests: readonly string[], now: Date): Promise<PlacedImage[]>;
}
