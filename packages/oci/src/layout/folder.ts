/** A layout in a folder. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  incomplete,
  isAbsent,
  type LayoutFiles,
  openPlain,
  readAt,
  refuseLarge,
  stampOf,
  unreadable,
} from './files.ts';

/**
 * Opens the layout in a folder. Files may be links as long as they stay below `root`, a real path: the folder that the
 * operator named.
 * @throws RegistryError `layout-incomplete` without an index, `layout-unreadable`
 */
export async function openFolder(path: string, root: string): Promise<LayoutFiles> {
  try {
    const stats = await stat(join(path, 'index.json'));
    return {
      path,
      stamp: stampOf(stats),
      writtenAt: stats.mtimeMs,
      read: (name, maxBytes) => readFile(path, root, name, maxBytes),
    };
  } catch (error) {
    // Tools write it last.
    if (isAbsent(error)) throw incomplete(`${path} has no index.json.`);
    throw unreadable(path, error);
  }
}

async function readFile(path: string, root: string, name: string, maxBytes: number): Promise<Buffer | null> {
  const opened = await openPlain(join(path, name), root);
  if (opened === null) return null;
  const { handle, stats } = opened;
  try {
    refuseLarge(path, name, stats.size, maxBytes);
    const bytes = await readAt(handle, path, 0, stats.size);
    if (stampOf(await handle.stat()) !== stampOf(stats)) throw incomplete(`${name} in ${path} is being written.`);
    return bytes;
  } finally {
    await handle.close();
  }
}
