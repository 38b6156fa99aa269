/** Previews of a rule over names already known: how long, and how long the thread that answers requests is held. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { RuleSpec } from '@pharos/contract';
import { PreviewPool } from '../packages/server/src/preview/preview-pool.ts';
import type { NamesForPreview } from '../packages/server/src/preview/preview-worker.ts';
import type { BenchOptions, Measure } from './measure.ts';

const RUNS = 5;
const REGISTRY = '019ab000-0000-7000-8000-000000000001';
const RULE = RuleSpec.parse({
  name: 'current',
  kind: 'postgres',
  repositories: { include: ['**'] },
  tags: [
    {
      exclude: ['*-dev'],
      version: { scheme: 'pg', range: '>=14', prerelease: 'exclude', floating: 'exclude', parsedOnly: true },
      groupBy: ['major', 'compatibility'],
      keep: 1,
    },
  ],
});

export async function run(_options: BenchOptions): Promise<Measure[]> {
  const pool = new PreviewPool();
  try {
    await previewed(pool, repositories(1_000, 1));
    const small = await median(pool, repositories(10_000, 1));
    const large = await median(pool, [...repositories(200_000, 1), ...repositories(800_000, 9_999)]);
    const measure = (name: string, value: number): Measure => ({
      measure: name,
      value,
      unit: 'ms',
      against: null,
      ratio: null,
    });
    return [
      measure('library.preview10k', small.milliseconds),
      measure('library.preview1M', large.milliseconds),
      measure('library.preview1M.longestBlock', large.block),
    ];
  } finally {
    await pool.close();
  }
}

async function median(pool: PreviewPool, names: readonly NamesForPreview[]) {
  const runs: { milliseconds: number; block: number }[] = [];
  for (let run = 0; run < RUNS; run += 1) runs.push(await previewed(pool, names));
  const sorted = runs.map(({ milliseconds }) => milliseconds).sort((a, b) => a - b);
  return { milliseconds: sorted[Math.floor(RUNS / 2)]!, block: Math.max(...runs.map(({ block }) => block)) };
}

/** From the first name handed over to the answer. */
async function previewed(pool: PreviewPool, names: readonly NamesForPreview[]) {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const start = performance.now();
  const slice = { limit: 100, offset: 0 };
  const question = { rule: RULE, stored: null, slice, now: Date.now() };
  const job = pool.begin(question, new AbortController().signal);
  for (let at = 0; at < names.length; at += 200) {
    job.names(REGISTRY, 'bench', names.slice(at, at + 200));
    // The store answers page by page, so other work has its turn.
    await new Promise((resolve) => setImmediate(resolve));
  }
  const preview = await job.finish();
  const milliseconds = performance.now() - start;
  delay.disable();
  if (preview.counts.included === 0) throw new Error('The preview took nothing in.');
  return { milliseconds, block: delay.max / 1e6 };
}

const FLAVOURS = ['minimal-trixie', 'standard-trixie', 'system-bookworm', 'standard-bookworm'];

function repositories(tags: number, count: number): NamesForPreview[] {
  const each = Math.ceil(tags / count);
  return Array.from({ length: count }, (_, repository) => {
    const names = Array.from({ length: each }, (_unused, index) => {
      const stamp = String(202_401_010_000 + ((index * 7) % 100_000)).padStart(12, '0');
      return `${14 + (index % 5)}.${index % 12}-${stamp}-${FLAVOURS[index % 4]}`;
    });
    const library = names.slice(0, Math.ceil(each / 10)).join('\n');
    const listedAt = '2026-11-01T00:00:00.000Z';
    return { repository: `team/app-${count}-${repository}`, names: names.join('\n'), library, listedAt };
  });
}
