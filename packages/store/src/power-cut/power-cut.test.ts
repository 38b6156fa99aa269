import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Disk, type Luck, operations } from './disk.ts';

const run = promisify(execFile);
const fileOf = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** Cut right after this was told, or so many operations later. With a seed, any page and folder may have reached the disk. */
const CUTS = [
  { after: 'small 4', operations: 0, seed: null },
  { after: 'small 4', operations: 700, seed: 1 },
  { after: 'more than a segment of the log', operations: 60, seed: 2 },
  { after: 'checkpoint', operations: 0, seed: null },
  { after: 'after a checkpoint 4', operations: 90, seed: 3 },
  { after: 'closed', operations: 0, seed: null },
  { after: 'again 2', operations: 0, seed: 4 },
];

describe('a power cut', () => {
  let folder: string;
  let data: string;
  let log: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pharos-power-'));
    data = join(folder, 'data');
    log = join(folder, 'log');
    await mkdir(data, { mode: 0o700 });
    await run(process.execPath, ['--import', fileOf('recorder.ts'), fileOf('writer.ts'), data], {
      env: { ...process.env, PHAROS_TEST_ROOT: data, PHAROS_TEST_LOG: log },
    });
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('takes nothing that was told, wherever it comes', async () => {
    const disk = new Disk(data);
    const told: string[] = [];
    let waiting = CUTS.map((cut, index) => ({ ...cut, index, isNear: false }));
    for await (const { operation, bytes } of operations(log)) {
      disk.play(operation, bytes);
      if (operation.op === 'told') told.push(operation.what);
      for (const cut of waiting) {
        if (!cut.isNear) cut.isNear = operation.op === 'told' && operation.what === cut.after;
        else cut.operations -= 1;
        if (cut.isNear && cut.operations === 0) {
          const left = join(folder, `left-${cut.index}`);
          await disk.leave(left, cut.seed === null ? () => false : dice(cut.seed));
          await run(process.execPath, [fileOf('reader.ts'), left, JSON.stringify(told)]);
          await rm(left, { recursive: true });
        }
      }
      waiting = waiting.filter(({ isNear, operations: more }) => !isNear || more > 0);
    }
    assert.deepEqual(waiting, []);
  });
});

/** The same throws for the same seed (mulberry32). */
function dice(seed: number): Luck {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) & 1) === 1;
  };
}
