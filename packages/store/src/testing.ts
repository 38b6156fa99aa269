/**
 * For tests, here and of the packages above: an embedded database that is made and migrated already. initdb and the
 * migrations cost six seconds of processor time, a copy of their result a fraction of one, and a whole run opens two hundred.
 */
import { createHash, randomUUID } from 'node:crypto';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openStore, type StoreOptions } from './open.ts';
import type { Store } from './store.ts';

const CACHE = fileURLToPath(new URL('../../../node_modules/.cache/pharos-test/', import.meta.url));

/** A new store that keeps nothing: its folder goes when it is closed. */
export async function openTestStore(
  options: Pick<StoreOptions, 'log' | 'absence' | 'attestationSpace'> = {},
): Promise<Store> {
  const dataDir = await mkdtemp(join(tmpdir(), 'pharos-test-'));
  const remove = () => rmSync(dataDir, { recursive: true, force: true });
  try {
    await putDatabase(dataDir);
    const store = await openStore({ ...options, dataDir });
    return { ...store, close: () => store.close().finally(remove) };
  } catch (error) {
    remove();
    throw error;
  }
}

/** Puts a database of this version, without a row, into a data directory that has none yet. */
export async function putDatabase(dataDir: string): Promise<void> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  // At once: file by file through promises it costs several times the processor time.
  cpSync(await template(), join(dataDir, 'database'), { recursive: true });
}

/** Made once for a set of migrations; of processes that make it at the same time one wins. */
async function template(): Promise<string> {
  const made = join(CACHE, `database-${version()}`);
  if (existsSync(made)) return made;
  const aside = join(CACHE, randomUUID());
  await (await openStore({ dataDir: aside })).close();
  slim(join(aside, 'database'));
  await rename(join(aside, 'database'), made).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
  });
  await rm(aside, { recursive: true, force: true });
  return made;
}

/** Half of its 1500 files are the databases that only CREATE DATABASE reads; copies of them cost about as much as opening one. */
function slim(database: string): void {
  for (const unread of ['1', '4']) {
    const folder = join(database, 'base', unread);
    for (const name of readdirSync(folder)) if (name !== 'PG_VERSION') rmSync(join(folder, name));
  }
}

function version(): string {
  const hash = createHash('sha256');
  const migrations = new URL('./migrations/', import.meta.url);
  for (const name of readdirSync(migrations).sort()) hash.update(name).update(readFileSync(new URL(name, migrations)));
  hash.update(readFileSync(fileURLToPath(import.meta.url)));
  // Its version says which PostgreSQL, and whose initdb.
  hash.update(readFileSync(new URL('../package.json', import.meta.url)));
  return hash.digest('hex').slice(0, 16);
}
