/**
 * `<data-dir>/cli-access.json`: how client commands on the same machine reach a running `pharos up` without setting up
 * anything. It holds the address and an administrator's token that is made anew at each start, valid while that process
 * lives, and readable by its owner only (mode 0600): who can read it could read the database and the key file beside it
 * as well. When PHAROS_ADMIN_TOKEN is given, that value is not written down; the file then holds the address only.
 */
import { chmodSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface LocalAccess {
  /** Origin to dial from this machine. */
  url: string;
  token: string | null;
}

/** Path of the file in a data directory. */
export function accessFile(dataDir: string): string {
  return join(dataDir, 'cli-access.json');
}

/** Writes the file whole or not at all. */
export function writeAccess(dataDir: string, access: LocalAccess): void {
  const path = accessFile(dataDir);
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, `${JSON.stringify(access)}\n`, { mode: 0o600 });
  // `mode` only counts for a new file, and a crashed start may have left one.
  chmodSync(temporary, 0o600);
  renameSync(temporary, path);
}

export function removeAccess(dataDir: string): void {
  rmSync(accessFile(dataDir), { force: true });
}

/** The access of a running `up`, or null: no file, somebody else's file, a file that others can write. */
export function readAccess(dataDir: string): LocalAccess | null {
  const path = accessFile(dataDir);
  try {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (!stat?.isFile() || stat.size > 10_000 || (stat.mode & 0o077) !== 0) return null;
    // Somebody else's file could send this user's commands to somebody else's address.
    if (process.getuid && stat.uid !== process.getuid() && process.getuid() !== 0) return null;
    const { url, token } = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
    if (typeof url !== 'string' || !URL.canParse(url)) return null;
    return { url, token: typeof token === 'string' ? token : null };
  } catch {
    return null;
  }
}
