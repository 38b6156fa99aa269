/** `pharos rules`: Repository Rules say what comes into the library. */
import { type Client, clauseWords, type Rule, type TagSet, tagSetWords } from '@pharos/contract';
import { Command, Option } from 'commander';
import { clientAction, clientCommand, examples, listCommand, type Shell } from '../command.ts';
import { CliError } from '../failure.ts';
import { ago, flag } from '../format.ts';
import type { Column, Output } from '../output.ts';
import { type ListOptions, readPages } from '../paging.ts';
import { withPatterns } from '../query.ts';
import { findRegistry, findRule } from '../resolve.ts';
import { type RuleOptions, ruleFromFlags, ruleOptions, rulePatch } from '../rule-flags.ts';
import { rulePreviewCommand } from './rule-preview.ts';
import { rulesImportCommand } from './rules-import.ts';

export function rulesCommand(shell: Shell): Command {
  return new Command('rules')
    .summary('say which repositories and tags come in')
    .description('Repository Rules: which registries, repositories and tags come in, and as what kind.')
    .addCommand(list(shell))
    .addCommand(get(shell))
    .addCommand(add(shell))
    .addCommand(edit(shell))
    .addCommand(remove(shell))
    .addCommand(rulePreviewCommand(shell))
    .addCommand(rulesImportCommand(shell));
}

const COLUMNS: Column<Rule & { registry: string }>[] = [
  { head: 'NAME', cell: (row) => row.name, max: 40 },
  { head: 'REGISTRY', cell: (row) => row.registry, max: 30 },
  { head: 'REPOSITORIES', cell: (row) => patterns(row.repositories), max: 50 },
  { head: 'TAGS', cell: (row) => tagSets(row.tags), max: 50 },
  { head: 'KIND', cell: (row) => row.kind },
  { head: 'IN LIBRARY', cell: (row) => row.tagCount, align: 'right' },
  { head: 'REQUESTS 24 H', cell: (row) => row.requests24h, align: 'right' },
  { head: 'SOURCE', cell: (row) => row.source },
  { head: 'OFF', cell: (row) => flag(!row.enabled) },
];

function list(shell: Shell): Command {
  const command = listCommand('list', 'list rules')
    .option('--registry <REGISTRY>', 'that apply to this one: name or id')
    .option('--search <TEXT>', 'part of the name');
  return examples(command, 'rules list', 'rules list --registry production').action(
    clientAction<ListOptions & { registry?: string; search?: string }>(
      shell,
      async ({ client, out }, _args, options) => {
        const registryId = options.registry ? (await findRegistry(client, options.registry)).id : undefined;
        const body = await readPages(options, (query) =>
          client('listRules', { query: { ...query, registryId, q: options.search } }),
        );
        if (out.json || out.quiet) return out.list(body, (row) => row.id, [], '');
        const { items } = await client('listRegistries', { query: { limit: 1000 } });
        const names = new Map(items.map((registry) => [registry.id, registry.name]));
        const named = body.items.map((rule) => ({
          ...rule,
          registry: rule.registryId === null ? 'every' : (names.get(rule.registryId) ?? rule.registryId),
        }));
        out.list({ ...body, items: named }, (row) => row.id, COLUMNS, 'No rules. Add one: pharos rules add NAME');
      },
    ),
  );
}

function get(shell: Shell): Command {
  const command = clientCommand('get', 'show a rule').argument('<rule>', 'name or id');
  return examples(command, 'rules get postgres').action(
    clientAction(shell, async ({ client, out }, [name]) => {
      const rule = await findRule(client, name!);
      await tell(client, out, rule);
    }),
  );
}

function add(shell: Shell): Command {
  const command = ruleOptions(clientCommand('add', 'add a rule'))
    .argument('<name>', 'how it is called')
    .option('--disabled', 'do not use it yet');
  return examples(
    command,
    'rules add postgres --registry production --repository "postgres*" --kind postgres',
    'rules add pg17 --repository postgresql --tag "17.*" --exclude-tag "*-debug" --keep 20',
    'rules add current --repository postgresql --kind postgres --floating exclude --prerelease exclude --group-by major,compatibility --keep 1',
    'rules add arm --repository "apps/**" --platform linux/arm64 --min-age 72h',
    'rules add semver --repository "apps/**" --tag "re:v?[0-9]+\\.[0-9]+\\.[0-9]+" --scheme semver',
  ).action(
    clientAction<RuleOptions & { disabled?: boolean }>(shell, async ({ client, out }, [name], options) => {
      const registryId = options.registry ? (await findRegistry(client, options.registry)).id : null;
      const body = ruleFromFlags(name!, { ...options, enabled: !options.disabled }, registryId);
      const rule = await withPatterns(body, () => client('createRule', { body }));
      await tell(client, out, rule);
      out.note(`Next: pharos rules preview "${rule.name}", or pharos scan to read it now.`);
    }),
  );
}

function edit(shell: Shell): Command {
  const command = ruleOptions(clientCommand('edit', 'change a rule; patterns given replace those it has'))
    .argument('<rule>', 'name or id')
    .option('--name <NAME>', 'another name')
    .addOption(
      new Option('--no-schedule', "read them as often as the registry's interval says").conflicts([
        'every',
        'at',
        'zone',
      ]),
    )
    .addOption(new Option('--all-registries', 'apply to every registry').conflicts('registry'))
    .option('--enabled', 'use it')
    .addOption(new Option('--disabled', 'keep it, but do not use it').conflicts('enabled'));
  return examples(command, 'rules edit postgres --keep 50', 'rules edit postgres --no-schedule').action(
    clientAction<RuleOptions & { disabled?: boolean }>(shell, async ({ client, out }, [name], options) => {
      const rule = await findRule(client, name!);
      const registryId = options.allRegistries
        ? null
        : options.registry
          ? (await findRegistry(client, options.registry)).id
          : undefined;
      const enabled = options.disabled ? false : options.enabled;
      const body = rulePatch(rule, { ...options, enabled }, registryId);
      if (Object.values(body).every((value) => value === undefined)) {
        throw new CliError('nothing-to-change', 'No change was given.', 'See "pharos rules edit --help".');
      }
      const changed = await withPatterns(body, () => client('updateRule', { params: { id: rule.id }, body }));
      await tell(client, out, changed);
    }),
  );
}

function remove(shell: Shell): Command {
  const command = clientCommand('remove', 'remove a rule').argument('<rule>', 'name or id');
  return examples(command, 'rules remove postgres').action(
    clientAction(shell, async ({ client, out }, [name]) => {
      const rule = await findRule(client, name!);
      await client('deleteRule', { params: { id: rule.id } });
      out.one({ id: rule.id, removed: true }, rule.id, () => out.line(`Removed rule "${rule.name}".`));
    }),
  );
}

async function tell(client: Client, out: Output, rule: Rule): Promise<void> {
  const isNamed = rule.registryId !== null && !out.json && !out.quiet;
  const registry = isNamed ? (await client('getRegistry', { params: { id: rule.registryId! } })).name : 'every';
  out.one(rule, rule.id, (body) => show(out, body, registry));
}

function show(out: Output, rule: Rule, registry: string): void {
  out.fields([
    ['name', rule.name],
    ['id', rule.id],
    ['source', rule.source],
    ['in use', rule.enabled ? 'yes' : 'no'],
    ['registry', registry],
    ['kind', rule.kind ?? 'as recognised'],
    ['description', rule.description],
    ['repositories', patterns(rule.repositories)],
    ...rule.tags.map((set, index) => [index === 0 ? 'tags' : 'or tags', tagSet(set)] as const),
    ...clauseWords(rule),
    ['library', `${rule.repositoryCount} repositories, ${rule.tagCount} tags`],
    ['requests', `${rule.requests24h} in 24 hours`],
    ['changed', ago(rule.updatedAt)],
  ]);
}

function patterns({ include, exclude }: { include: string[]; exclude: string[] }): string {
  const wanted = include.length > 0 ? include.join(', ') : 'every';
  return exclude.length > 0 ? `${wanted}; not ${exclude.join(', ')}` : wanted;
}

function tagSets(sets: TagSet[]): string {
  return sets.length === 0 ? 'every' : sets.map(tagSet).join(' | ');
}

function tagSet(set: TagSet): string {
  return [patterns(set), ...tagSetWords(set)].join('; ');
}
