/** One run of the command, from arguments to exit code. */
import { type Command, CommanderError } from 'commander';
import type { Shell } from './command.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { CliError } from './failure.ts';
import { helpOf, optionDescription, orderOptions, throwOf, withoutHelpWord } from './help.ts';
import { type Io, Output } from './output.ts';
import { buildProgram } from './program.ts';

/** Runs `pharos <args>` in a world and answers its exit code; throws nothing. */
export async function run(args: readonly string[], io: Io): Promise<ExitCode> {
  const shell: Shell = { io, exitCode: EXIT.ok };
  const program = buildProgram(shell);
  prepare(program, io);
  try {
    await program.parseAsync([...withoutHelpWord(program, args)], { from: 'user' });
    return shell.exitCode;
  } catch (error) {
    if (error instanceof CommanderError && isHelp(error)) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    const end = args.indexOf('--');
    const json = (end < 0 ? args : args.slice(0, end)).includes('--json');
    return new Output(io, { json }).failure(asUsage(error)).exitCode;
  }
}

/** Subcommands that were added whole inherit nothing: each is told where to write and not to exit the process. */
function prepare(command: Command, io: Io): void {
  orderOptions(command);
  command
    .exitOverride(throwOf(command))
    .configureHelp({ optionDescription })
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void io.stderr.write(text),
      // Errors are thrown, and told once, in the form of all errors.
      outputError: () => {},
      getOutHelpWidth: () => Math.min(io.stdout.columns || 100, 120),
      getErrHelpWidth: () => Math.min(io.stderr.columns || 100, 120),
    })
    .helpOption('-h, --help', 'show this help');
  for (const one of command.commands) prepare(one.helpCommand(false), io);
}

function isHelp({ code }: CommanderError): boolean {
  return code === 'commander.helpDisplayed' || code === 'commander.help' || code === 'commander.version';
}

/** commander's `error: unknown option '--fo'\n(Did you mean --foo?)` as an error with a hint. */
function asUsage(error: unknown): unknown {
  if (!(error instanceof CommanderError)) return error;
  const [first = '', ...rest] = error.message.replace(/^error: /, '').split('\n');
  const message = `${first.charAt(0).toUpperCase()}${first.slice(1)}`.replace(/([^.?!])$/, '$1.');
  const suggestion = /\(Did you mean (.+)\?\)/.exec(rest.join(' '))?.[1];
  const hint = suggestion ? `Did you mean ${suggestion}? ${helpOf(error)}` : helpOf(error);
  return new CliError('usage', message, hint, { exitCode: EXIT.usage });
}
