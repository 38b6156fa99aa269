import { Command } from 'commander';
import type { Shell } from '../command.ts';
import { Output } from '../output.ts';
import { VERSION } from '../version.ts';

/** `pharos version`. */
export function versionCommand(shell: Shell): Command {
  return new Command('version')
    .summary('print the version')
    .description('The version of this command and of the Node it runs on.')
    .option('--json', 'print JSON for programs')
    .addHelpText('after', '\nExamples:\n  $ pharos version')
    .action((options: { json?: boolean }) => {
      const out = new Output(shell.io, options);
      const body = { version: VERSION, node: process.versions.node, platform: `${process.platform}/${process.arch}` };
      if (out.json) out.body(body);
      else out.line(`pharos ${body.version} (node ${body.node}, ${body.platform})`);
    });
}
