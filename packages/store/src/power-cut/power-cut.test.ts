import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { sql } from 'kysely';
import { openEmbedded } from '../embedded.ts';
import { Disk, type Luck, operations } from './disk.ts';

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
    await promisify(execFile)(process.execPath, ['--import', fileOf('recorder.ts'), fileOf('writer.ts'), data], {
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
          await holds(left, told);
          await rm(left, { recursive: true });
        }
      }
      waiting = waiting.filter(({ isNear, operations: more }) => !isNear || more > 0);
    }
    assert.deepEqual(waiting, []);
  });
});

/** All that was told is there, what is there is whole, and the database goes on. */
async function holds(directory: string, told: readonly string[]): Promise<void> {
  const { db, close } = await openEmbedded(directory, () => {});
  try {
    if (told.includes('tables')) {
      const found = await sql<{ name: string; promised: number; rows: number }>`
        select p.name, p.rows as promised, (select count(*)::int from rows r where r.name = p.name) as rows
        from promises p`.execute(db);
      assert.ok(found.rows.every(({ promised, rows }) => promised === rows));
      const names = new Set(found.rows.map(({ name }) => name));
      const lost = told.filter((name) => /^(small|more|after|again)/.test(name) && !names.has(name));
      assert.deepEqual(lost, []);
      const total = await sql<{ rows: number; counted: number }>`
        select rows, (select count(*)::int from rows) as counted from totals`.execute(db);
      assert.equal(total.rows[0]!.rows, total.rows[0]!.counted);
    }
    await sql`create table goes_on as select * from pg_class`.execute(db);
  } finally {
    await close();
  }
}

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
