/** `pharos agent`: a Beacon Agent of its own. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { AgentFile, AgentOptions } from '@pharos/agent';
import { createClient } from '@pharos/contract';
import { Command, Option } from 'commander';
import {
  action,
  type CommonOptions,
  type Context,
  examples,
  noteProblems,
  paragraphs,
  type Shell,
  settingOptions,
  wholeNumber,
} from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { CliError } from '../failure.ts';
import { createLifetime } from '../lifetime.ts';
import { createLogger } from '../logger.ts';
import type { Io } from '../output.ts';
import { agentEnvironment } from '../serve.ts';
import { VERSION } from '../version.ts';
import { agentRbacCommand } from './agent-rbac.ts';

interface Options extends CommonOptions {
  file?: string;
  check?: boolean;
  withMetadata?: number;
}

export function agentCommand(shell: Shell): Command {
  const command = settingOptions(new Command('agent'), ['dataDir', 'stateDir', 'logLevel'])
    .summary('start a Beacon Agent, or check its file')
    .description(
      paragraphs(`Start a Beacon Agent: it reads the registries that its file names and those of the library, and reports to
agent.beacon_server, with a key of its own that it got for agent.join_token, or with agent.access_key (a token of role agent). With "beacon_server: stdout" it is a dry run: it prints what it would send for one sweep, as JSON lines, and ends.`),
    )
    .addOption(
      new Option('-f, --file <FILE>', 'its file (default: beacon_agent.yaml in ., $HOME/.beacon, /etc/beacon)'),
    )
    .option('--check', 'read the file, ask every registry, print what would be scanned, and end')
    .option(
      '--with-metadata <N>',
      'with --check: read the images of up to N tags, for clauses that names do not decide',
      wholeNumber(1, 10_000),
    )
    .option('--json', 'with --check: print JSON for programs')
    // Told to Node by bin/pharos.mjs, which starts this process.
    .option(
      '--low-memory',
      'hold less memory, a little slower: for containers, with repositories of 100,000 tags and more',
    );
  command.addCommand(agentRbacCommand(shell));
  return examples(command, 'agent -f beacon_agent.yaml --check', 'agent -f beacon_agent.yaml', 'agent rbac').action(
    action<Options>(shell, async (context, _args, options) => {
      const { loadAgentConfig } = await import('@pharos/agent');
      const { values } = context.settings;
      const config = loadAgentConfig(options.file ?? values.agentConfig, agentEnvironment(values, shell.io.env));
      if (config.path === null) throw noFile(shell.io);
      await (options.check ? check(context, config, options.withMetadata) : runAgent(context, config));
    }),
  );
}

function noFile({ cwd, env }: Io): CliError {
  const folders = [cwd, join(env.HOME || homedir(), '.beacon'), '/etc/beacon'];
  return new CliError(
    'agent-config-missing',
    `There is no beacon_agent.yaml in ${folders.join(', ')}.`,
    'Name the file with -f FILE, or write one in one of these folders.',
  );
}

async function check({ out, shell }: Context, config: AgentFile, metadataOf?: number): Promise<void> {
  const { checkAgent, formatCheck } = await import('@pharos/agent');
  out.progress('Asking the registries …');
  const report = await checkAgent(config, { metadataOf }).finally(() => out.progress(null));
  if (out.json) out.body(report);
  else out.line(formatCheck(report).trimEnd());
  if (!report.ok) noteProblems(shell, EXIT.problems);
}

async function runAgent({ shell, settings }: Context, config: AgentFile): Promise<void> {
  const { io } = shell;
  const { values } = settings;
  const log = await createLogger(values.logLevel, io.stderr.isTTY === true, !io.env.NO_COLOR);
  const lifetime = createLifetime(log);
  let isClean: boolean;
  try {
    const { startAgent } = await import('@pharos/agent');
    const agent = await startAgent({
      config,
      client: clientOf(config),
      stateDir: values.stateDir,
      log,
      version: VERSION,
      embedded: false,
    });
    lifetime.add('agent', () => agent.stop());
    // A dry run is done after one sweep.
    const reason = await Promise.race([lifetime.asked, agent.done.then(() => 'done')]);
    log.info({ reason }, 'stopping');
  } finally {
    isClean = await lifetime.stop();
  }
  if (!isClean) noteProblems(shell, EXIT.failed);
}

function clientOf({ beaconServer, accessKey, joinToken, path }: AgentFile): AgentOptions['client'] {
  if (beaconServer === 'stdout') return 'stdout';
  if (beaconServer === null) {
    throw new CliError(
      'beacon-server-missing',
      `${path} does not say where to report.`,
      'Write agent.beacon_server: https://host, or stdout for a dry run.',
    );
  }
  // With neither, it may have joined before: the agent's state folder knows.
  if (joinToken !== null || accessKey === null) return { baseUrl: beaconServer, joinToken };
  return createClient({ baseUrl: beaconServer, token: accessKey });
}
