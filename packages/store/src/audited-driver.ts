/**
 * The driver of either database, with the audit log built in. What is written while an `AuditRun` is open gets its entry as
 * the last statements before the commit: the head of the log is locked for the commit only, never while a handler waits.
 */
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  sql,
} from 'kysely';
import { appendAudit } from './audit.ts';
import { type AuditRun, auditRun } from './audit-context.ts';
import { type Db, first } from './database.ts';

/** What cannot change anything needs no transaction around it. `with` and everything unknown may. */
const READS = /^\s*(?:select|explain|show|set)\b/i;

/** A dialect whose driver writes the audit log. */
export function auditedDialect(dialect: Dialect): Dialect {
  return {
    createAdapter: () => dialect.createAdapter(),
    createIntrospector: (db) => dialect.createIntrospector(db),
    createQueryCompiler: () => dialect.createQueryCompiler(),
    createDriver: () => auditedDriver(dialect.createDriver()),
  };
}

function auditedDriver(driver: Driver): Driver {
  const inside = new WeakSet<DatabaseConnection>();
  const known = new WeakMap<DatabaseConnection, Db>();

  /** A statement outside of a transaction: one is put around it, for the entry and the change commit together or not at all. */
  function watch(connection: DatabaseConnection): void {
    if (known.has(connection)) return;
    const execute = connection.executeQuery.bind(connection);
    connection.executeQuery = async <R>(query: CompiledQuery, options?: never) => {
      const isPlain = inside.has(connection) || !auditRun()?.isOpen || READS.test(query.sql);
      if (isPlain) return execute<R>(query, options);
      await begin(connection, {});
      try {
        const result = await execute<R>(query, options);
        await commit(connection);
        return result;
      } catch (error) {
        await rollback(connection).catch(() => {});
        throw error;
      }
    };
    known.set(connection, dbOn(connection));
  }

  async function begin(connection: DatabaseConnection, settings: Parameters<Driver['beginTransaction']>[1]) {
    inside.add(connection);
    try {
      await driver.beginTransaction(connection, settings);
    } catch (error) {
      inside.delete(connection);
      throw error;
    }
  }

  async function commit(connection: DatabaseConnection): Promise<void> {
    const doing = auditRun();
    const isDue = doing?.isOpen === true && (await appendTo(known.get(connection) as Db, doing));
    await driver.commitTransaction(connection);
    inside.delete(connection);
    if (isDue) doing.written();
  }

  async function rollback(connection: DatabaseConnection): Promise<void> {
    try {
      await driver.rollbackTransaction(connection);
    } finally {
      inside.delete(connection);
    }
  }

  return {
    init: (options) => driver.init(options),
    acquireConnection: async (options) => {
      const connection = await driver.acquireConnection(options);
      watch(connection);
      return connection;
    },
    beginTransaction: begin,
    commitTransaction: commit,
    rollbackTransaction: rollback,
    savepoint: (...values) => driver.savepoint!(...values),
    rollbackToSavepoint: (...values) => driver.rollbackToSavepoint!(...values),
    releaseSavepoint: (...values) => driver.releaseSavepoint!(...values),
    releaseConnection: (connection, options) => driver.releaseConnection(connection, options),
    destroy: (options) => driver.destroy(options),
  };
}

/** Appends the entry if the transaction has written anything. A transaction gets a number with its first change. */
async function appendTo(db: Db, doing: AuditRun): Promise<boolean> {
  const written = await first(sql<{ is: boolean }>`select pg_current_xact_id_if_assigned() is not null as is`, db);
  if (written?.is !== true) return false;
  await appendAudit(db, doing.event, doing.now());
  return true;
}

/** Queries on one connection, in whatever transaction it has. */
function dbOn(connection: DatabaseConnection): Db {
  const driver: Driver = {
    init: async () => {},
    acquireConnection: async () => connection,
    beginTransaction: async () => {},
    commitTransaction: async () => {},
    rollbackTransaction: async () => {},
    releaseConnection: async () => {},
    destroy: async () => {},
  };
  return new Kysely({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => driver,
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  });
}
