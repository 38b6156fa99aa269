/** What a rule would let in, before it is saved. */
import { applyRulePatch, type Preview, type RuleSpec } from '@pharos/contract';
import type { Command } from 'commander';
import { readDocuments } from '../apply/document.ts';
import { resolveRule } from '../apply/rule.ts';
import { type ClientContext, clientAction, clientCommand, examples, type Shell, wholeNumber } from '../command.ts';
import { CliError } from '../failure.ts';
import { ago, count } from '../format.ts';
import type { Output } from '../output.ts';
import { withPatterns } from '../query.ts';
import { findRegistry, findRule } from '../resolve.ts';
import { type RuleOptions, ruleFromFlags, ruleOptions, rulePatch } from '../rule-flags.ts';

interface PreviewOptions extends RuleOptions {
  file?: string;
  refresh?: boolean;
  limit?: number;
  excluded?: boolean;
  changes?: boolean;
}

type Left = Pick<Preview['excluded'][number], 'clause' | 'text'> & { reason: string };

/** `pharos rules preview`. */
export function rulePreviewCommand(shell: Shell): Command {
  const command = ruleOptions(clientCommand('preview', 'show what a rule would let in, and why the rest stays out'))
    .argument('[rule]', 'name or id of a rule; flags are tried on top of it')
    .option('-f, --file <FILE>', 'a rule that is not saved yet, in the form of "pharos apply"')
    .option('--refresh', 'ask the registries for fresh lists first')
    .option('--excluded', 'list what stays out, with the reason')
    .option('--changes', 'list what is new and what would leave')
    .option('--limit <N>', 'list at most this many (default 100)', wholeNumber(1, 1000));
  return examples(
    command,
    'rules preview postgres --keep 10',
    'rules preview --registry production --repository "postgres*" --refresh',
    'rules preview -f rule.yaml --excluded',
  ).action(
    clientAction<PreviewOptions>(shell, async (context, [name], options) => {
      const { client, out } = context;
      const rule = await ruleToPreview(context, name, options);
      if (options.refresh) out.progress('Asking the registries …');
      const asked = { rule, refresh: options.refresh ?? false, limit: options.limit ?? 100 };
      const body = await withPatterns(asked, () => client('previewRule', { body: asked })).finally(() =>
        out.progress(null),
      );
      if (out.json) return out.body(body);
      showPreview(out, body, options.changes ? 'changes' : options.excluded ? 'excluded' : 'included');
    }),
  );
}

async function ruleToPreview(
  { client, shell }: ClientContext,
  name: string | undefined,
  options: PreviewOptions,
): Promise<RuleSpec> {
  if (options.file !== undefined) {
    const { rules } = await readDocuments([options.file], shell.io);
    const [wanted, second] = name ? rules.filter((rule) => rule.spec.name === name) : rules;
    if (!wanted || second) {
      throw new CliError('rule-not-chosen', `${options.file} holds ${rules.length} rules.`, 'Name one of them.');
    }
    const { items } = await client('listRegistries', { query: { limit: 1000 } });
    return resolveRule(wanted, items);
  }
  const registryId = options.registry ? (await findRegistry(client, options.registry)).id : undefined;
  if (name === undefined) return ruleFromFlags('preview', options, registryId ?? null);
  const rule = await findRule(client, name);
  const { name: _, ...patch } = rulePatch(rule, options, registryId);
  return applyRulePatch(rule, patch);
}

function showPreview(out: Output, body: Preview, which: 'included' | 'excluded' | 'changes'): void {
  const { counts, cost } = body;
  const place = { head: 'REGISTRY', cell: (row: { registry: string }) => row.registry, max: 30 };
  const tag = {
    head: 'TAG',
    cell: (row: { repository: string; tag: string }) => `${row.repository}:${row.tag}`,
  };
  if (out.quiet) {
    for (const row of body.included) out.line(`${row.repository}:${row.tag}`);
    return;
  }
  const why = [
    { head: 'STAYS OUT', cell: (row: Left) => row.reason },
    { head: 'BECAUSE OF', cell: (row: Left) => [row.clause, row.text].filter(Boolean).join(' = ') },
  ];
  if (which === 'excluded' && body.excluded.length > 0) {
    out.table([place, tag, ...why], body.excluded);
    out.line();
  }
  if (which === 'included' && body.included.length > 0) {
    out.table([place, tag], body.included);
    out.line();
  }
  if (which === 'changes' && body.new.length + body.leaving.length > 0) {
    const changes = [
      ...body.new.map((row) => ({ ...row, change: 'new', reason: '', clause: null, text: null })),
      ...body.leaving.map((row) => ({ ...row, change: 'leaves' })),
    ];
    out.table([{ head: 'CHANGE', cell: (row: (typeof changes)[number]) => row.change }, place, tag, ...why], changes);
    out.line();
  }
  const reasons = Object.entries(counts.reasons).filter(([reason, number]) => reason !== 'included' && number > 0);
  out.fields([
    ['comes in', `${count(counts.included, 'tag')} of ${count(counts.repositories, 'repository', 'repositories')}`],
    ['new', counts.new],
    ['leaving', counts.leaving || null],
    [
      'stays out',
      [counts.excluded, reasons.map(([reason, number]) => `${number} ${reason}`).join(', ')].filter(Boolean).join(': '),
    ],
    [
      'cost',
      `about ${count(cost.requests, 'request')} at first${cost.toDecide > 0 ? ` (${cost.toDecide} to decide what names do not)` : ''}, ${cost.perScan} per later scan`,
    ],
  ]);
  for (const known of body.known) {
    out.note(
      `${known.registry}: names as listed ${ago(known.listedAt) ?? 'never; try --refresh'}${known.message ? ` (${known.message})` : ''}`,
    );
  }
  for (const message of body.messages) out.note(message);
}
