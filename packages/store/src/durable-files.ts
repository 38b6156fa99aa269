/**
 * PGlite's directory, with the one thing it leaves out: that PostgreSQL's `fsync` reaches the disk. PGlite starts with
 * fsync off, and the file system it is built with answers "done" where an operation is not there
 * (https://github.com/electric-sql/pglite/issues/1107). With both mended, PostgreSQL's own rules hold: the log is on disk
 * before a commit is told, and a page before the log that would make it again is let go.
 */
import { fsyncSync } from 'node:fs';
import { PGlite } from '@electric-sql/pglite';
import { NodeFS } from '@electric-sql/pglite/nodefs';

/** What emscripten's file system over Node keeps of an open file or folder. */
interface OpenFile {
  readonly nfd: number;
}

interface NodeFileSystem {
  /** Turns an error of Node into one that PostgreSQL understands. */
  tryFSOperation(run: () => void): void;
  readonly stream_ops: { fsync?: (file: OpenFile) => number };
}

/**
 * `-F` is fsync off. Of the ways to sync the log only `fsync` comes here: `fdatasync` ends in the WebAssembly runtime, and
 * a file opened with O_DSYNC loses that flag there.
 */
export const DURABLE = [
  ...PGlite.defaultStartParams.filter((parameter) => parameter !== '-F'),
  ...['-c', 'fsync=on', '-c', 'wal_sync_method=fsync', '-c', 'synchronous_commit=on', '-c', 'full_page_writes=on'],
];

export class DurableFiles extends NodeFS {
  override async init(...[database, options]: Parameters<NodeFS['init']>): ReturnType<NodeFS['init']> {
    const { emscriptenOpts } = await super.init(database, options);
    const teach = (module: { NODEFS?: NodeFileSystem }) => {
      const files = module.NODEFS;
      if (files === undefined) throw new Error('This PGlite has no file system over Node.');
      files.stream_ops.fsync = ({ nfd }) => {
        files.tryFSOperation(() => fsyncSync(nfd));
        return 0;
      };
    };
    const preRun = [...(emscriptenOpts.preRun ?? []), teach] as NonNullable<typeof emscriptenOpts.preRun>;
    return { emscriptenOpts: { ...emscriptenOpts, preRun } };
  }
}
