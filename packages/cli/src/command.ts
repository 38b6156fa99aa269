/** What all commands share: output flags, settings flags, and how an action gets its client and output. */
import type { Client } from '@pharos/contract';
import { Command, InvalidArgumentError, Option } from 'commander';
import { connect } from './connection.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { type Io, Output } from './output.ts';
import { parseBoolean } from './settings/spec.ts';
import { type FlagValues, type ResolvedSettings, resolveSettings, SETTINGS, type SettingName } from './settings.ts';

/** One run of the command: its world, and what it ends with. */
export interface Shell {
  readonly io: Io;
  exitCode: ExitCode;
}

export interface CommonOptions {
  json?: boolean;
  quiet?: boolean;
  config?: string;
}

export interface Context {
  out: Output;
  settings: ResolvedSettings;
  shell: Shell;
}

export interface ClientContext extends Context {
  client: Client;
  url: string;
}

/** Adds the flag of each setting, `--data-dir DIR`; values reach `resolveSettings` under the setting's name. */
export function settingOptions(command: Command, names: readonly SettingName[]): Command {
  for (const name of names) {
    const { key, help, parse, path } = SETTINGS[name];
    const isFile = name === 'agentConfig' || key.endsWith('-file');
    const isSwitch = parse === parseBoolean;
    const metavar = path ? (isFile ? 'FILE' : 'DIR') : isSwitch ? 'true|false' : key.replace(/^.*-/, '').toUpperCase();
    // Checked here as well as on resolving, so that a wrong flag is a usage error with the flag's name.
    const check = (value: string): string => {
      if (value === '') throw new InvalidArgumentError('It is empty.');
      try {
        parse(value);
      } catch (error) {
        throw new InvalidArgumentError(`It ${(error as Error).message}.`);
      }
      return value;
    };
    command.addOption(new Option(`--${key} <${metavar}>`, help).argParser(check));
  }
  return command.option('--config <FILE>', 'settings file (default: pharos.yaml here)');
}

/** A command that prints something. */
export function printingCommand(name: string, summary: string): Command {
  return new Command(name)
    .summary(summary)
    .description(`${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`)
    .option('--json', 'print JSON for programs')
    .option('-q, --quiet', 'print ids only');
}

/** A command that talks to the control plane. */
export function clientCommand(name: string, summary: string): Command {
  return settingOptions(printingCommand(name, summary), ['url', 'dataDir']);
}

/** Lists: `--limit`, `--cursor`, `--all`. */
export function listCommand(name: string, summary: string): Command {
  return clientCommand(name, summary)
    .option('--limit <N>', 'at most this many (1–1000, default 50)', wholeNumber(1, 1000))
    .option('--cursor <CURSOR>', 'go on where a page ended ("next" in --json)')
    .addOption(new Option('--all', 'every page').conflicts(['limit', 'cursor']));
}

/** A description in paragraphs; lines are joined, so that the help breaks them where the terminal does. */
export function paragraphs(text: string): string {
  return text.replace(/(?<!\n)\n(?!\n)/g, ' ');
}

/** Adds a block of examples below the help: what follows `pharos`, or a whole line that begins with `$`. */
export function examples(command: Command, ...lines: string[]): Command {
  const written = lines.map((line) => (line.startsWith('$ ') ? `  ${line}` : `  $ pharos ${line}`));
  return command.addHelpText('after', `\nExamples:\n${written.join('\n')}`);
}

/** An action that needs settings and output. */
export function action<O extends CommonOptions>(
  shell: Shell,
  run: (context: Context, args: string[], options: O) => Promise<void>,
): (this: Command) => Promise<void> {
  return async function (this: Command) {
    await run(contextOf(shell, this), this.processedArgs as string[], this.opts<O>());
  };
}

/** An action that talks to the control plane. */
export function clientAction<O extends CommonOptions>(
  shell: Shell,
  run: (context: ClientContext, args: string[], options: O) => Promise<void>,
): (this: Command) => Promise<void> {
  return action<O>(shell, async (context, args, options) => {
    const { client, url } = connect(context.settings, shell.io.fetch);
    await run({ ...context, client, url }, args, options);
  });
}

function contextOf(shell: Shell, command: Command): Context {
  const { io } = shell;
  const options = command.opts<CommonOptions>();
  // commander gives `--no-sample` a value also where nobody wrote it.
  const given = Object.entries(options).filter(([name]) => command.getOptionValueSource(name) === 'cli');
  const settings = resolveSettings({
    flags: Object.fromEntries(given) as FlagValues,
    env: io.env,
    cwd: io.cwd,
    configFile: options.config,
  });
  return { shell, settings, out: new Output(io, options) };
}

/** Marks the run as one that found problems, unless something worse was noted before. */
export function noteProblems(shell: Shell, code: ExitCode = EXIT.problems): void {
  if (shell.exitCode === EXIT.ok) shell.exitCode = code;
}

/** Parser of a whole number within bounds. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (/^\d+$/.test(text) && number >= least && number <= most) return number;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };
}

const UNIT_SECONDS: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Seconds of a duration such as `30s`, `5m`, `1h30m`, `7d`; a bare number is seconds. null: not a duration. */
export function secondsOf(text: string): number | null {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  if (!/^(\d{1,9}[smhd])+$/.test(text)) return null;
  return [...text.matchAll(/(\d+)([smhd])/g)].reduce((sum, [, n, unit]) => sum + Number(n) * UNIT_SECONDS[unit!]!, 0);
}

/** Parser of a duration, in seconds. */
export function durationSeconds(text: string): number {
  const seconds = secondsOf(text);
  if (seconds === null || seconds < 1) throw new InvalidArgumentError('It must be a duration such as 30s, 5m or 1h.');
  return seconds;
}

/** Parser of an option that may be given more than once. */
export function collect(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), value];
}
