/**
 * One process per data directory. PGlite has no lock of its own: two openers both "succeed" and rows vanish.
 *
 * The lock is a listening unix socket in the directory. Whether somebody holds it is asked by connecting, not by a
 * process id: in containers process 1 is always alive. After kill -9 nobody answers, and the socket left behind is
 * replaced.
 */
import { randomUUID } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { StoreError } from './errors.ts';

const NAME = 'database.lock';
/** sun_path holds 108 bytes with its terminator (unix(7)); a longer path is reached through an open directory. */
const LONGEST = 100;

/** Takes the lock of a directory that exists; the answer gives it back. Throws `data-directory-in-use`. */
export async function lockDirectory(directory: string): Promise<() => Promise<void>> {
  const handle = directory.length > LONGEST && process.platform === 'linux' ? openSync(directory, 'r') : null;
  const near = handle === null ? directory : `/proc/self/fd/${handle}`;
  const close = () => (handle === null ? undefined : closeSync(handle));
  try {
    const server = await take(near, directory);
    return async () => {
      // Closing the server unlinks the socket.
      await new Promise<void>((resolve) => server.close(() => resolve()));
      close();
    };
  } catch (error) {
    close();
    throw error;
  }
}

async function take(near: string, directory: string): Promise<Server> {
  const path = join(near, NAME);
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const server = await listen(path);
    if (server !== null) return server;
    if (await answers(path)) throw inUse(directory);
    // Renaming is atomic: of two processes that find the same dead socket one wins. If the name was taken by a living
    // process in between, it gets its name back.
    const aside = join(near, `lock.${randomUUID().slice(0, 8)}`);
    await rename(path, aside).catch(() => {});
    if (await answers(aside)) {
      await rename(aside, path);
      throw inUse(directory);
    }
    await rm(aside, { force: true });
  }
  throw inUse(directory);
}

/** The listening server, or null when the name exists. */
function listen(path: string): Promise<Server | null> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.on('error', (error: NodeJS.ErrnoException) => (error.code === 'EADDRINUSE' ? resolve(null) : reject(error)));
    server.listen(path, () => resolve(server.unref()));
  });
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.on('connect', () => end(true));
    socket.on('error', () => end(false));
  });
}

function inUse(directory: string): StoreError {
  return new StoreError(
    'data-directory-in-use',
    `Another process uses the data directory ${directory}.`,
    'Stop the other Pharos, or choose another --data-dir. Each Pharos needs a data directory of its own.',
  );
}
