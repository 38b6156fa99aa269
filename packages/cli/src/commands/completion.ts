import { Argument, Command } from 'commander';
import type { Shell } from '../command.ts';
import { completionScript, SHELLS, type ShellName } from '../completion.ts';

/** `pharos completion bash|zsh`; `program` is asked for when the tree is whole. */
export function completionCommand(shell: Shell, program: () => Command): Command {
  return new Command('completion')
    .summary('print a completion script for your shell')
    .description('A completion script for bash or zsh, on stdout.')
    .addArgument(new Argument('<shell>', 'which shell').choices([...SHELLS]))
    .addHelpText(
      'after',
      `
Examples:
  $ eval "$(pharos completion bash)"                          # this shell; put it into ~/.bashrc to keep it
  $ pharos completion bash > /etc/bash_completion.d/pharos    # every user
  $ pharos completion zsh > "\${fpath[1]}/_pharos"             # zsh`,
    )
    .action((name: ShellName) => void shell.io.stdout.write(completionScript(program(), name)));
}
