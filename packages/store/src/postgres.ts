/** PostgreSQL over node-postgres. */
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { auditedDialect } from './audited-driver.ts';
import type { Db, Log } from './database.ts';
import type { OpenDatabase } from './embedded.ts';
import { StoreError } from './errors.ts';
import { NO_UPKEEP } from './upkeep.ts';

/** int8 arrives as text, because it may be larger than a safe integer; ours are counts and sizes. */
const INT8 = 20;
const CONNECTIONS = 10;

/** Milliseconds after which the database ends what takes too long; 0: never. */
export interface TimeLimits {
  readonly statement: number;
  /** Waiting for a row, a table or an advisory lock. */
  readonly lock: number;
}

/** A query that runs longer has lost its reader. */
const LIMITS: TimeLimits = { statement: 60_000, lock: 30_000 };
/** At a million tags a migration builds indexes for a minute, and the other replicas wait for its lock as long. */
const NO_LIMITS: TimeLimits = { statement: 0, lock: 0 };
/** Said aloud: a limit may also stand in the address, or be set for the role or the database. */
const LIFT = 'set statement_timeout = 0; set lock_timeout = 0';

/** Opens a pool; the first query connects. Throws `database-unavailable` for an address that is none. */
export function openPostgres(databaseUrl: string, log: Log, limits: TimeLimits = LIMITS): OpenDatabase {
  if (!URL.canParse(databaseUrl)) {
    throw new StoreError(
      'database-unavailable',
      'DATABASE_URL is not an address.',
      'Write it as postgres://user:password@host:5432/database.',
    );
  }
  const { db, end } = poolOn(databaseUrl, log, limits, CONNECTIONS);
  return {
    db,
    upkeep: NO_UPKEEP,
    patiently: async (run) => {
      const patient = poolOn(databaseUrl, log, NO_LIMITS, 2);
      try {
        return await run(patient.db);
      } finally {
        await patient.end();
      }
    },
    close: end,
  };
}

function poolOn(databaseUrl: string, log: Log, limits: TimeLimits, max: number): { db: Db; end(): Promise<void> } {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    application_name: 'pharos',
    max,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    // Compiling a plan takes longer than any of these queries may.
    options: '-c jit=off',
    statement_timeout: limits.statement,
    // Of a server that does not answer any more.
    query_timeout: limits.statement === 0 ? 0 : limits.statement + 5_000,
    lock_timeout: limits.lock,
    // A transaction that idles longer has lost its process.
    idle_in_transaction_session_timeout: 60_000,
    types: {
      getTypeParser: ((id: number, format?: 'text' | 'binary') =>
        id === INT8 && format !== 'binary'
          ? Number
          : pg.types.getTypeParser(id, format)) as typeof pg.types.getTypeParser,
    },
  });
  // An idle connection that breaks would else end the process. The next query takes another one.
  pool.on('error', (error) => log('warn', 'A database connection broke.', { error: error.message }));
  if (limits === NO_LIMITS) {
    pool.on('connect', (client) => {
      client.query(LIFT).catch((error) => log('warn', 'The time limit could not be lifted.', { error: error.message }));
    });
  }
  const db: Db = new Kysely({ dialect: auditedDialect(new PostgresDialect({ pool })) });
  const end = async () => {
    await db.destroy();
    if (!pool.ended) await pool.end();
  };
  return { db, end };
}
