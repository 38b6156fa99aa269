import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { AgentError } from './agent-error.ts';
import { createMetrics } from './metrics.ts';
import { PackedTags } from './packed-tags.ts';
import { Spool, type SpoolEntry, type SpoolOptions } from './spool.ts';
import { type ReportFooter, type ReportHeader, type ReportLine, readReport, verifyReport } from './spool-file.ts';
import { State } from './state.ts';
import { folder, observation, silent } from './testing/fixtures.ts';

const REGISTRY = randomUUID();
const DIGEST = `sha256:${'a'.repeat(64)}`;

function header(repository: string | null): ReportHeader {
  const begin = {
    scanId: randomUUID(),
    parentId: null,
    agentId: randomUUID(),
    registryId: REGISTRY,
    repository,
    ruleIds: [],
    trigger: 'start' as const,
    only: null,
    startedAt: '2026-01-01T00:00:00Z',
  };
  return { begin, parent: null, origin: 'http://x' };
}

function footer(status: ReportFooter['status'] = 'complete'): ReportFooter {
  return {
    status,
    tagCount: 1,
    setDigest: null,
    listedCount: 1,
    artifactCount: 0,
    unresolved: [],
    hasListedNames: true,
    unchanged: false,
    absence: 'none',
    finishedAt: '2026-01-01T00:00:00Z',
    requests: 1,
    message: '',
    code: null,
    hint: null,
    failures: [],
    failedCount: 0,
  };
}

function openSpool(path: string, options: Partial<SpoolOptions> = {}): Promise<Spool> {
  return Spool.open(path, { log: silent, metrics: createMetrics(), ...options });
}

async function write(
  spool: Spool,
  repository: string,
  status: ReportFooter['status'] = 'complete',
  annotation = 'x',
): Promise<SpoolEntry> {
  const report = await spool.begin(header(repository));
  report.writer.image(observation(DIGEST, { note: annotation }));
  report.writer.tag('17', DIGEST, 5, null);
  report.writer.names(['17', '18']);
  return report.keep(footer(status));
}

async function linesOf(path: string): Promise<ReportLine[]> {
  const lines: ReportLine[] = [];
  for await (const line of readReport(path)) lines.push(line);
  return lines;
}

test('what is written comes back, line separators and quotes included', async () => {
  const spool = await openSpool(folder());
  const entry = await write(spool, 'pg', 'complete', 'a\u2028b\n"c"\\');
  assert.equal((await verifyReport(entry.path))?.footer.status, 'complete');
  const lines = await linesOf(entry.path);
  assert.deepEqual(
    lines.map(({ kind }) => kind),
    ['header', 'image', 'tag', 'names', 'footer'],
  );
  const image = lines[1];
  assert.ok(image?.kind === 'image');
  assert.equal(image.observation.annotations.note, 'a\u2028b\n"c"\\');
  assert.deepEqual(JSON.parse(image.text), image.observation);
});

test('a file cut off at any byte, or with any bit turned, is never taken for a report', async () => {
  const path = folder();
  const spool = await openSpool(path);
  const entry = await write(spool, 'pg');
  const whole = readFileSync(entry.path);
  const broken = join(path, 'broken');
  for (let length = 0; length < whole.length; length += 1) {
    writeFileSync(broken, whole.subarray(0, length));
    assert.equal(await verifyReport(broken), null, `cut at ${length}`);
  }
  for (let at = 0; at < whole.length; at += 7) {
    const turned = Buffer.from(whole);
    turned[at]! ^= 1;
    writeFileSync(broken, turned);
    assert.equal(await verifyReport(broken), null, `turned at ${at}`);
  }
  writeFileSync(broken, Buffer.concat([whole, Buffer.from('["t","18","x",1]\n')]));
  assert.equal(await verifyReport(broken), null, 'something after the end');
});

test('after a restart finished reports are there, unfinished ones are gone', async () => {
  const path = folder();
  const spool = await openSpool(path);
  await write(spool, 'one');
  const unfinished = await spool.begin(header('two'));
  unfinished.writer.tag('17', DIGEST, 1, null);
  const again = await openSpool(path);
  assert.deepEqual(
    [again.depth, again.waiting(REGISTRY, 'one').length, again.waiting(REGISTRY, 'two').length],
    [1, 1, 0],
  );
  assert.deepEqual(
    (await readdir(path)).filter((name) => name.endsWith('.partial')),
    [],
  );
  const next = await write(again, 'three');
  assert.ok(next.sequence > again.entries()[0]!.sequence);
  await unfinished.abandon();
});

test('the newest of a repository stays; a worse report pushes no better one out', async () => {
  const metrics = createMetrics();
  const spool = await openSpool(folder(), { metrics });
  const statuses = () => spool.waiting(REGISTRY, 'pg').map(({ status }) => status);
  await write(spool, 'pg', 'complete');
  await write(spool, 'pg', 'failed');
  assert.deepEqual(statuses(), ['complete', 'failed']);
  await write(spool, 'pg', 'partial');
  assert.deepEqual(statuses(), ['complete', 'partial']);
  await write(spool, 'other', 'failed');
  await write(spool, 'pg', 'complete');
  assert.deepEqual(statuses(), ['complete']);
  assert.deepEqual([metrics.reportsSuperseded, spool.depth], [3, 2]);
});

test('a report that is being delivered is not pulled away', async () => {
  const spool = await openSpool(folder());
  const first = await write(spool, 'pg');
  const release = spool.hold(first);
  await write(spool, 'pg');
  assert.ok(spool.has(first));
  assert.equal(spool.depth, 2);
  await release();
  assert.equal(spool.depth, 1);
  assert.equal(spool.has(first), false);
});

test('a full spool drops its oldest reports and counts them; one report larger than all of it is refused', async () => {
  const metrics = createMetrics();
  const spool = await openSpool(folder(), { metrics, maxBytes: 3_000 });
  for (const name of ['a', 'b', 'c', 'd', 'e']) await write(spool, name);
  assert.ok(spool.bytes <= 3_000 && spool.depth >= 2, `${spool.bytes} ${spool.depth}`);
  assert.equal(metrics.reportsDropped, 5 - spool.depth);
  assert.equal(spool.waiting(REGISTRY, 'e').length, 1);
  await assert.rejects(
    write(spool, 'f', 'complete', 'x'.repeat(5_000)),
    (error) => error instanceof AgentError && error.code === 'spool-full',
  );
});

test('a full disk is a named error, and leaves nothing behind', async () => {
  const path = folder();
  const openFile = (async (...args: Parameters<typeof open>) => {
    const file = await open(...args);
    file.write = () => Promise.reject(Object.assign(new Error('no space left on device'), { code: 'ENOSPC' }));
    return file;
  }) as typeof open;
  const spool = await openSpool(path, { openFile });
  await assert.rejects(
    write(spool, 'pg'),
    (error) => error instanceof AgentError && error.code === 'disk-full' && error.hint.length > 0,
  );
  assert.deepEqual(await readdir(path), []);
  assert.equal(spool.depth, 0);
});

test('the state of a repository is whole, of the same registry and database, or empty', async () => {
  const path = folder();
  const state = new State(path);
  const key = { registryId: REGISTRY, origin: 'https://x', repository: 'pg', serverEpoch: 'one' };
  const tags = new Map(
    Array.from(
      { length: 3000 },
      (_, index) => [`t${index}`, { digest: DIGEST, checked: index, pushedAt: null }] as const,
    ),
  );
  await state.save(key, new PackedTags(tags));
  assert.deepEqual(new Map(await state.load(key)), tags);
  for (const other of [{ origin: 'https://y' }, { serverEpoch: 'two' }, { repository: 'other' }]) {
    assert.equal((await state.load({ ...key, ...other })).size, 0);
  }
  const [file] = await readdir(join(path, REGISTRY));
  const whole = readFileSync(join(path, REGISTRY, file!));
  for (const length of [0, 10, 1000, whole.length - 2]) {
    writeFileSync(join(path, REGISTRY, file!), whole.subarray(0, length));
    assert.equal((await state.load(key)).size, 0, `cut at ${length}`);
  }
});
