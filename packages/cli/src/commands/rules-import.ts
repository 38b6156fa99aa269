/** `pharos rules import`: what other products choose images by, as Repository Rules. */
import { RuleSpec } from '@pharos/contract';
import { type Command, Option } from 'commander';
import { parseAllDocuments, stringify } from 'yaml';
import {
  action,
  type CommonOptions,
  examples,
  noteProblems,
  paragraphs,
  printingCommand,
  type Shell,
} from '../command.ts';
import { CliError } from '../failure.ts';
import { readTexts } from '../read-files.ts';
import { unrunnable } from '../translate/expressions.ts';
import { TRANSLATORS, type Translation, type Translations, translate } from '../translate/index.ts';

interface ImportOptions extends CommonOptions {
  from?: string;
  registry?: string;
}

export function rulesImportCommand(shell: Shell): Command {
  const command = printingCommand('import', 'translate the rules of other products, for pharos apply')
    .description(paragraphs(DESCRIPTION))
    .argument('<files...>', 'YAML or JSON files, directories, or - for stdin')
    .addOption(new Option('--from <PRODUCT>', 'only this product (default: all)').choices(Object.keys(TRANSLATORS)))
    .option('--registry <REGISTRY>', 'name of the connected registry, instead of the address in the original');
  return examples(
    command,
    'rules import warehouse.yaml',
    'rules import flux/ --registry production | pharos apply -f - --dry-run',
    'rules import - --from argo-cd < applications.yaml',
  ).action(
    action<ImportOptions>(shell, async ({ out }, args, options) => {
      const documents = await documentsOf(args as unknown as [string[]], shell);
      const { translated, untranslated } = await checked(translate(documents, options.from));
      if (translated.length === 0 && untranslated.length === 0) {
        throw new CliError(
          'nothing-to-import',
          'The files hold no rule of a product that can be translated.',
          'Flux: ImagePolicy with ImageRepository; Kargo: Warehouse; Argo CD Image Updater: Application or ImageUpdater; the incumbent: repositoryRules.',
        );
      }
      const items = translated.map((each) => ({ ...each, registry: options.registry ?? each.registry }));
      if (out.json) out.body({ items, untranslated });
      else if (out.quiet) for (const { rule } of items) out.line(rule.name);
      else {
        if (items.length > 0) out.line(documentOf(items));
        for (const { from, reason } of untranslated) out.note(`Not translated: ${from}: ${reason}`);
      }
      if (untranslated.length > 0) noteProblems(shell);
    }),
  );
}

const DESCRIPTION = `Translates what other products choose images by into Repository Rules, and prints them as
"pharos apply" reads them: Flux (ImagePolicy with its ImageRepository), Kargo (the image subscriptions of a Warehouse),
Argo CD Image Updater (annotations of an Application, ImageUpdater) and the incumbent's rules. Nothing is saved and no
server is asked. Where a rule means something else here, a comment says so.

The incumbent's rules stand on its screens only; write them down as:

  repositoryRules: [{ repositoryNameRegex: "^edb-postgres-.*$", rules: ["^latest$"] }]

or with repositoryName, tagFilter: { type: exact|prefix|regex, value } and enabled.`;

async function documentsOf([paths]: [string[]], shell: Shell): Promise<unknown[]> {
  const documents: unknown[] = [];
  for (const { file, text } of await readTexts(paths, shell.io)) {
    const parsed = parseAllDocuments(text, { prettyErrors: true });
    for (const document of Array.isArray(parsed) ? parsed : []) {
      const [error] = document.errors;
      // After the first line of the message stands a drawing of the place, which is none on one line.
      const [message] = (error?.message ?? '').split('\n');
      if (error) throw new CliError('file-invalid', `${file}: ${message}`, 'Correct the file, or leave it out.');
      documents.push(document.toJS({ maxAliasCount: 100 }));
    }
  }
  return documents;
}

/** What the contract would refuse, and expressions that cannot be run, are told here and not by the server on saving. */
async function checked({ translated, untranslated }: Translations): Promise<Translations> {
  const schema = RuleSpec.omit({ registryId: true });
  const result: Translations = { translated: [], untranslated: [...untranslated] };
  for (const each of translated) {
    const parsed = schema.safeParse(each.rule);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      result.untranslated.push({ from: each.from, reason: `${issue!.path.join('.')} ${issue!.message}.` });
      continue;
    }
    const reason = await unrunnable(each.rule);
    if (reason === null) result.translated.push(each);
    else result.untranslated.push({ from: each.from, reason });
  }
  return result;
}

function documentOf(items: readonly Translation[]): string {
  const entries = items.map(({ from, registry, rule, notes }) => {
    const { name, ...rest } = rule;
    const comments = [`From ${from}.`, ...notes].map((line) => `# ${line.replaceAll(/[\r\n]+/g, ' ')}`);
    const entry = stringify([{ name, ...(registry === null ? {} : { registry }), ...rest }], { lineWidth: 0 });
    return [...comments, entry.trimEnd()].join('\n').replaceAll(/^/gm, '  ');
  });
  return `rules:\n${entries.join('\n')}`;
}
