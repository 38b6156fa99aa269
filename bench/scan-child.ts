/**
 * The agent itself, with a control plane that agrees to everything: what one scan of one repository costs. Run as a child so that CPU and
 * memory are its own. Arguments: host, state folder, concurrency. Prints JSON {requests, seconds, cpuSeconds, rssMiB, tags}.
 */
import { Writable } from 'node:stream';
import type { Client } from '@pharos/contract';
import { pino } from 'pino';
import { type AgentFile, parseAgentConfig, startAgent } from '../packages/agent/src/index.ts';

const [host, stateDir, concurrency] = process.argv.slice(2) as [string, string, string];
const config: AgentFile = parseAgentConfig(
  `dispatcher:
  location_id: bench
  capabilities: { provisioning: { images: { discovery: { interval: 1h, registry: {
    url: ${host}, tls: { plain_http: true }, postgres_repositories: [ { name: postgresql } ] } } } } }
`,
  null,
  {},
);

const never = (signal?: AbortSignal) =>
  new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
let committed = () => {};
const isCommitted = new Promise<void>((resolve) => {
  committed = resolve;
});
const answers: Record<
  string,
  (
    input: {
      params: { id: string; n: number };
      body: { scanId: string; repository: string | null; setDigest: string | null };
    },
    options?: { signal?: AbortSignal },
  ) => unknown
> = {
  agentHello: () => ({ serverEpoch: 'bench', configVersion: '1' }),
  agentConfig: () => ({ configVersion: '1', registries: [], rules: [] }),
  agentWork: (_, options) => never(options?.signal),
  agentScanBegin: ({ body }) => ({ scanId: body.scanId, nextChunk: 0, committed: false }),
  agentScanChunk: ({ params }) => ({ nextChunk: params.n + 1, needImages: [] }),
  agentScanCommit: ({ params, body }) => {
    if (body.setDigest !== null) setImmediate(committed);
    return { scanId: params.id, status: 'complete', added: 0, moved: 0, missing: 0, retired: 0, message: '' };
  },
};
const client = (async (name: string, input: never, options: never) =>
  answers[name]?.(input, options)) as unknown as Client;

const cpu = process.cpuUsage();
const scan = new Promise<object>((resolve) => {
  const sink = new Writable({
    write(line, _, done) {
      const entry = JSON.parse(String(line)) as {
        event?: string;
        requests: number;
        resolved: number;
        milliseconds: number;
      };
      if (entry.event === 'scan') {
        const used = process.cpuUsage(cpu);
        resolve({
          requests: entry.requests,
          tags: entry.resolved,
          seconds: entry.milliseconds / 1000,
          cpuSeconds: (used.user + used.system) / 1e6,
        });
      }
      done();
    },
  });
  void startAgent({
    config,
    client,
    stateDir,
    log: pino(sink),
    version: 'bench',
    embedded: true,
    limits: { concurrency: Number(concurrency) },
  }).then(async (agent) => {
    const figures = await scan;
    // The state is written after the commit was acknowledged; the warm run needs it.
    await isCommitted;
    await agent.stop();
    console.log(JSON.stringify({ ...figures, rssMiB: process.resourceUsage().maxRSS / 1024 }));
    process.exit(0);
  });
});
