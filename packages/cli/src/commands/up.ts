/** `pharos up` and what it shares with `pharos server`: start, say so, run until asked to stop. */
import { Command } from 'commander';
import { showBanner } from '../banner.ts';
import { action, type Context, examples, noteProblems, paragraphs, type Shell, settingOptions } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { createLifetime } from '../lifetime.ts';
import { createLogger } from '../logger.ts';
import { serve } from '../serve.ts';
import type { SettingName } from '../settings.ts';

/** Flags of `up` and `server`. */
export const SERVE_SETTINGS: readonly SettingName[] = [
  'host',
  'port',
  'dataDir',
  'agentConfig',
  'missingScans',
  'missingHours',
  'attestationSpace',
  'logLevel',
  'publicUrl',
];

export function upCommand(shell: Shell): Command {
  const command = settingOptions(new Command('up'), [...SERVE_SETTINGS, 'stateDir'])
    .summary('start everything here: control plane, web UI, database, agent')
    .description(
      paragraphs(`Start Pharos on this machine: control plane with web UI and API, embedded database (or DATABASE_URL), and a
Beacon Agent that reads what beacon_agent.yaml says. Without such a file, and while no registry is connected, it reads
a built-in sample registry. The first start prints a one-time link that creates the administrator.

The address and the link go to stdout, the log to stderr: warnings at a terminal, JSON lines of level info elsewhere, unless --log-level says otherwise. SIGINT and
SIGTERM stop it in order; a second one ends it at once.

Commands on the same machine find a running "up" through <data-dir>/cli-access.json: address and an administrator's
token of this start, readable by its owner only. With PHAROS_ADMIN_TOKEN that value is the token and is not written.`),
    )
    .option('--no-sample', 'no sample registry')
    .option('--no-local-runs', 'no databases on this machine from the web UI');
  return examples(command, 'up', 'up --agent-config beacon_agent.yaml', 'up --host 0.0.0.0 --port 9090').action(
    action(shell, (context) => runUntilAsked(context, true)),
  );
}

/** Serves until a signal comes. Every part that was started is stopped, also when a later one fails to start. */
export async function runUntilAsked({ shell, settings, out }: Context, everything: boolean): Promise<void> {
  const { io } = shell;
  const { values } = settings;
  const isTerminal = io.stderr.isTTY === true;
  // A line for each request would push address and setup link off the screen.
  const level = isTerminal && settings.origins.logLevel.from === 'default' ? 'warn' : values.logLevel;
  const log = await createLogger(level, isTerminal, !io.env.NO_COLOR);
  const lifetime = createLifetime(log);
  const crash = (error: unknown): void => {
    log.fatal({ err: error }, 'Pharos failed and ends');
    process.exit(EXIT.failed);
  };
  process.once('uncaughtException', crash);
  let isClean: boolean;
  try {
    out.progress('Starting …');
    const starting = serve({ settings: values, env: io.env, log, lifetime, everything });
    const serving = await starting.finally(() => out.progress(null));
    showBanner(out, serving, values);
    log.info({ reason: await lifetime.asked }, 'stopping');
    out.progress('Stopping …');
  } finally {
    isClean = await lifetime.stop();
    process.off('uncaughtException', crash);
    out.progress(null);
  }
  log.info('stopped');
  if (!isClean) noteProblems(shell, EXIT.failed);
}
