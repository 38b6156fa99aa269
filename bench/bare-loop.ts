/**
 * The floor: the same requests in a bare undici loop, without rules, checks or reports. Run as a child so that its CPU is its own.
 * Arguments: origin, file of paths (one per line), concurrency. Prints JSON {requests, seconds, cpuSeconds, rssMiB}.
 */
import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Pool } from 'undici';
import { HEADERS } from './wrk.ts';

const [origin, file, concurrency] = process.argv.slice(2) as [string, string, string];
const paths = readFileSync(file, 'utf8').trim().split('\n');
const pool = new Pool(origin, { connections: Number(concurrency) });

let next = 0;
async function worker(): Promise<void> {
  while (next < paths.length) {
    const path = paths[next++]!;
    const { body } = await pool.request({ path, method: 'GET', headers: HEADERS });
    hash('sha256', new Uint8Array(await body.arrayBuffer()), 'hex');
  }
}
const cpu = process.cpuUsage();
const start = performance.now();
await Promise.all(Array.from({ length: Number(concurrency) }, worker));
const seconds = (performance.now() - start) / 1000;
const used = process.cpuUsage(cpu);
console.log(
  JSON.stringify({
    requests: paths.length,
    seconds,
    cpuSeconds: (used.user + used.system) / 1e6,
    rssMiB: process.resourceUsage().maxRSS / 1024,
  }),
);
await pool.close();
