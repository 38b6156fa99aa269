/** The agent as it is shipped, before an agreeable control plane; tells how long each scan of a repository took. */
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { type AgentFile, parseAgentConfig, startAgent } from '../packages/agent/src/index.ts';
import { AgreeableControlPlane } from './control-plane.ts';

/** The line that the agent logs of a scan. */
export interface ScanLine {
  status: string;
  requests: number;
  resolved: number;
  milliseconds: number;
  code: string | null;
}

/** One registry with one repository, as the agent's file has it. */
export interface RegistryEntry {
  readonly url: string;
  readonly provider?: string;
  readonly api_url?: string | undefined;
  readonly token_hosts?: readonly string[];
  readonly authentication?: Readonly<Record<string, string>>;
}

export function configOf(registry: RegistryEntry, repository: string): AgentFile {
  const entry = { ...registry, tls: { plain_http: true }, postgres_repositories: [{ name: repository }] };
  const images = { discovery: { interval: '1h', registry: entry } };
  // JSON is YAML.
  return parseAgentConfig(
    JSON.stringify({ dispatcher: { location_id: 'bench', capabilities: { provisioning: { images } } } }),
    null,
    {},
  );
}

export interface BenchAgent {
  readonly plane: AgreeableControlPlane;
  /** The next scan of a repository that ends; call before it can. */
  nextScan(): Promise<ScanLine>;
  stop(): Promise<void>;
}

/** Starts an agent; its first sweep begins by itself. `onSweep` is waited for when the probe is over. */
export async function startBenchAgent(
  config: AgentFile,
  stateDir: string,
  concurrency: number,
  onSweep: () => Promise<void> = async () => {},
): Promise<BenchAgent> {
  let tell: (line: ScanLine) => void = () => {};
  const sink = new Writable({
    write(text, _, done) {
      const line = JSON.parse(String(text)) as ScanLine & { event?: string; level: number };
      if (line.event === 'scan') tell(line);
      else if (line.level >= 40) console.error(String(text).trim());
      done();
    },
  });
  const plane = new AgreeableControlPlane();
  plane.onSweep = onSweep;
  const nextScan = () =>
    new Promise<ScanLine>((resolve) => {
      tell = resolve;
    });
  const agent = await startAgent({
    config,
    client: plane.client,
    stateDir,
    log: pino(sink),
    version: 'bench',
    embedded: true,
    limits: { concurrency },
  });
  return { plane, nextScan, stop: () => agent.stop() };
}
