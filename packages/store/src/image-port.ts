/** The port of the store: images. */
import type { Image, Observation, Package, PackageList, PackageQuery, Page } from '@pharos/contract';
import type { Place } from '@pharos/library';

export interface Images {
  /** `now` decides what has expired; absent: the time of the call. */
  get(digest: string, now?: Date): Promise<Image | null>;
  /**
   * Deeper observations replace shallower ones, and packages those read before; facts of the tags that point there are
   * drawn again.
   */
  observe(observation: Observation, now: Date, packages?: readonly PackageList[]): Promise<void>;
  /** null: no list of its packages was read. */
  packages(digest: string): Promise<Package[] | null>;
  listPackages(digest: string, query: PackageQuery): Promise<Page<Package>>;
  /** Every place where these digests stand now; an image that stands nowhere is everybody's, one that is not there nobody's. */
  places(digests: readonly string[]): Promise<Place[]>;
  /** Some place where the digest stands now, to read it from. */
  place(digest: string): Promise<{ registryId: string; repository: string; locationId: string } | null>;
}
