/** What one scan of a repository is given. */
import type { CompiledRule } from '@pharos/library';
import type { EvidenceState } from './evidence.ts';
import type { PackedTags } from './packed-tags.ts';
import type { RepositoryReader } from './repository-reader.ts';
import type { ScanFacts } from './scan-facts.ts';
import type { Spool } from './spool.ts';
import type { ReportHeader } from './spool-file.ts';

export interface ScanJob {
  header: ReportHeader;
  /** Rules that take this repository. */
  rules: readonly CompiledRule[];
  reader: RepositoryReader;
  /** What the control plane has acknowledged. */
  known: PackedTags;
  /** When it was last asked what hangs on a digest, seconds since 1970. */
  subjects?: ReadonlyMap<string, number> | undefined;
  /** Which signatures were fetched before. */
  evidence?: EvidenceState | undefined;
  spool: Spool;
  signal: AbortSignal;
  maxTags?: number | undefined;
  /** For rules that ask for more than names; without it none does. */
  facts?: ScanFacts | undefined;
  /** Keeps the facts of these tags for the next scan. */
  keepFacts?: ((names: readonly string[]) => Promise<void>) | undefined;
  /** Tags that a notification told of while this scan runs; each is given once. */
  takeHints?: (() => string[]) | undefined;
  onProgress(done: number, total: number, step: string): void;
}
