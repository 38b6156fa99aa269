import type { ScanCommit } from '@pharos/contract';
import { EMPTY_SET_DIGEST } from './set-digest.ts';

/** A scan that has nothing to report, and why; `repository: null` is a sweep. */
export type FailedScan = Pick<ScanCommit, 'finishedAt' | 'requests' | 'message' | 'code' | 'hint'> & {
  readonly repository: string | null;
};

/** The report of a scan that failed before it listed anything: no tags, no absences, the cause alone. */
export function failedReport({ repository, finishedAt, requests, message, code, hint }: FailedScan): ScanCommit {
  return {
    status: 'failed',
    tagCount: 0,
    setDigest: repository === null ? null : EMPTY_SET_DIGEST,
    listedCount: 0,
    artifactCount: 0,
    unresolved: [],
    listedNames: null,
    unchanged: false,
    absence: 'none',
    finishedAt,
    requests,
    message,
    code,
    hint,
    failures: [],
    failedCount: 0,
  };
}
