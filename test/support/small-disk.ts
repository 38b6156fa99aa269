/** A disk of its own that a test can fill. */
import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from './pharos.ts';

export interface SmallDisk {
  readonly path: string;
  /** Takes all the space that is left. */
  fill(): void;
  /** Gives it back. */
  free(): void;
  unmount(): void;
}

/** Why no small disk can be had here, or false. */
export const noSmallDisk: string | false = probe();

function probe(): string | false {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'mounting a small disk needs root on Linux';
  try {
    mountSmallDisk(1).unmount();
    return false;
  } catch {
    return 'mount -t tmpfs is not allowed here';
  }
}

/** Mounts a tmpfs of so many MiB. */
export function mountSmallDisk(mebibytes: number): SmallDisk {
  const path = join(makeFolder(), 'disk');
  mkdirSync(path);
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'pharos-test', path], { stdio: 'pipe' });
  const filler = join(path, 'filler');
  const unmount = () => {
    process.off('exit', unmount);
    // Lazy: a process that a failed test left behind may still hold files.
    execFileSync('umount', ['-l', path], { stdio: 'pipe' });
  };
  process.on('exit', unmount);
  return {
    path,
    fill: () => fill(filler),
    free: () => rmSync(filler, { force: true }),
    unmount,
  };
}

function fill(file: string): void {
  const descriptor = openSync(file, 'a');
  try {
    for (const size of [1024 * 1024, 4096]) {
      const block = Buffer.alloc(size);
      try {
        while (writeSync(descriptor, block) === size);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      }
    }
  } finally {
    closeSync(descriptor);
  }
}
