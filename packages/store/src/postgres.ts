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

/** Opens a pool; the first query connects. Throws `database-unavailable` for an address that is none. */
export function openPostgres(databaseUrl: string, log: Log): OpenDatabase {
  if (!URL.canParse(databaseUrl)) {
    throw new StoreError(
      'database-unavailable',
      'DATABASE_URL is not an address.',
      'Write it as postgres://user:password@host:5432/database.',
    );
  }
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    application_name: 'pharos',
    max: CONNECTIONS,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    // Compiling a plan takes longer than any of these queries may.
    options: '-c jit=off',
    // A query that runs longer has lost its reader; a transaction that idles longer has lost its process.
    statement_timeout: 60_000,
    query_timeout: 65_000,
    lock_timeout: 30_000,
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
  const db: Db = new Kysely({ dialect: auditedDialect(new PostgresDialect({ pool })) });
  const close = async () => {
    await db.destroy();
    if (!pool.ended) await pool.end();
  };
  return { db, upkeep: NO_UPKEEP, close };
}
