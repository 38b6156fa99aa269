/** The port of the store: what tags meant before. */
import type { Freshness, LibraryGrowth, Overview, RegistryHistory, RepositoryHistory } from '@pharos/contract';

/** What pictures are drawn from. */
export interface History {
  growth(days: number, now: Date): Promise<LibraryGrowth>;
  freshness(now: Date): Promise<Freshness>;
  /** null: no such repository. */
  repository(id: string, days: number, now: Date): Promise<RepositoryHistory | null>;
  /** null: no such registry. */
  registry(id: string, days: number, now: Date): Promise<RegistryHistory | null>;
  overview(now: Date): Promise<Overview>;
  /** Counts some of the repositories that changed; answers whether there may be more. */
  countRepositories(now: Date): Promise<boolean>;
  /** Writes the library's row of today, and of all days before when there is none yet. */
  countLibrary(now: Date): Promise<void>;
  prune(now: Date): Promise<void>;
}
