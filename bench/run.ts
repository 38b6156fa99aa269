/** `npm run bench -- <suite> [--json FILE]`: measures, beside what a user would run instead, in the same run. */

import { writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import type { BenchOptions, Measure } from './measure.ts';

const SUITES: Record<string, () => Promise<{ run(options: BenchOptions): Promise<Measure[]> }>> = {
  discovery: () => import('./discovery.ts'),
  library: () => import('./library.ts'),
  preview: () => import('./preview.ts'),
  admission: () => import('./admission.ts'),
};

const USAGE = `usage: npm run bench -- SUITE [options]

Suites: ${Object.keys(SUITES).join(', ')}

discovery            a real docker-registry, beside wrk, a bare loop and a skopeo script
  --tags N           tags in the repository (default 10,000)
  --fast-registry    the registry without its garbage collector
  --own-cores        the registry on one core, its clients on another (needs taskset)

discovery --dialect NAME
                     requests at the stand-in of a product, beside replicas of the request patterns of its peers;
                     may be given several times, or \`all\`
  --tags N           (default 1,000)
  --platforms N      more than 1 makes every image an index (default 1)
  --latency MS       before each answer; then seconds are measured too
  --rate N           more requests in a second are answered 429; then seconds are measured too

discovery --memory   memory of an agent that reads one large repository again and again, generic and by a bulk list
  --tags N           (default 200,000)
  --scans N          (default 10)
  --dialect NAME     that product alone

library              lists, filters, searches and facets of a large library on PostgreSQL and embedded, beside plain SQL;
                     what scans write; the page in chromium
  --tags N           (default 1,000,000)
  --engine NAME      postgres or embedded alone

preview              a rule over 10,000 and over 1,000,000 known names, and how long the event loop is held

admission            admission reviews over HTTPS from a snapshot of 100,000 images, the control plane stopped

  --json FILE        writes [{ measure, value, unit, against, ratio }]
  --help
`;

const text = { type: 'string' } as const;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: text,
    tags: text,
    'fast-registry': { type: 'boolean' },
    'own-cores': { type: 'boolean' },
    dialect: { type: 'string', multiple: true },
    platforms: text,
    latency: text,
    rate: text,
    memory: { type: 'boolean' },
    scans: text,
    engine: { type: 'string', multiple: true },
    help: { type: 'boolean', short: 'h' },
  },
});
const suite = SUITES[positionals[0] ?? ''];
if (values.help || !suite) {
  console.log(USAGE);
  process.exit(values.help ? 0 : 2);
}
console.log(
  `${cpus().length} × ${cpus()[0]?.model ?? 'CPU'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}\n`,
);
const measures = await (await suite()).run(values);
const width = Math.max(...measures.map((measure) => measure.measure.length));
for (const { measure, value, unit, against, ratio } of measures) {
  const beside = against === null ? '' : `   against ${against.name}: ${round(against.value)} ${unit}`;
  console.log(
    `${measure.padEnd(width)}  ${round(value).padStart(10)} ${unit}${beside}${ratio === null ? '' : `   ratio ${round(ratio)}`}`,
  );
}
if (values.json)
  writeFileSync(
    values.json,
    `${JSON.stringify(
      measures.map(({ against, ...rest }) => ({ ...rest, against: against?.name ?? null })),
      null,
      2,
    )}\n`,
  );

function round(value: number): string {
  return value >= 1000 ? Math.round(value).toString() : Number(value.toPrecision(3)).toString();
}
