/** How the help of every command is written, and the other words that a command answers to. */
import { type Command, type CommanderError, Help, type Option } from 'commander';
import { EXIT } from './exit-code.ts';
import { CliError } from './failure.ts';

const HELP = new Help();

/** For `configureHelp`: what must be given says so, and a default that is nothing is not shown. */
export function optionDescription(option: Option): string {
  const { defaultValue, mandatory, description } = option;
  const isNothing = defaultValue === '' || (Array.isArray(defaultValue) && defaultValue.length === 0);
  const shown: Option = Object.assign(Object.create(option), {
    ...(isNothing ? { defaultValue: undefined } : {}),
    ...(mandatory ? { description: `${description} (required)` } : {}),
  });
  return HELP.optionDescription(shown);
}

const COMMON = ['--json', '--quiet', '--url', '--data-dir', '--config'];

/** What a command has of its own comes first, and what all have stands below it. */
export function orderOptions(command: Command): void {
  if (!command.options.some(({ long }) => long === '--json')) return;
  const common = command.options.filter(({ long }) => COMMON.includes(long ?? ''));
  for (const option of common) option.helpGroup('Options of every command:');
  const own = command.options.filter((option) => !common.includes(option));
  (command.options as Option[]).splice(0, command.options.length, ...own, ...common);
}

const TWINS = [
  ['get', 'show'],
  ['add', 'create'],
  ['edit', 'update'],
  ['remove', 'delete'],
] as const;

/** Whoever guesses "show" where it is called "get" is understood, unless the other word means something else there. */
export function addTwins(program: Command): void {
  for (const group of program.commands) {
    const taken = new Set(group.commands.flatMap((one) => [one.name(), ...one.aliases()]));
    for (const pair of TWINS) {
      for (const command of group.commands) {
        const other = pair.find((word) => word !== command.name());
        if (!(pair as readonly string[]).includes(command.name()) || other === undefined || taken.has(other)) continue;
        command.alias(other);
        taken.add(other);
      }
    }
    addTwins(group);
  }
}

/** The words of a command, e.g. `pharos clusters create`. */
export function pathOf(command: Command): string {
  return command.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name();
}

/** Which command each error of usage is of. */
const COMMANDS = new WeakMap<CommanderError, string>();

/** For `exitOverride`: throws the error, and keeps whose it is. */
export function throwOf(command: Command): (error: CommanderError) => never {
  return (error) => {
    COMMANDS.set(error, pathOf(command));
    throw error;
  };
}

/** The next step of an error of usage. */
export function helpOf(error: CommanderError): string {
  return `See: ${COMMANDS.get(error) ?? 'pharos'} --help`;
}

/** `help clusters create` as `clusters create --help`. Everything else as it is. @throws CliError `usage` for an unknown command */
export function withoutHelpWord(program: Command, args: readonly string[]): readonly string[] {
  const [first, ...words] = args;
  if (first !== 'help' || words.length === 0) return args;
  let at = program;
  for (const word of words.filter((one) => !one.startsWith('-'))) {
    const next = at.commands.find((one) => one.name() === word || one.aliases().includes(word));
    if (next === undefined) {
      const hint = `See: ${pathOf(at)} --help`;
      throw new CliError('usage', `Unknown command '${word}'.`, hint, { exitCode: EXIT.usage });
    }
    at = next;
  }
  return [...words, '--help'];
}
