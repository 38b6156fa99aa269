/**
 * Loaded before all else (`--import`) in a process and its threads: writes down, in order, what is done to files below
 * PHAROS_TEST_ROOT, with the bytes. Files are told apart by their inode, for names change.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

export type Operation =
  | { op: 'create'; path: string; inode: number; isFolder: boolean }
  | { op: 'write'; inode: number; position: number; length: number }
  | { op: 'truncate'; inode: number; size: number }
  | { op: 'sync'; inode: number }
  | { op: 'rename'; from: string; to: string }
  | { op: 'remove'; path: string }
  | { op: 'told'; what: string };

const root = process.env.PHAROS_TEST_ROOT!;
const log = fs.openSync(process.env.PHAROS_TEST_LOG!, 'a');
const original = { ...fs };
const open = new Map<number, number>();
const isOurs = (path: unknown): path is string => typeof path === 'string' && path.startsWith(root);

/** One line, and after a write its bytes, in one append. */
export function note(operation: Operation, bytes: Uint8Array = new Uint8Array()): void {
  original.writeSync(log, Buffer.concat([Buffer.from(`${JSON.stringify(operation)}\n`), bytes]));
}

function noteCreated(path: string): void {
  const info = original.lstatSync(path);
  note({ op: 'create', path, inode: info.ino, isFolder: info.isDirectory() });
}

// biome-ignore lint/suspicious/noExplicitAny: each function that is wrapped has a shape of its own.
type Any = (...values: any[]) => any;

function patch(name: string, wrap: (run: Any) => Any, on: object = fs): void {
  const held = on as Record<string, Any>;
  held[name] = wrap(held[name]!.bind(on));
}

patch('openSync', (run) => (path, flags, mode) => {
  const isNew = isOurs(path) && !original.existsSync(path);
  const fd = run(path, flags, mode);
  if (isNew) noteCreated(path);
  if (isOurs(path)) open.set(fd, original.fstatSync(fd).ino);
  return fd;
});
patch('closeSync', (run) => (fd) => {
  open.delete(fd);
  run(fd);
});
patch('writeFileSync', (run) => (path, content, options) => {
  run(path, content, options);
  if (!isOurs(path)) return;
  if (content.length > 0) throw new Error(`${path} is written in a way that is not written down.`);
  noteCreated(path);
});
patch('writeSync', (run) => (fd, buffer, offset, length, position) => {
  const written = run(fd, buffer, offset, length, position);
  const inode = open.get(fd);
  if (inode !== undefined) {
    if (typeof position !== 'number') throw new Error('A write without a position.');
    note({ op: 'write', inode, position, length: written }, Buffer.from(buffer.subarray(offset, offset + written)));
  }
  return written;
});
patch('ftruncateSync', (run) => (fd, size) => {
  run(fd, size);
  const inode = open.get(fd);
  if (inode !== undefined) note({ op: 'truncate', inode, size });
});
patch('truncateSync', (run) => (path, size) => {
  run(path, size);
  if (isOurs(path)) note({ op: 'truncate', inode: original.statSync(path).ino, size });
});
patch('fsyncSync', (run) => (fd) => {
  run(fd);
  const inode = open.get(fd);
  if (inode !== undefined) note({ op: 'sync', inode });
});
patch('mkdirSync', (run) => (path, options) => {
  run(path, options);
  if (isOurs(path)) noteCreated(path);
});
for (const name of ['unlinkSync', 'rmdirSync']) {
  patch(name, (run) => (path) => {
    run(path);
    if (isOurs(path)) note({ op: 'remove', path });
  });
}
patch('renameSync', (run) => (from, to) => {
  run(from, to);
  if (isOurs(from)) note({ op: 'rename', from, to });
});
patch(
  'rename',
  (run) => async (from, to) => {
    await run(from, to);
    if (isOurs(from)) note({ op: 'rename', from, to });
  },
  fs.promises,
);
patch(
  'open',
  (run) => async (path, flags, mode) => {
    const handle = await run(path, flags, mode);
    if (isOurs(path)) {
      const sync = handle.sync.bind(handle);
      handle.sync = async () => {
        await sync();
        note({ op: 'sync', inode: (await handle.stat()).ino });
      };
    }
    return handle;
  },
  fs.promises,
);
syncBuiltinESMExports();
