/**
 * Statistics and dead rows. PostgreSQL does this by itself (autovacuum); PGlite is one process without helpers, so it is
 * told to, a moment after enough was written: without fresh statistics the planner walks whole tables.
 */
import { sql } from 'kysely';
import { type Db, first, type Log } from './database.ts';

export interface Upkeep {
  /** Tells how many rows of the large tables were written. Returns at once. */
  wrote(rows: number): void;
  stop(): Promise<void>;
}

/** Upkeep for a database that keeps itself. */
export const NO_UPKEEP: Upkeep = { wrote: () => {}, stop: async () => {} };

const ANALYZE_AFTER = 1_000;
/** Of a large library so much must change that its statistics do: they are made out of thirty thousand pages. */
const ANALYZE_SHARE = 0.02;
const VACUUM_AFTER = 50_000;
const QUIET_MILLISECONDS = 1_500;
const TABLES = [
  'tags',
  'tag_history',
  'images',
  'repositories',
  'repository_profiles',
  'tag_profiles',
  'hcp_tag_images',
  'image_states',
  'decided_tags',
  'models',
  'scans',
  'scan_chunks',
  'listings',
  'activity',
] as const;

export function upkeepOf(db: Db, log: Log): Upkeep {
  let sinceAnalyze = 0;
  let sinceVacuum = 0;
  let timer: NodeJS.Timeout | null = null;
  let running: Promise<void> = Promise.resolve();

  const run = async () => {
    const vacuum = sinceVacuum >= VACUUM_AFTER;
    try {
      const known = await first(
        sql<{ n: number }>`select reltuples as n from pg_class where oid = 'tags'::regclass`,
        db,
      );
      if (sinceAnalyze < (known?.n ?? 0) * ANALYZE_SHARE) return;
      sinceAnalyze = 0;
      if (vacuum) sinceVacuum = 0;
      // One table at a time: the one connection serves readers in between.
      for (const table of TABLES) {
        await (vacuum ? sql`vacuum (analyze) ${sql.table(table)}` : sql`analyze ${sql.table(table)}`).execute(db);
      }
      if (vacuum) await sql`checkpoint`.execute(db);
    } catch (error) {
      log('warn', 'Upkeep of the embedded database failed; it is tried again after the next import.', {
        error: error instanceof Error ? error.message : String(error),
      });
    }
  };

  return {
    wrote: (rows) => {
      sinceAnalyze += rows;
      sinceVacuum += rows;
      if (sinceAnalyze < ANALYZE_AFTER) return;
      if (timer !== null) clearTimeout(timer);
      timer = setTimeout(() => {
        running = run();
      }, QUIET_MILLISECONDS).unref();
    },
    stop: async () => {
      if (timer !== null) clearTimeout(timer);
      await running;
    },
  };
}
