/** The port of the store for which images run where. */
import type { ImageUsage, Page, UsageQuery, UsageReport } from '@pharos/contract';
import type { DatabasePod } from '@pharos/library';

/** How many uses of a digest there are, and the first of them. */
export interface UsageSummary {
  readonly total: number;
  readonly first: readonly ImageUsage[];
}

export interface Usages {
  /**
   * Keeps what an agent saw of one scope: a complete snapshot replaces, a partial one only adds. False: the agent is not
   * known, or a newer word of it was kept already.
   */
  report(report: UsageReport, now: Date): Promise<boolean>;
  /** Where an image, or one of its platforms, runs. */
  ofImage(digest: string, query: UsageQuery): Promise<Page<ImageUsage>>;
  /** How many uses there are of each, in one statement; a digest that runs nowhere is not in the answer. */
  countsOf(digests: readonly string[]): Promise<Map<string, number>>;
  /**
   * The pods that run the database of a cluster, and whether they run an image or have it mounted, by the index or by one of
   * its platforms. null: no agent of the location watches the pods there.
   */
  podsOf(
    cluster: { readonly locationId: string; readonly namespace: string; readonly name: string },
    digest: string,
  ): Promise<DatabasePod[] | null>;
  /** Who would be hit: every digest that was asked for is in the answer. */
  usagesOf(digests: readonly string[], most?: number): Promise<Map<string, UsageSummary>>;
}
