/** `pharos repositories`: the Image Library, by repository. */
import { type Client, Kind, type Repository, type RepositoryDetail, RepositoryQuery } from '@pharos/contract';
import { Command, Option } from 'commander';
import {
  type CommonOptions,
  clientAction,
  clientCommand,
  collect,
  examples,
  listCommand,
  type Shell,
} from '../command.ts';
import { ago, state } from '../format.ts';
import type { Cell, Column, Output } from '../output.ts';
import { type ListOptions, readPages } from '../paging.ts';
import { asking, joined } from '../query.ts';
import { findRegistry, findRepository } from '../resolve.ts';
import { describeCommand, readmeCommand } from './repository-words.ts';

interface Options extends ListOptions {
  search?: string;
  kind?: Kind;
  registry?: string;
  location?: string;
  hcpTag?: string[];
  sort?: RepositoryQuery['sort'];
}

export function repositoriesCommand(shell: Shell): Command {
  return new Command('repositories')
    .summary('browse repositories')
    .description('Repositories of the Image Library.')
    .addCommand(list(shell))
    .addCommand(get(shell))
    .addCommand(describeCommand(shell))
    .addCommand(readmeCommand(shell))
    .addCommand(confirmAbsence(shell));
}

const COLUMNS: Column<Repository>[] = [
  { head: 'NAME', cell: (row) => row.name, max: 60 },
  { head: 'REGISTRY', cell: (row) => row.registry, max: 30 },
  { head: 'KIND', cell: (row) => row.kind },
  { head: 'TAGS', cell: (row) => row.tagCount, align: 'right' },
  { head: 'NEWEST', cell: (row) => row.newestTag, max: 40 },
  { head: 'CHANGED', cell: (row) => ago(row.updatedAt) },
  { head: 'LAST SCAN', cell: lastScanCell },
  { head: 'HCP TAGS', cell: (row) => row.hcpTags.map((tag) => tag.name).join(', '), max: 40 },
];

function list(shell: Shell): Command {
  const command = listCommand('list', 'list repositories')
    .argument('[query]', 'a query (docs/search.md), such as extension:vector')
    .option('--search <QUERY>', 'part of the name or description, or any query')
    .addOption(new Option('--kind <KIND>', 'of this kind').choices(Kind.options))
    .option('--registry <REGISTRY>', 'of this registry: name or id')
    .option('--location <ID>', 'available there')
    .option('--hcp-tag <NAME>', 'that carry this HCP tag (repeatable), then all of them', collect)
    .addOption(
      new Option('--sort <ORDER>', 'order, "-" for descending').choices(RepositoryQuery.shape.sort.unwrap().options),
    );
  return examples(
    command,
    'repositories list',
    'repositories list extension:vector',
    'repositories list --kind postgres --sort -updated',
  ).action(
    clientAction<Options>(shell, async ({ client, out }, [argument], options) => {
      const registryId = options.registry ? (await findRegistry(client, options.registry)).id : undefined;
      const { kind, sort, location: locationId } = options;
      const hcpTag = options.hcpTag?.join(',');
      const q = joined(argument, options.search);
      const body = await asking(q, () =>
        readPages(options, (query) =>
          client('listRepositories', { query: { ...query, q, kind, sort, registryId, locationId, hcpTag } }),
        ),
      );
      out.list(body, (row) => row.id, COLUMNS, 'No repositories found.');
    }),
  );
}

/** A repository by what the command line says. */
function repositoryCommand(name: string, summary: string): Command {
  return clientCommand(name, summary)
    .argument('<repository>', 'name, host/name or id')
    .option('--registry <REGISTRY>', 'where several registries have this name');
}

function get(shell: Shell): Command {
  const command = repositoryCommand('get', 'show a repository');
  return examples(command, 'repositories get postgresql').action(
    clientAction<CommonOptions & { registry?: string }>(shell, async ({ client, out }, [name], options) => {
      const id = await idOf(client, name!, options.registry);
      const repository = await client('getRepository', { params: { id } });
      out.one(repository, repository.id, (body) => show(out, body));
    }),
  );
}

function confirmAbsence(shell: Shell): Command {
  const command = repositoryCommand(
    'confirm-absence',
    'believe that many tags are gone, which waits for a person to say so',
  );
  return examples(command, 'repositories confirm-absence postgresql').action(
    clientAction<CommonOptions & { registry?: string }>(shell, async ({ client, out }, [name], options) => {
      const id = await idOf(client, name!, options.registry);
      const repository = await client('confirmAbsence', { params: { id } });
      out.one(repository, repository.id, (body) => show(out, body));
      out.note(`The next complete scan is believed: pharos scan --repository ${repository.name} --wait`);
    }),
  );
}

async function idOf(client: Client, name: string, registry: string | undefined): Promise<string> {
  const registryId = registry ? (await findRegistry(client, registry)).id : undefined;
  return (await findRepository(client, name, registryId)).id;
}

function lastScanCell({ held, lastScan }: Repository): Cell | null {
  if (held) return { text: 'held', style: 'yellow' };
  return lastScan ? state(lastScan.status) : null;
}

function show(out: Output, body: RepositoryDetail): void {
  const { lastScan } = body;
  out.fields([
    ['name', body.name],
    ['id', body.id],
    ['address', `${body.host}/${body.name}`],
    ['registry', `${body.registry}${body.isSample ? ' (built-in sample)' : ''}`],
    ['location', body.locationId],
    [
      'kind',
      body.declaredKind && body.declaredKind !== body.kind ? `${body.kind} (declared ${body.declaredKind})` : body.kind,
    ],
    ['description', body.description],
    ['HCP tags', body.hcpTags.map((tag) => tag.name).join(', ')],
    ['engines', body.engines.join(', ')],
    ['majors', body.majors.join(', ')],
    ['tags', `${body.tagCount} in the library, ${body.listedTags} listed by the registry`],
    ['missing', body.missingCount || null],
    [
      'held',
      body.held ? { text: 'many tags vanished at once; see repositories confirm-absence', style: 'yellow' } : null,
    ],
    ['newest', [body.newestTag, ago(body.newestTagAt)].filter(Boolean).join(', ')],
    ['rules', body.rules.map((rule) => rule.name).join(', ')],
    ['first seen', ago(body.firstSeenAt)],
    ['changed', ago(body.updatedAt)],
    [
      'last scan',
      lastScan
        ? {
            ...state(lastScan.status),
            text: [lastScan.status, ago(lastScan.startedAt), lastScan.message].filter(Boolean).join(', '),
          }
        : null,
    ],
  ]);
  for (const warning of body.warnings) out.warn(warning);
}
