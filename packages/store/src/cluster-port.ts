/** The port of the store for clusters, and for the images that they and catalogs are made of. */
import type { ClusterChange, ClusterQuery, ClusterSpec, Engine, Page, Version } from '@pharos/contract';
import type { PlacedImage } from '@pharos/library';

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
