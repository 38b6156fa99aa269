/** What reading 1,000 tags costs at each product, counted where the requests arrive, beside replicas of its peers' patterns. */
import { join } from 'node:path';
import { DIALECTS, type DialectName, isDialectName, temporaryDirectory } from '@pharos/testbed';
import type { RegistryEntry } from './agent.ts';
import { runMarked } from './marks.ts';
import { type BenchOptions, type Measure, measure } from './measure.ts';
import type { ProductFigures, ProductJob } from './product-child.ts';
import { PRODUCTS } from './products.ts';
import { measureReplicas } from './replica-measures.ts';
import { type StandInProcess, startStandIn } from './stand-in.ts';
import type { Tally } from './tally.ts';

const CONNECTIONS = 8;

/** One read of a repository by the agent, as the stand-in saw it. */
export interface Read {
  /** Everything that arrived: probe, tokens and the scan itself. */
  readonly all: number;
  readonly probe: number;
  readonly tokens: number;
  /** What hangs on the images: signatures and SBOMs. */
  readonly referrers: number;
  /** The scan without its tokens and referrers. */
  readonly scan: number;
  readonly seconds: number;
}

export async function runByDialect(options: BenchOptions): Promise<Measure[]> {
  const measures: Measure[] = [];
  for (const dialect of chosen(options.dialect ?? [])) {
    console.error(`${dialect} …`);
    measures.push(...(await runOne(dialect, options)));
  }
  return measures;
}

function chosen(names: readonly string[]): DialectName[] {
  if (names.includes('all')) return Object.keys(DIALECTS) as DialectName[];
  return names.map((name) => {
    if (!isDialectName(name)) throw new Error(`There is no dialect "${name}": ${Object.keys(DIALECTS).join(', ')}.`);
    return name;
  });
}

async function runOne(dialect: DialectName, options: BenchOptions): Promise<Measure[]> {
  const tags = Number(options.tags ?? 1000);
  const isTimed = options.latency !== undefined || options.rate !== undefined;
  const folder = temporaryDirectory('bench');
  const standIn = await startStandIn({
    dialect,
    tags,
    platforms: Number(options.platforms ?? 1),
    latencyMs: options.latency === undefined ? undefined : Number(options.latency),
    requestsPerSecond: options.rate === undefined ? undefined : Number(options.rate),
  });
  try {
    const product = PRODUCTS[dialect];
    const job: ProductJob = {
      registry: entryOf(standIn, dialect),
      repository: product.repository,
      stateDir: join(folder.path, 'state'),
      concurrency: CONNECTIONS,
    };
    const list = await listOnly(standIn, job);
    const cold = await read(standIn, job);
    const warm = await read(standIn, job);
    // Last, for it changes what is there.
    const peers = await measureReplicas(standIn, dialect, { cold, warm, tags, isTimed, options });
    const pushed = await reread(standIn, job);
    const per1000 = (requests: number) => (requests / tags) * 1000;
    const key = `discovery.requestsPer1000.${dialect}`;
    return [
      measure(key, per1000(list.scan), list.isTold ? 'requests' : 'requests (a HEAD each: its list tells names only)'),
      measure(`${key}.coldWithContents`, per1000(cold.scan), 'requests'),
      measure(`${key}.warm`, per1000(warm.scan), 'requests'),
      measure(`discovery.apart.${dialect}.referrers`, per1000(cold.referrers), 'requests'),
      measure(`discovery.apart.${dialect}.probe`, warm.probe, 'requests in all'),
      measure(`discovery.apart.${dialect}.tokens`, cold.tokens, 'requests in all'),
      measure(`discovery.pushToVisible.${dialect}`, pushed, 'requests'),
      ...(isTimed
        ? [
            measure(`discovery.seconds.${dialect}.coldWithContents`, cold.seconds, 's'),
            measure(`discovery.seconds.${dialect}.warm`, warm.seconds, 's'),
          ]
        : []),
      ...peers,
    ];
  } finally {
    await standIn.stop();
    folder.remove();
  }
}

export function entryOf({ url, apiUrl }: StandInProcess, dialect: DialectName): RegistryEntry {
  const { authentication, prefix = '' } = PRODUCTS[dialect];
  return {
    url: `${new URL(url).host}${prefix}`,
    provider: dialect,
    api_url: apiUrl ?? undefined,
    token_hosts: apiUrl === null ? [] : [new URL(apiUrl).host],
    authentication,
  };
}

async function listOnly(standIn: StandInProcess, job: ProductJob) {
  let tally: Tally = { requests: 0, tokens: 0, referrers: 0 };
  await standIn.take();
  const { told, tags } = await runMarked<ProductFigures>(
    './product-child.ts',
    { ...job, listsOnly: true },
    async () => {
      tally = await standIn.take();
    },
  );
  return { scan: tally.requests - tally.tokens, isTold: told === tags };
}

async function read(standIn: StandInProcess, job: ProductJob): Promise<Read> {
  const tallies: Record<string, Tally> = {};
  await standIn.take();
  const { seconds } = await runMarked<ProductFigures>('./product-child.ts', job, async (mark) => {
    tallies[mark] = await standIn.take();
  });
  const { probe, scan } = tallies as { probe: Tally; scan: Tally };
  return {
    all: probe.requests + scan.requests,
    probe: probe.requests,
    tokens: probe.tokens + scan.tokens,
    referrers: scan.referrers,
    scan: scan.requests - scan.tokens - scan.referrers,
    seconds,
  };
}

/** Requests for one tag that moved and of which a notification told, by an agent that runs. */
async function reread(standIn: StandInProcess, job: ProductJob): Promise<number> {
  let requests = 0;
  await runMarked<ProductFigures>('./product-child.ts', { ...job, rereads: true }, async (mark) => {
    const tally = await standIn.take();
    requests = tally.requests - tally.tokens;
    return mark === 'move' ? standIn.move() : null;
  });
  return requests;
}
