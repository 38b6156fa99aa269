/**
 * A disk that loses what was not synced. It is played what a recorder wrote down, and can be asked at any moment what a
 * power cut would leave: content since a file's last sync may be there or not, page by page, and names since their
 * folder's last sync likewise. As ext4, XFS and btrfs do, a file that is synced has a name.
 */
import { createReadStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import type { Operation } from './recorder.ts';

const PAGE = 4096;

type Change = { position: number; bytes: Buffer } | { size: number };

interface File {
  kept: Content;
  /** What was not synced, in order. */
  pending: Change[];
}

interface Folder {
  now: Map<string, File | Folder>;
  kept: Map<string, File | Folder>;
}

/** What may be left of what was not synced: asked for each page and each folder. */
export type Luck = () => boolean;

const isFolder = (node: File | Folder): node is Folder => 'now' in node;

export class Disk {
  readonly #root: string;
  readonly #top: Folder = { now: new Map(), kept: new Map() };
  readonly #byInode = new Map<number, File | Folder>();

  constructor(root: string) {
    this.#root = root;
  }

  play(operation: Operation, bytes: Buffer): void {
    if (operation.op === 'create') this.#create(operation);
    else if (operation.op === 'remove') this.#folderOf(operation.path)?.now.delete(basename(operation.path));
    else if (operation.op === 'rename') this.#rename(operation.from, operation.to);
    else if (operation.op !== 'told') this.#change(operation, bytes);
  }

  /** Writes what a power cut would leave now into an empty folder. */
  async leave(target: string, luck: Luck): Promise<void> {
    const write = async (folder: Folder, path: string): Promise<void> => {
      await mkdir(path, { recursive: true, mode: 0o700 });
      for (const [name, node] of luck() ? folder.now : folder.kept) {
        if (isFolder(node)) await write(node, join(path, name));
        else await writeFile(join(path, name), left(node, luck), { mode: 0o600 });
      }
    };
    await write(this.#top, target);
  }

  #create({ path, inode, isFolder: folder }: Extract<Operation, { op: 'create' }>): void {
    const node: File | Folder = folder ? { now: new Map(), kept: new Map() } : { kept: new Content(), pending: [] };
    this.#byInode.set(inode, node);
    this.#folderOf(path)?.now.set(basename(path), node);
  }

  #change(operation: Extract<Operation, { inode: number }>, bytes: Buffer): void {
    const node = this.#byInode.get(operation.inode);
    if (node === undefined) return;
    if (operation.op === 'sync') this.#sync(node);
    else if (isFolder(node)) return;
    else if (operation.op === 'truncate') node.pending.push({ size: operation.size });
    else if (operation.op === 'write') node.pending.push({ position: operation.position, bytes });
  }

  #rename(from: string, to: string): void {
    const source = this.#folderOf(from);
    const node = source?.now.get(basename(from));
    if (source === undefined || node === undefined) return;
    source.now.delete(basename(from));
    this.#folderOf(to)?.now.set(basename(to), node);
  }

  #sync(node: File | Folder): void {
    if (isFolder(node)) node.kept = new Map(node.now);
    else {
      for (const change of node.pending) node.kept.apply(change, () => true);
      node.pending = [];
      this.#name(this.#top, node);
    }
  }

  /** Keeps the names on the way to a file that was synced, where there were none. */
  #name(folder: Folder, wanted: File): boolean {
    for (const [name, node] of folder.now) {
      if (node !== wanted && !(isFolder(node) && this.#name(node, wanted))) continue;
      if (!folder.kept.has(name)) folder.kept.set(name, node);
      return true;
    }
    return false;
  }

  #folderOf(path: string): Folder | undefined {
    let folder: Folder = this.#top;
    for (const name of relative(this.#root, dirname(path)).split('/').filter(Boolean)) {
      const next = folder.now.get(name);
      if (next === undefined || !isFolder(next)) return undefined;
      folder = next;
    }
    return folder;
  }
}

function left({ kept, pending }: File, luck: Luck): Buffer {
  if (pending.length === 0) return kept.bytes;
  const content = new Content(Buffer.from(kept.bytes));
  for (const change of pending) content.apply(change, luck);
  return content.bytes;
}

/** Content that grows at its end often, as logs do. */
class Content {
  #bytes: Buffer;
  #size: number;

  constructor(bytes = Buffer.alloc(0)) {
    this.#bytes = bytes;
    this.#size = bytes.length;
  }

  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#size);
  }

  apply(change: Change, luck: Luck): void {
    if ('size' in change) {
      if (luck()) this.#resize(change.size);
      return;
    }
    for (let at = 0; at < change.bytes.length; ) {
      const position = change.position + at;
      const piece = change.bytes.subarray(at, at + PAGE - (position % PAGE));
      at += piece.length;
      if (!luck()) continue;
      if (this.#size < position + piece.length) this.#resize(position + piece.length);
      piece.copy(this.#bytes, position);
    }
  }

  #resize(size: number): void {
    if (size > this.#bytes.length) this.#bytes = Buffer.concat([this.bytes], Math.max(size, 2 * this.#bytes.length));
    else this.#bytes.fill(0, Math.min(size, this.#size));
    this.#size = size;
  }
}

/** What was written down, in order. A log has some 200 MB, so it is read piece by piece. */
export async function* operations(log: string): AsyncGenerator<{ operation: Operation; bytes: Buffer }> {
  let rest = Buffer.alloc(0);
  for await (const piece of createReadStream(log, { highWaterMark: 1024 * 1024 })) {
    rest = Buffer.concat([rest, piece as Buffer]);
    let at = 0;
    for (let end = rest.indexOf(10); end !== -1; end = rest.indexOf(10, at)) {
      const operation = JSON.parse(rest.toString('utf8', at, end)) as Operation;
      const next = end + 1 + (operation.op === 'write' ? operation.length : 0);
      if (next > rest.length) break;
      yield { operation, bytes: Buffer.from(rest.subarray(end + 1, next)) };
      at = next;
    }
    rest = rest.subarray(at);
  }
}
