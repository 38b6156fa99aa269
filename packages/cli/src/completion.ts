/** Completion scripts for shells, made from the command tree itself, so that they cannot fall behind it. */
import type { Command } from 'commander';

interface Word {
  text: string;
  help: string;
}

/** What may follow at one place of the tree. */
interface Place {
  /** Words of the path, e.g. `rules preview`; '' at the top. */
  path: string;
  commands: Word[];
  options: Word[];
  /** Values of options and of the first argument that are one of a few. */
  choices: { after: string; values: string[] }[];
  /** Options that take a file or a directory. */
  files: string[];
}

export const SHELLS = ['bash', 'zsh'] as const;
export type ShellName = (typeof SHELLS)[number];

/** The script for a shell: `eval "$(pharos completion bash)"`. */
export function completionScript(program: Command, shell: ShellName): string {
  const places = [...placesOf(program, '')];
  return shell === 'bash' ? bashScript(places) : zshScript(places);
}

function* placesOf(command: Command, path: string): Generator<Place> {
  const help = command.createHelp();
  const commands = help.visibleCommands(command).filter((one) => one.name() !== 'help');
  const options = help.visibleOptions(command);
  const argument = command.registeredArguments[0]?.argChoices;
  yield {
    path,
    commands: commands.map((one) => ({ text: one.name(), help: one.summary() || one.description() })),
    options: options.flatMap((one) =>
      [one.long, one.short].filter((name) => name !== undefined).map((name) => ({ text: name, help: one.description })),
    ),
    choices: [
      ...(argument ? [{ after: '', values: [...argument] }] : []),
      ...options.flatMap((one) =>
        one.argChoices && one.long ? [{ after: one.long, values: [...one.argChoices] }] : [],
      ),
    ],
    files: options.flatMap((one) => (/<(FILE|DIR|PATH)>/.test(one.flags) ? [one.long, one.short] : [])).filter(isText),
  };
  for (const one of commands) {
    for (const name of [one.name(), ...one.aliases()]) yield* placesOf(one, path === '' ? name : `${path} ${name}`);
  }
}

function isText(text: string | undefined | null): text is string {
  return typeof text === 'string';
}

/** Both shells find the place by walking the words: every word that goes on the path is one of its commands. */
function bashScript(places: readonly Place[]): string {
  const paths = places.filter(({ path }) => path !== '').map(({ path }) => `"${path}"`);
  const cases = places.map(({ path, commands, options }) => {
    const words = [...commands, ...options].map(({ text }) => text).join(' ');
    return `    "${path}") words="${words}" ;;`;
  });
  const choices = places.flatMap(({ path, choices: given }) =>
    given.map(({ after, values }) =>
      after === ''
        ? `    "${path}|"*) [[ $cur != -* ]] && words="${values.join(' ')}" ;;`
        : `    "${path}|${after}") words="${values.join(' ')}" ;;`,
    ),
  );
  const files = places.flatMap(({ path, files: names }) => names.map((name) => `"${path}|${name}"`));
  // An option's own choices come before those of the argument.
  choices.sort((a, b) => Number(a.includes('|"*)')) - Number(b.includes('|"*)')));
  return `# bash completion of pharos: eval "$(pharos completion bash)"
_pharos() {
  local cur prev path="" words="" index
  cur="\${COMP_WORDS[COMP_CWORD]}"
  prev="\${COMP_WORDS[COMP_CWORD-1]}"
  for ((index = 1; index < COMP_CWORD; index++)); do
    case "\${path:+$path }\${COMP_WORDS[index]}" in
    ${paths.join('|')}) path="\${path:+$path }\${COMP_WORDS[index]}" ;;
    esac
  done
  case "$path|$prev" in
    ${files.join('|')})
      compopt -o default 2>/dev/null
      COMPREPLY=($(compgen -f -- "$cur"))
      return ;;
  esac
  case "$path" in
${cases.join('\n')}
  esac
  case "$path|$prev" in
${choices.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -F _pharos pharos
`;
}

function zshScript(places: readonly Place[]): string {
  const paths = places.filter(({ path }) => path !== '').map(({ path }) => `'${path}'`);
  const describe = (words: readonly Word[]): string =>
    words.map(({ text, help }) => quoted(`${text.replaceAll(':', '\\:')}:${help}`)).join(' ');
  const cases = places.map(
    ({ path, commands, options }) =>
      `    '${path}') commands=(${describe(commands)}); options=(${describe(options)}) ;;`,
  );
  const choices = places.flatMap(({ path, choices: given }) =>
    given.map(({ after, values }) => {
      const reply = `compadd -- ${values.join(' ')}`;
      return after === '' ? `    '${path}|'*) ${reply} ;;` : `    '${path}|${after}') ${reply}; return ;;`;
    }),
  );
  choices.sort((a, b) => Number(a.includes("|'*)")) - Number(b.includes("|'*)")));
  const files = places.flatMap(({ path, files: names }) => names.map((name) => `'${path}|${name}'`));
  return `#compdef pharos
# zsh completion of pharos: eval "$(pharos completion zsh)", or save it as _pharos in a folder of $fpath
_pharos() {
  local path_words="" index previous
  local -a commands options
  previous="\${words[CURRENT-1]}"
  for ((index = 2; index < CURRENT; index++)); do
    case "\${path_words:+$path_words }\${words[index]}" in
      ${paths.join('|')}) path_words="\${path_words:+$path_words }\${words[index]}" ;;
    esac
  done
  case "$path_words|$previous" in
    ${files.join('|')}) _files; return ;;
${choices.join('\n')}
  esac
  case "$path_words" in
${cases.join('\n')}
  esac
  (( \${#commands} )) && _describe -t commands command commands
  (( \${#options} )) && [[ "\${words[CURRENT]}" == -* ]] && _describe -t options option options
  return 0
}
if [ "\${funcstack[1]}" = "_pharos" ]; then _pharos "$@"; else compdef _pharos pharos; fi
`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
