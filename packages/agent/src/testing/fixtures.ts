import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Observation, RuleSpec } from '@pharos/contract';
import { emptyObservation } from '@pharos/library';
import { pino } from 'pino';
import { type RunningAgent, startAgent } from '../agent.ts';
import { type AgentFile, parseAgentConfig, withRegistry } from '../config.ts';
import type { FakeControlPlane } from './fake-control-plane.ts';

/** Of a test, what starts something in it needs: a way to end it. */
export type Context = { after(clean: () => unknown): void };

export const silent = pino({ level: 'silent' });

/**
 * A folder that goes away with the process of the test file: hooks of a test run in the order in which they were added,
 * so that a folder removed by one would go before the agent that still writes to it.
 */
export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'pharos-agent-test-'));
  process.setMaxListeners(0);
  process.once('exit', () => rmSync(path, { recursive: true, force: true, maxRetries: 3 }));
  return path;
}

export function rule(name: string, include: string[], tags: RuleSpec['tags'] = []): Omit<RuleSpec, 'registryId'> {
  return { name, enabled: true, kind: null, description: '', repositories: { include, exclude: [] }, tags };
}

/** An agent file that reads one registry over plain http. */
export function configFor(
  url: string,
  rules: Omit<RuleSpec, 'registryId'>[],
  more: { intervalSeconds?: number; name?: string } = {},
): AgentFile {
  const { intervalSeconds = 3600, name = 'test' } = more;
  return withRegistry(
    parseAgentConfig('', null, {}),
    {
      name,
      url: url.replace(/^http:\/\//, ''),
      provider: 'auto',
      apiUrl: null,
      budget: { requestsPerDay: null, concurrency: null },
      authentication: { type: 'none' },
      tls: { caCerts: '', skipVerify: false, plainHttp: true },
      intervalSeconds,
      isSample: false,
      isDefault: false,
      fromOwnFile: true,
    },
    rules,
  );
}

/** Runs an agent until its first sweep has ended; `again` asks for another one and waits for it. */
export async function sweep(
  context: Context,
  fake: FakeControlPlane,
  config: AgentFile,
): Promise<{ again(): Promise<void> }> {
  await runAgent(context, fake, config, folder());
  const sweeps = () => fake.commits.filter(({ begin }) => begin.repository === null).length;
  await fake.until(() => sweeps() === 1, 'the first sweep');
  return {
    again: async () => {
      const before = sweeps();
      const scan = { id: randomUUID(), registryId: config.registries[0]!.id, repository: null, scanId: randomUUID() };
      fake.addWork({ kind: 'scan', ...scan, trigger: 'manual' });
      await fake.until(() => sweeps() > before, 'another sweep');
    },
  };
}

/** An agent against the fake control plane, stopped after the test. */
export async function runAgent(
  context: Context,
  fake: FakeControlPlane,
  config: AgentFile,
  stateDir: string,
  more: { now?: () => number } = {},
): Promise<RunningAgent> {
  const agent = await startAgent({
    config,
    client: fake.client,
    stateDir,
    log: silent,
    version: 'test',
    embedded: false,
    backOffCapMs: 20,
    graceMs: 300,
    ...more,
  });
  let isStopped = false;
  const stop = async () => {
    if (isStopped) return;
    isStopped = true;
    await agent.stop();
  };
  context.after(stop);
  return { ...agent, stop };
}

export function observation(digest: string, annotations: Record<string, string> = {}): Observation {
  return { ...emptyObservation(digest, 'application/vnd.oci.image.manifest.v1+json'), size: 1, annotations };
}
