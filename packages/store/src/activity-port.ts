/** The port of the store: the activity feed. */
import type { ActivityEntry, ActivityQuery, Page } from '@pharos/contract';

export interface Activity {
  /** Newest first. */
  list(query: ActivityQuery): Promise<Page<ActivityEntry>>;
  /** Id of the newest entry, 0 for none. */
  last(): Promise<number>;
  /** Entries after this one, oldest first, 200 at most. */
  after(id: number): Promise<ActivityEntry[]>;
  /** Tells of agents that fell silent or call again, each once, whichever replica looks first. Answers how many. */
  watchAgents(now: Date): Promise<number>;
  /** Drops entries older than 90 days, and those beyond the newest 100,000. */
  prune(now: Date): Promise<void>;
}
