/** `pharos server`: the control plane alone, for production. */
import { Command } from 'commander';
import { action, examples, paragraphs, type Shell, settingOptions } from '../command.ts';
import { runUntilAsked, SERVE_SETTINGS } from './up.ts';

export function serverCommand(shell: Shell): Command {
  const command = settingOptions(new Command('server'), [...SERVE_SETTINGS, 'stateDir'])
    .summary('start the control plane alone')
    .description(
      paragraphs(`Start the control plane: web UI and API, with DATABASE_URL or the embedded database. Agents run elsewhere and
report here; with --agent-config one runs in this process as well. There is no sample registry and no access file:
commands take PHAROS_URL and PHAROS_TOKEN.`),
    );
  return examples(
    command,
    'server --host 0.0.0.0',
    'server --public-url https://pharos.example.com --host 0.0.0.0',
  ).action(action(shell, (context) => runUntilAsked(context, false)));
}
