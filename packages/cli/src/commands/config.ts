/** `pharos config`: the settings in force, and where each came from. */
import type { Command } from 'commander';
import { action, examples, printingCommand, type Shell, settingOptions } from '../command.ts';
import { type Origin, SETTING_NAMES, SETTINGS, type SettingName, shownValue } from '../settings.ts';

/** Settings that may stand on a command line. */
const FLAG_SETTINGS = SETTING_NAMES.filter(
  (name) => !SETTINGS[name].secret && name !== 'sample' && name !== 'localRuns',
);

interface Row {
  name: SettingName;
  value: string | number | boolean | null;
  origin: Origin;
}

export function configCommand(shell: Shell): Command {
  const command = settingOptions(printingCommand('config', 'show the settings in force'), FLAG_SETTINGS)
    .option('--no-sample', 'as for "up"')
    .option('--no-local-runs', 'as for "up"')
    .description('The settings in force, secrets hidden, and where each came from: flag, environment, file or default.')
    .addHelpText('after', `\nSettings (key in pharos.yaml, variable, meaning):\n${settingsHelp()}`);
  return examples(command, 'config', 'config --port 9090 --json').action(
    action(shell, async ({ out, settings }) => {
      const rows: Row[] = SETTING_NAMES.map((name) => ({
        name,
        value: shownValue(name, settings.values[name]),
        origin: settings.origins[name],
      }));
      if (out.json) {
        const values = rows.map(({ name, value, origin }) => [name, { value, from: origin.from, name: origin.name }]);
        return out.body({ file: settings.file, settings: Object.fromEntries(values) });
      }
      if (out.quiet) return rows.forEach(({ name }) => void out.line(SETTINGS[name].key));
      out.table<Row>(
        [
          { head: 'SETTING', cell: (row) => SETTINGS[row.name].key },
          { head: 'VALUE', cell: (row) => (row.value === null ? null : String(row.value)) },
          { head: 'FROM', cell: ({ origin }) => (origin.name ? `${origin.from} ${origin.name}` : origin.from) },
        ],
        rows,
      );
      out.note(settings.file ? `Read ${settings.file}` : 'No pharos.yaml here.');
    }),
  );
}

function settingsHelp(): string {
  const rows = SETTING_NAMES.map((name) => [SETTINGS[name].key, SETTINGS[name].env.join(', '), SETTINGS[name].help]);
  const widths = [0, 1].map((index) => Math.max(...rows.map((row) => row[index]!.length)));
  return rows.map(([key, env, help]) => `  ${key!.padEnd(widths[0]!)}  ${env!.padEnd(widths[1]!)}  ${help}`).join('\n');
}
