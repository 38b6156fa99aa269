import { createReadStream } from 'node:fs';

/** Longest line in bytes: an observation is bounded far below. */
const MAX_LINE = 16 * 1024 * 1024;

/**
 * The lines of a file as bytes without their line feed, a file of any size in constant memory. Not node:readline, which
 * also breaks at U+2028, and JSON text may hold that. What follows the last line feed is cut off and not a line.
 * @throws when the file cannot be read or a line is longer than 16 MiB
 */
export async function* readLines(path: string): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const block of createReadStream(path, { highWaterMark: 256 * 1024 })) {
    const bytes: Buffer = rest.length === 0 ? (block as Buffer) : Buffer.concat([rest, block as Buffer]);
    let start = 0;
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
      yield bytes.subarray(start, end);
      start = end + 1;
    }
    rest = bytes.subarray(start);
    if (rest.length > MAX_LINE) throw new Error('a line is too long');
  }
}
