/** The port of the store for admission control. */
import type {
  AdmissionRefusal,
  AdmissionRefusalQuery,
  AdmissionReport,
  AdmissionStatus,
  Page,
  PageQuery,
} from '@pharos/contract';
import type { SnapshotImage, SnapshotRepository } from '@pharos/library';
import type { z } from 'zod';

export interface AdmissionContent {
  /** Images with a decision that stand, or stood, in a repository of a registry of the location; by digest. */
  readonly images: readonly SnapshotImage[];
  /** Every repository of the location, by name, with the tags that name such images now. */
  readonly repositories: readonly SnapshotRepository[];
}

export interface AdmissionStore {
  /** Another value when the content of a location may be another one; cheap to ask. */
  mark(locationId: string): Promise<string>;
  content(locationId: string): Promise<AdmissionContent>;
  /**
   * The generation of a content: a higher one whenever the content is another than last time, or an agent has had a higher one
   * (then the database was restored from an older copy, and would otherwise never be believed again).
   */
  generation(locationId: string, contentSha256: string, atLeast: number, now: Date): Promise<number>;
  /** Keeps a report once; false: no such agent. Answers how many refusals are news. */
  report(report: AdmissionReport, now: Date): Promise<{ news: number } | null>;
  list(query: PageQuery): Promise<Page<AdmissionStatus>>;
  refusals(query: z.output<typeof AdmissionRefusalQuery>): Promise<Page<AdmissionRefusal>>;
}
