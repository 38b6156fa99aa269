/**
 * The agent itself, with a control plane that agrees to everything: what one scan of one repository costs. Run as a child so that CPU and
 * memory are its own. Arguments: host, state folder, concurrency. Prints JSON {requests, seconds, cpuSeconds, rssMiB, tags}.
 */
import { configOf, startBenchAgent } from './agent.ts';

const [host, stateDir, concurrency] = process.argv.slice(2) as [string, string, string];
const config = configOf({ url: host }, 'postgresql');
const cpu = process.cpuUsage();
const agent = await startBenchAgent(config, stateDir, Number(concurrency));
const { requests, resolved, milliseconds } = await agent.nextScan();
const used = process.cpuUsage(cpu);
// The state is written after the commit was acknowledged; the warm run needs it.
await agent.plane.committed;
await agent.stop();
console.log(
  JSON.stringify({
    requests,
    tags: resolved,
    seconds: milliseconds / 1000,
    cpuSeconds: (used.user + used.system) / 1e6,
    rssMiB: process.resourceUsage().maxRSS / 1024,
  }),
);
process.exit(0);
