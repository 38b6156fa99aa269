/** Reading files of a layout: nothing outside its folder, nothing that is no plain file, no more bytes than allowed. */
import { constants, type Stats } from 'node:fs';
import { type FileHandle, open, realpath } from 'node:fs/promises';
import { sep } from 'node:path';
import { RegistryError, type RegistryErrorCode } from '../errors.ts';

/** The files of one layout by their names in it (`index.json`, `blobs/sha256/…`), wherever they are kept. */
export interface LayoutFiles {
  /** Folder or archive, for people. */
  readonly path: string;
  /** Another one as soon as the list of images may have changed. */
  readonly stamp: string;
  /** When it was last written, milliseconds. */
  readonly writtenAt: number;
  /**
   * The whole file; null when there is none of this name.
   * @throws RegistryError `body-too-large`, `layout-unreadable`, `layout-incomplete`
   */
  read(name: string, maxBytes: number): Promise<Buffer | null>;
}

/** What tells two states of a file apart. */
export function stampOf({ size, mtimeMs, ctimeMs, ino }: Stats): string {
  return `${size}/${mtimeMs}/${ctimeMs}/${ino}`;
}

/**
 * Opens a plain file for reading; null when it is not there. `root` is a real path that the file must be below, by
 * whatever links it is reached; null for a path that the operator wrote.
 * @throws RegistryError `layout-unreadable`
 */
export async function openPlain(
  path: string,
  root: string | null,
): Promise<{ handle: FileHandle; stats: Stats } | null> {
  let handle: FileHandle;
  try {
    const real = await realpath(path);
    if (root !== null && !real.startsWith(root + sep)) throw outside(path);
    // Not blocking, for the open of a named pipe would wait for a writer for ever.
    handle = await open(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (isAbsent(error)) return null;
    throw unreadable(path, error);
  }
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) throw failure('layout-unreadable', `${path} is no plain file.`);
    return { handle, stats };
  } catch (error) {
    await handle.close();
    throw unreadable(path, error);
  }
}

/** Exactly these bytes. @throws RegistryError `layout-incomplete` when the file ends before, `layout-unreadable` */
export async function readAt(handle: FileHandle, path: string, offset: number, size: number): Promise<Buffer> {
  const bytes = Buffer.alloc(size);
  let done = 0;
  while (done < size) {
    let bytesRead: number;
    try {
      ({ bytesRead } = await handle.read(bytes, done, size - done, offset + done));
    } catch (error) {
      throw unreadable(path, error);
    }
    if (bytesRead === 0) throw incomplete(`${path} ends in the middle.`);
    done += bytesRead;
  }
  return bytes;
}

/** @throws RegistryError `body-too-large` */
export function refuseLarge(path: string, name: string, size: number, maxBytes: number): void {
  if (size <= maxBytes) return;
  const message = `${name} in ${path} has ${size} bytes; at most ${maxBytes} are accepted here.`;
  throw failure('body-too-large', message);
}

export function isAbsent(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/** The error as one of ours. */
export function unreadable(path: string, error: unknown): RegistryError {
  if (error instanceof RegistryError) return error;
  const evidence = (error as NodeJS.ErrnoException | null)?.code;
  return new RegistryError({ code: 'layout-unreadable', message: `${path} cannot be read.`, evidence });
}

export function incomplete(message: string): RegistryError {
  return failure('layout-incomplete', message);
}

export function invalid(path: string, why: string, hint?: string): RegistryError {
  return new RegistryError({ code: 'layout-invalid', message: `${path} is no OCI layout: ${why}.`, hint });
}

function outside(path: string): RegistryError {
  return failure('layout-unreadable', `${path} is a link that leads out of the folder.`);
}

function failure(code: RegistryErrorCode, message: string): RegistryError {
  return new RegistryError({ code, message });
}
