/** The port of the store for vulnerability reports that nobody signed. */
import type { ImageVulnerabilityReport, ReportedVulnerabilities } from '@pharos/contract';

export interface ReportStore {
  /**
   * Keeps what an agent read; the same again is the same. What a registry's scanner says now takes the place of what it said before.
   * False: no such scan, or not of a repository.
   */
  put(scanId: string, reports: readonly ReportedVulnerabilities[], now: Date): Promise<boolean>;
  /** Of one image, newest first; the first hundred. */
  ofImage(digest: string): Promise<ImageVulnerabilityReport[]>;
}
