/**
 * The library at a million tags, on PostgreSQL and embedded: the first page of every list, filter and search, facets,
 * completion, beside the same questions in plain SQL; what a scan's commit writes; and the page in a browser.
 */
import { available, startPostgres, temporaryDirectory } from '@pharos/testbed';
import { sql } from 'kysely';
import { type OpenDatabase, openEmbedded } from '../packages/store/src/embedded.ts';
import { storeOn } from '../packages/store/src/open.ts';
import { openPostgres } from '../packages/store/src/postgres.ts';
import { generate } from './library/generate.ts';
import { ingest } from './library/ingest.ts';
import { peopleAdd } from './library/people.ts';
import { questions } from './library/questions.ts';
import { throughHttp } from './library/through-http.ts';
import { type BenchOptions, type Measure, measure } from './measure.ts';

type Engine = 'postgres' | 'embedded';

/** As Debian sets it up, but for memory that fits the machine; commits are durable, as in production. */
const SETTINGS = {
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  shared_buffers: '1GB',
  max_wal_size: '4GB',
};
const ROUNDS = 5;

const log = (line: string): void => console.error(line);

export async function run(options: BenchOptions): Promise<Measure[]> {
  const tags = Number(options.tags ?? 1_000_000);
  const engines = (options.engine ?? ['postgres', 'embedded']) as Engine[];
  const measures: Measure[] = [];
  for (const engine of engines) {
    if (engine === 'postgres' && available().postgres.skip) log(String(available().postgres.skip));
    else measures.push(...(await (engine === 'postgres' ? onPostgres(tags) : onEmbedded(tags))));
  }
  return measures;
}

async function onPostgres(tags: number): Promise<Measure[]> {
  const server = await startPostgres({ settings: SETTINGS });
  try {
    const database = openPostgres(server.url, log);
    const measures = await measured(database, 'postgres', tags);
    await database.close();
    return [...measures, ...(await throughHttp({ DATABASE_URL: server.url }, 'postgres'))];
  } finally {
    await server.stop();
  }
}

async function onEmbedded(tags: number): Promise<Measure[]> {
  const folder = temporaryDirectory('bench');
  try {
    const database = await openEmbedded(folder.path, log);
    const measures = await measured(database, 'embedded', tags);
    await database.close();
    return [...measures, ...(await throughHttp({}, 'embedded', folder.path))];
  } finally {
    folder.remove();
  }
}

async function measured(database: OpenDatabase, engine: Engine, tags: number): Promise<Measure[]> {
  const store = await storeOn(database, engine);
  const { db } = database;
  let begin = performance.now();
  const made = await generate(db, tags, log);
  log(`${engine}: ${JSON.stringify(made)} in ${Math.round((performance.now() - begin) / 1000)} s`);
  await peopleAdd(db, made.largest);
  const some = await sql<{
    digest: string;
  }>`select digest from tags where presence = 'present' offset ${Math.floor(tags / 3)} limit 1`.execute(db);
  const measures: Measure[] = [];
  let worst = 0;
  for (const { name, asks } of questions(made.largest, some.rows[0]!.digest)) {
    const ours: number[] = [];
    const plain: number[] = [];
    const slow: [number, string][] = [];
    for (let round = 0; round <= ROUNDS; round += 1) {
      for (const ask of asks) {
        begin = performance.now();
        await ask.ask(store);
        const took = performance.now() - begin;
        // The first round reads what nobody has read since the start.
        if (round === 0) continue;
        ours.push(took);
        slow.push([took, ask.text]);
        if (ask.plain === null || round > 2) continue;
        begin = performance.now();
        await ask.plain.execute(db);
        plain.push(performance.now() - begin);
      }
    }
    const key = `library.${name}`;
    const beside = (q: number) => (plain.length === 0 ? undefined : { name: 'plain SQL', value: quantile(plain, q) });
    for (const [label, q] of [
      ['p50', 0.5],
      ['p95', 0.95],
      ['p99', 0.99],
    ] as const) {
      measures.push(measure(`${key}.${label}.${engine}`, quantile(ours, q), 'ms', beside(q)));
    }
    const slowest = new Map<string, number>();
    for (const [took, text] of slow) slowest.set(text, Math.max(took, slowest.get(text) ?? 0));
    const told = [...slowest].sort((a, b) => b[1] - a[1]).slice(0, 3);
    log(
      `${key} ${engine}: p95 ${quantile(ours, 0.95).toFixed(1)} ms; slowest: ${told.map(([text, took]) => `"${text}" ${took.toFixed(0)}`).join(', ')}`,
    );
    if (/^(list|filter|search)/.test(name)) worst = Math.max(worst, quantile(ours, 0.95));
  }
  measures.unshift(measure(`library.firstPageP95.${engine}`, worst, 'ms'));
  for (const [name, atOnce] of [
    ['ingest', 1],
    ['ingest.twoAtOnce', 2],
  ] as const) {
    const rate = await ingest(store, Math.min(50_000, tags), atOnce);
    measures.push(measure(`library.${name}.${engine}`, rate, 'tags/s'));
  }
  return measures;
}

function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0;
}
