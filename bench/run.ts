/** `npm run bench -- <suite> [--json FILE]`: measures, beside what a user would run instead, in the same run. */

import { writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import type { BenchOptions, Measure } from './measure.ts';

const SUITES: Record<string, () => Promise<{ run(options: BenchOptions): Promise<Measure[]> }>> = {
  discovery: () => import('./discovery.ts'),
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'string' },
    tags: { type: 'string' },
    'fast-registry': { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  },
});
const suite = SUITES[positionals[0] ?? ''];
if (values.help || !suite) {
  console.log(
    `usage: npm run bench -- SUITE [--tags N] [--fast-registry] [--json FILE]\n\nSuites: ${Object.keys(SUITES).join(', ')}`,
  );
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
