/** The embedded database: a locked directory, PGlite in its worker, and the upkeep that PGlite has nobody else for. */
import { existsSync } from 'node:fs';
import { readFile, rename, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { Kysely, PGliteDialect } from 'kysely';
import { auditedDialect } from './audited-driver.ts';
import type { Db, Log } from './database.ts';
import { lockDirectory } from './directory-lock.ts';
import { StoreError } from './errors.ts';
import { type EmbeddedDatabase, openPglite } from './pglite.ts';
import { makeFolder, syncFolder, syncTree } from './sync-files.ts';
import { type Upkeep, upkeepOf } from './upkeep.ts';

/** PGlite 0.5 is PostgreSQL 18; its directories do not open in another major. */
const MAJOR = '18';

export interface OpenDatabase {
  readonly db: Db;
  readonly upkeep: Upkeep;
  /** Runs what may take as long as it takes: migrations. The handle is good until `run` settles. */
  patiently<T>(run: (db: Db) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** `directory`: the data directory, made with mode 0700 when absent; `memory:` keeps everything in memory. */
export async function openEmbedded(directory: string, log: Log): Promise<OpenDatabase> {
  if (directory === 'memory:') return assemble(await openPglite('memory:'), async () => {}, log);
  await makeFolder(directory, 0o700).catch((cause: unknown) => {
    throw unusable(directory, cause);
  });
  const unlock = await lockDirectory(directory).catch((cause: unknown) => {
    throw cause instanceof StoreError ? cause : unusable(directory, cause);
  });
  try {
    return assemble(await openDirectory(directory), unlock, log);
  } catch (error) {
    await unlock();
    throw error;
  }
}

async function assemble(pglite: EmbeddedDatabase, unlock: () => Promise<void>, log: Log): Promise<OpenDatabase> {
  const db: Db = new Kysely({ dialect: auditedDialect(new PGliteDialect({ pglite })) });
  const upkeep = upkeepOf(db, log);
  const close = async () => {
    await upkeep.stop();
    await db.destroy();
    // destroy closes only what a query has opened.
    await pglite.close();
    await unlock();
  };
  return { db, upkeep, patiently: (run) => run(db), close };
}

/**
 * A first start makes the database aside and renames it when it is whole: a process that dies during the seconds of
 * initdb leaves nothing that looks like a damaged database.
 */
async function openDirectory(directory: string): Promise<EmbeddedDatabase> {
  const path = join(directory, 'database');
  if (!existsSync(path)) {
    const aside = join(directory, 'database.new');
    await rm(aside, { recursive: true, force: true });
    const made = await openPglite(aside).catch(async (cause: unknown) => {
      throw (await isFull(directory)) ? full(cause) : unusable(directory, cause);
    });
    await made.close();
    // initdb does not sync what it wrote.
    await syncTree(aside);
    await rename(aside, path);
    await syncFolder(directory);
  }
  const major = (await readFile(join(path, 'PG_VERSION'), 'utf8').catch(() => '')).trim();
  if (Number(major) > Number(MAJOR)) {
    throw new StoreError(
      'database-newer',
      `The embedded database in ${path} was made by a newer Pharos (PostgreSQL ${major}; this one has ${MAJOR}).`,
      'Start the newer Pharos again, or choose another --data-dir.',
    );
  }
  if (major !== MAJOR) throw damaged(path, new Error(`PG_VERSION is "${major}"`));
  return openPglite(path).catch(async (cause: unknown) => {
    throw (await isFull(directory)) ? full(cause) : damaged(path, cause);
  });
}

/** Less than this is not enough to open a database: recovery after a crash writes before anything can be read. */
const LEAST_FREE_BYTES = 1024 * 1024;

/** Asked of the disk, because a database that dies of it says little: some of its errors have no text at all. */
async function isFull(directory: string): Promise<boolean> {
  const disk = await statfs(directory).catch(() => null);
  return disk !== null && disk.bavail * disk.bsize < LEAST_FREE_BYTES;
}

function full(cause: unknown): StoreError {
  return new StoreError(
    'disk-full',
    'The disk that holds the database is full, so the database cannot be opened; nothing in it is lost.',
    'Free or add space, then start again.',
    { cause },
  );
}

function unusable(directory: string, cause: unknown): StoreError {
  return new StoreError(
    'data-directory-unusable',
    `The data directory ${directory} cannot be used: ${cause instanceof Error ? cause.message : String(cause)}.`,
    'Give a --data-dir on a local disk that this user may write to.',
    { cause },
  );
}

function damaged(path: string, cause: unknown): StoreError {
  return new StoreError(
    'database-damaged',
    `The embedded database in ${path} cannot be opened.`,
    'Restore a backup of the data directory. Or move it away and start again: agents read the registries anew, while registries, rules, users and tokens written in the UI are lost.',
    { cause },
  );
}
