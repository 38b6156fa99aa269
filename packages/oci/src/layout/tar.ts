/** Where the files of a tar archive begin, found by its headers alone (POSIX.1-2001 pax; GNU long names). */
import type { FileHandle } from 'node:fs/promises';
import { RegistryError } from '../errors.ts';
import { incomplete, invalid, readAt } from './files.ts';

/** Bytes of one file within the archive. */
export interface Extent {
  offset: number;
  size: number;
}

const BLOCK = 512;
const MAX_MEMBERS = 500_000;
const MAX_LONG_HEADER = 64 * 1024;

/** First bytes of what people also call a tarball. */
const COMPRESSED: readonly (readonly [string, string])[] = [
  ['1f8b', 'gzip'],
  ['28b52ffd', 'zstd'],
  ['fd377a585a00', 'xz'],
  ['425a68', 'bzip2'],
];

/**
 * Reads every header once, seeking over the contents, and answers the files whose names `wanted` accepts (without a
 * leading `./`). A name that stands twice counts as the later one, as in unpacking. Links are not followed.
 * @throws RegistryError `layout-invalid`, `layout-incomplete`, `layout-unreadable`, `too-many-names`
 */
export async function indexTar(
  handle: FileHandle,
  path: string,
  size: number,
  wanted: (name: string) => boolean,
): Promise<Map<string, Extent>> {
  await refuseCompressed(handle, path, size);
  const found = new Map<string, Extent>();
  let extended: { path?: string | undefined; size?: number | undefined } = {};
  let position = 0;
  for (let members = 0; ; members += 1) {
    if (members > MAX_MEMBERS) throw tooMany(path);
    // The mark of the end is a block of zeros: without it the rest has not arrived.
    if (position + BLOCK > size) throw incomplete(`${path} ends in the middle.`);
    const header = await readAt(handle, path, position, BLOCK);
    if (header.every((byte) => byte === 0)) return found;
    if (!isHeader(header)) throw invalid(path, members === 0 ? 'it is no tar archive' : 'the archive is damaged');
    const type = String.fromCharCode(header[156]!);
    const isExtension = 'xgLK'.includes(type);
    const length = (isExtension ? undefined : extended.size) ?? numberOf(header.subarray(124, 136));
    if (length === null) throw invalid(path, 'the archive is damaged');
    const offset = position + BLOCK;
    if (offset + length > size) throw incomplete(`${path} ends in the middle.`);
    position = offset + Math.ceil(length / BLOCK) * BLOCK;
    if (isExtension) {
      if (type === 'x' || type === 'L') {
        if (length > MAX_LONG_HEADER) throw invalid(path, 'a name in it is longer than any name');
        const bytes = await readAt(handle, path, offset, length);
        extended = type === 'L' ? { ...extended, path: textOf(bytes) } : { ...extended, ...paxOf(bytes, path) };
      }
      continue;
    }
    if (type === 'S') throw invalid(path, 'it holds sparse files');
    const name = (extended.path ?? nameOf(header)).replace(/^(?:\.\/)+/, '');
    extended = {};
    if ((type === '0' || type === '\0' || type === '7') && wanted(name)) found.set(name, { offset, size: length });
  }
}

async function refuseCompressed(handle: FileHandle, path: string, size: number): Promise<void> {
  const magic = (await readAt(handle, path, 0, Math.min(size, 6))).toString('hex');
  const [, format] = COMPRESSED.find(([start]) => magic.startsWith(start)) ?? [];
  if (format === undefined) return;
  const hint = 'Unpack it first (gunzip, unxz, unzstd or bunzip2): images are compressed inside already.';
  throw invalid(path, `it is compressed with ${format}`, hint);
}

/** The sum over the header's bytes, its own field counted as spaces. */
function isHeader(header: Buffer): boolean {
  let sum = 8 * 0x20;
  for (let index = 0; index < BLOCK; index += 1) if (index < 148 || index >= 156) sum += header[index]!;
  return numberOf(header.subarray(148, 156)) === sum;
}

/** Octal text, or base 256 for what is larger than 8 GiB; null for anything else. */
function numberOf(field: Buffer): number | null {
  if ((field[0]! & 0x80) !== 0) {
    let value = field[0]! & 0x7f;
    for (const byte of field.subarray(1)) value = value * 256 + byte;
    return Number.isSafeInteger(value) ? value : null;
  }
  const text = textOf(field).trim();
  return /^[0-7]*$/.test(text) ? Number.parseInt(text || '0', 8) : null;
}

function nameOf(header: Buffer): string {
  const name = textOf(header.subarray(0, 100));
  const isPosix = header.subarray(257, 263).toString('latin1') === 'ustar\0';
  const prefix = isPosix ? textOf(header.subarray(345, 500)) : '';
  return prefix === '' ? name : `${prefix}/${name}`;
}

function textOf(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.subarray(0, end < 0 ? bytes.length : end).toString('utf8');
}

/** Records `length key=value\n`; the length counts the whole record in bytes. */
function paxOf(bytes: Buffer, path: string): { path?: string; size?: number } {
  const values: { path?: string; size?: number } = {};
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(0x20, at);
    const length = space < 0 ? Number.NaN : Number(bytes.subarray(at, space).toString('latin1'));
    if (!Number.isSafeInteger(length) || length <= space - at || at + length > bytes.length) {
      throw invalid(path, 'the archive is damaged');
    }
    const record = bytes.subarray(space + 1, at + length - 1).toString('utf8');
    const equals = record.indexOf('=');
    const value = record.slice(equals + 1);
    if (record.startsWith('path=')) values.path = value;
    if (record.startsWith('size=')) {
      if (!/^\d{1,15}$/.test(value)) throw invalid(path, 'the archive is damaged');
      values.size = Number(value);
    }
    at += length;
  }
  return values;
}

function tooMany(path: string): RegistryError {
  return new RegistryError({
    code: 'too-many-names',
    message: `${path} holds more than ${MAX_MEMBERS} files; the rest was not read.`,
  });
}
