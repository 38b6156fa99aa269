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

export interface Clusters {
  list(query: ClusterQuery): Promise<Page<StoredCluster>>;
  get(id: string): Promise<StoredCluster | null>;
  /** Throws `name-taken` when the namespace of the location has one of this name. */
  create(id: string, content: ClusterContent, note: ClusterNote, now: Date): Promise<StoredCluster>;
  /** Throws `conflict` when the revision is not the stored one any more. */
  update(id: string, revision: number, content: ClusterContent, note: ClusterNote, now: Date): Promise<StoredCluster>;
  remove(id: string): Promise<boolean>;
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
