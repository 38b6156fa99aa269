/** The port of the store: scans, and what they report. */
import type {
  ChunkTaken,
  Page,
  Scan,
  ScanBegin,
  ScanBegun,
  ScanChunk,
  ScanCommit,
  ScanCommitted,
  ScanProgress,
  ScanQuery,
} from '@pharos/contract';

export interface Scans {
  list(query: ScanQuery): Promise<Page<Scan>>;
  get(id: string): Promise<Scan | null>;
  /** A scan that somebody asked for; it is `running` with step "waiting for the agent" until the agent begins. */
  request(
    input: { id: string; registryId: string; repositoryId: string | null; locationId: string },
    now: Date,
  ): Promise<Scan>;
  /** Throws StoreError `stale-scan` for a lower epoch or an unknown registry. Idempotent. */
  begin(begin: ScanBegin, now: Date): Promise<ScanBegun>;
  progress(id: string, progress: ScanProgress, now: Date): Promise<Scan | null>;
  /** Throws `chunk-out-of-order` (with the expected number), `stale-scan`. Idempotent by number and sha256. */
  chunk(id: string, n: number, chunk: ScanChunk, now: Date): Promise<ChunkTaken>;
  /** One transaction: reconcile, history, facts, counts, listing. Throws `set-digest-mismatch`. Idempotent. */
  commit(id: string, commit: ScanCommit, now: Date): Promise<ScanCommitted>;
  /** Marks requested or begun scans that nobody finished since `before` as failed. Answers their ids. */
  failStale(before: Date, now: Date): Promise<string[]>;
  /** Drops old scans (keeps the newest 50 of each repository and registry) and staged chunks of finished ones. */
  prune(): Promise<void>;
}
