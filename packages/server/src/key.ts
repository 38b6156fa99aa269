import { randomBytes } from 'node:crypto';
import { link, open, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder } from '@pharos/store';
import { ServerError } from './errors.ts';

/** Name of the key file in the data directory. */
export const KEY_FILE = 'pharos.key';
export const KEY_BYTES = 32;

/**
 * Path of the key file `pharos.key` in `dataDir`, made with one key on the first start, mode 0600.
 * @throws ServerError `key-unusable`
 */
export async function keyFile(dataDir: string): Promise<string> {
  const path = join(dataDir, KEY_FILE);
  await makeFile(dataDir, path);
  const info = await stat(path);
  if ((info.mode & 0o077) === 0) return path;
  throw unusable(
    `The key file ${path} can be read by others (mode ${(info.mode & 0o777).toString(8)}).`,
    `Run: chmod 600 ${path}`,
  );
}

/** Makes the file unless it is there: written whole beside it and linked, so that two starts at once agree on one key. */
async function makeFile(dataDir: string, path: string): Promise<void> {
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    if (await exists(path)) return;
    const file = await open(draft, 'wx', 0o600);
    try {
      await file.writeFile(`${randomBytes(KEY_BYTES).toString('base64')}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await link(draft, path);
    // Secrets sealed with it are kept from now on: its name must be on disk before they are.
    await syncFolder(dataDir);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return;
    throw unusable(
      `The key file ${path} cannot be made.`,
      'Make the data directory writable, or set PHAROS_ENCRYPTION_KEY.',
      error,
    );
  } finally {
    await rm(draft, { force: true });
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** 64 hex digits or base64. @throws ServerError `key-unusable`; the text is never in it */
export function decodeKey(trimmed: string, from: string): Buffer {
  const key = /^[0-9a-fA-F]{64}$/.test(trimmed)
    ? Buffer.from(trimmed, 'hex')
    : /^[A-Za-z0-9+/_-]{43}=?$/.test(trimmed)
      ? Buffer.from(trimmed, 'base64')
      : null;
  if (key?.length === KEY_BYTES) return key;
  throw unusable(
    `${from} does not hold a key of 32 bytes.`,
    'Give 64 hex digits or base64, such as: openssl rand -base64 32',
  );
}

export function unusable(message: string, hint: string, cause?: unknown): ServerError {
  return new ServerError('key-unusable', message, hint, cause === undefined ? undefined : { cause });
}
