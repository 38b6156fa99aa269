/** One agent that scans one repository again and again; its resident memory is sampled all the time. Marks: after each scan. */
import { configOf, type RegistryEntry, startBenchAgent } from './agent.ts';
import { finish, mark } from './marks.ts';
import { median } from './measure.ts';

export interface MemoryJob {
  readonly registry: RegistryEntry;
  readonly repository: string;
  readonly stateDir: string;
  readonly scans: number;
}

export interface MemoryFigures {
  /** The most that was resident at any time, as the system counts it. */
  readonly peakMiB: number;
  /** Medians of the highest of each scan, in the first and the last third of those after the first. */
  readonly firstMiB: number;
  readonly lastMiB: number;
  /** Median duration of those after the first. */
  readonly scanSeconds: number;
}

const SAMPLE_MS = 50;
const job = JSON.parse(process.argv[2]!) as MemoryJob;
const mib = (bytes: number) => bytes / 2 ** 20;
let highest = 0;
setInterval(() => {
  highest = Math.max(highest, process.memoryUsage.rss());
}, SAMPLE_MS).unref();

const agent = await startBenchAgent(configOf(job.registry, job.repository), job.stateDir, 8);
const peaks: number[] = [];
const seconds: number[] = [];
for (let scan = 1; scan <= job.scans; scan += 1) {
  const ended = agent.nextScan();
  // The first comes by itself. A result is given when its report has been delivered.
  if (scan > 1) await agent.plane.ask(job.repository, { kind: 'scan' });
  const { status, code, requests, resolved, milliseconds } = await ended;
  if (status !== 'complete') throw new Error(`the scan ended ${status}: ${code}`);
  if (scan === 1) await agent.plane.committed;
  peaks.push(mib(highest));
  seconds.push(milliseconds / 1000);
  highest = 0;
  await mark(
    `scan ${scan}: ${resolved} tags, ${requests} requests, ${milliseconds / 1000} s, ${Math.round(peaks.at(-1)!)} MiB`,
  );
}
await agent.stop();
const later = peaks.slice(1);
const third = Math.max(1, Math.floor(later.length / 3));
finish({
  peakMiB: process.resourceUsage().maxRSS / 1024,
  firstMiB: median(later.slice(0, third)),
  lastMiB: median(later.slice(-third)),
  scanSeconds: median(seconds.slice(1)),
} satisfies MemoryFigures);
