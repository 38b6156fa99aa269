/** `pharos tags`: the Image Library, by tag. */
import { Engine, isFiles, Kind, Presence, type Tag, type TagDetail, TagQuery } from '@pharos/contract';
import { Command, Option } from 'commander';
import {
  type CommonOptions,
  clientAction,
  clientCommand,
  collect,
  examples,
  listCommand,
  type Shell,
  wholeNumber,
} from '../command.ts';
import { ago, count, minute, shortDigest, size, state } from '../format.ts';
import type { Cell, Column, Output } from '../output.ts';
import { type ListOptions, readPages } from '../paging.ts';
import { asking, isQuery, joined, orSearch } from '../query.ts';
import { findRegistry, findRepository } from '../resolve.ts';
import { findTag, tagArguments } from '../tag-reference.ts';
import { facetsCommand } from './facets.ts';
import { tagChangesCommand, tagHistoryCommand } from './tag-past.ts';

interface Options extends ListOptions {
  search?: string;
  registry?: string;
  engine?: Engine;
  major?: number;
  flavour?: string;
  platform?: string;
  extension?: string;
  kind?: Kind;
  location?: string;
  hcpTag?: string[];
  presence?: Presence | 'all';
  floating?: boolean;
  sort?: TagQuery['sort'];
}

export function tagsCommand(shell: Shell): Command {
  return new Command('tags')
    .summary('find tags, their digests and their past')
    .description('Tags of the Image Library.')
    .addCommand(list(shell))
    .addCommand(facetsCommand(shell))
    .addCommand(get(shell))
    .addCommand(tagHistoryCommand(shell))
    .addCommand(tagChangesCommand(shell));
}

const NAME: Column<Tag> = { head: 'TAG', cell: (row) => row.name };
const REPOSITORY: Column<Tag> = { head: 'REPOSITORY', cell: (row) => row.repository, max: 50 };
const COLUMNS: Column<Tag>[] = [
  { head: 'ENGINE', cell: (row) => row.engine ?? row.kind },
  { head: 'VERSION', cell: (row) => versionText(row) },
  { head: 'PLATFORMS', cell: (row) => row.platforms.join(', '), max: 40 },
  { head: 'DIGEST', cell: (row) => shortDigest(row.digest) },
  { head: 'CREATED', cell: (row) => ago(row.createdAt) },
  { head: 'STATE', cell: (row) => state(row.presence === 'present' ? row.state : row.presence) },
  { head: 'HCP TAGS', cell: (row) => row.hcpTags.map((tag) => tag.name).join(', '), max: 40 },
];

function list(shell: Shell): Command {
  const command = listCommand('list', 'list tags')
    .argument('[query]', 'a query (docs/search.md), or one word: a repository by name, host/name or id (default: all)')
    .option('--search <QUERY>', 'part of the tag, a digest or its beginning, or any query')
    .option('--registry <REGISTRY>', 'of this registry: name or id')
    .addOption(new Option('--engine <ENGINE>', 'PostgreSQL engine').choices(Engine.options))
    .option('--major <N>', 'major version', wholeNumber(0, 100_000))
    .option('--flavour <NAME>', 'e.g. minimal, standard, system')
    .option('--platform <OS/ARCH>', 'e.g. linux/arm64')
    .option('--extension <NAME>', 'that bring this extension')
    .addOption(new Option('--kind <KIND>', 'of this kind').choices(Kind.options))
    .option('--location <ID>', 'available there')
    .option('--hcp-tag <NAME>', 'whose image carries this HCP tag (repeatable), then all of them', collect)
    .addOption(new Option('--presence <WHICH>', 'default: present and missing').choices([...Presence.options, 'all']))
    .option('--floating', 'only tags that name no exact version, such as 17 or latest')
    .option('--no-floating', 'only tags that name an exact version')
    .addOption(new Option('--sort <ORDER>', 'order, "-" for descending').choices(TagQuery.shape.sort.unwrap().options));
  return examples(
    command,
    'tags list postgresql',
    "tags list 'engine:epas major:>=16 extension:vector -platform:s390x'",
    'tags list --engine epas --major 17 --platform linux/arm64',
    'tags list --extension vector --json',
  ).action(
    clientAction<Options>(shell, async ({ client, out }, [argument], options) => {
      const name = argument !== undefined && !isQuery(argument) ? argument : undefined;
      const registryId = options.registry ? (await findRegistry(client, options.registry)).id : undefined;
      const repository = name ? await findRepository(client, name, registryId).catch(orSearch(name)) : null;
      const q = joined(name === undefined ? argument : undefined, options.search);
      const { engine, major, flavour, platform, extension, kind, presence, location } = options;
      const filter = {
        q,
        engine,
        major,
        flavour,
        platform,
        extension,
        kind,
        presence,
        locationId: location,
        registryId,
        hcpTag: options.hcpTag?.join(','),
      };
      const body = await asking(q, () =>
        readPages(options, (query) =>
          client('listTags', {
            query: {
              ...query,
              ...filter,
              repositoryId: repository?.id,
              sort: options.sort ?? (repository ? '-version' : undefined),
              floating: options.floating === undefined ? undefined : options.floating ? 'true' : 'false',
            },
          }),
        ),
      );
      const columns = repository ? [NAME, ...COLUMNS] : [REPOSITORY, NAME, ...COLUMNS];
      out.list(body, reference, columns, 'No tags found.');
    }),
  );
}

function get(shell: Shell): Command {
  const command = tagArguments(clientCommand('get', 'show a tag'));
  return examples(command, 'tags get postgresql:17.4', 'tags get postgresql 17.4 --json').action(
    clientAction<CommonOptions & { registry?: string }>(shell, async ({ client, out }, args, options) => {
      const { repository, name } = await findTag(client, args, options.registry);
      const tag = await client('getTag', { params: { id: repository.id, name } });
      out.one(tag, reference(tag), (body) => show(out, body));
    }),
  );
}

function reference(tag: Tag): string {
  return isFiles(tag.host) ? `${tag.host} ${tag.repository}:${tag.name}` : `${tag.host}/${tag.repository}:${tag.name}`;
}

function versionText({ version }: Tag): string | null {
  if (!version || version.major === null) return null;
  const numbers = [version.major, version.minor, version.patch].filter((part) => part !== null).join('.');
  return [numbers + (version.prerelease ?? ''), version.flavour, version.os].filter(Boolean).join(' ');
}

/** Which registry another tag of the image is in, when it is not this one's. */
function elsewhere({ registryId }: TagDetail, other: TagDetail['sameDigest'][number]): string {
  return other.registryId === registryId ? '' : ` (${other.registry}, ${other.locationId})`;
}

function endOfLife({ lifecycle }: TagDetail): Cell | null {
  if (!lifecycle?.endOfLife) return null;
  if (lifecycle.isPast) return { text: `${lifecycle.endOfLife}, passed`, style: 'red' };
  return { text: lifecycle.endOfLife };
}

function baseLife({ lifecycle }: TagDetail): Cell | null {
  if (!lifecycle?.os) return null;
  const { name, endOfLife: end, extendedUntil, isPast } = lifecycle.os;
  const longer = extendedUntil === null ? '' : `, long-term support until ${extendedUntil}`;
  return { text: `${name}, supported until ${end}${longer}`, style: isPast ? 'yellow' : undefined };
}

function newer({ lifecycle }: TagDetail): string | null {
  if (!lifecycle) return null;
  const { newerMinor, newerMinorTag, newerBuildTag } = lifecycle;
  const known = newerMinor === null ? null : `${newerMinor} is out`;
  const here = [newerMinorTag, newerBuildTag].filter((tag) => tag !== null);
  return [known, here.length > 0 ? `here: ${here.join(', ')}` : null].filter(Boolean).join('; ') || null;
}

function show(out: Output, body: TagDetail): void {
  out.fields([
    ['tag', `${body.repository}:${body.name}`],
    ['registry', body.registry],
    ['digest', body.digest],
    ['kind', body.engine ? `${body.kind}, ${body.engine}` : body.kind],
    ['version', versionText(body)],
    ['platforms', body.platforms.join(', ')],
    ['size', size(body.size)],
    ['extensions', body.extensionCount || null],
    ['state', state(body.state)],
    ['HCP tags', body.hcpTags.map((tag) => tag.name).join(', ')],
    ['system tags', body.systemTags.map((tag) => tag.name).join(', ')],
    ['presence', state(body.presence)],
    ['missing since', minute(body.missingSince)],
    ['locations', body.locations.join(', ')],
    ['created', [minute(body.createdAt), body.createdSource && `(${body.createdSource})`].filter(Boolean).join(' ')],
    ['pushed', minute(body.pushedAt)],
    ['first seen', minute(body.firstSeenAt)],
    ['moved', minute(body.movedAt)],
    ['older version', body.previous],
    ['end of life', endOfLife(body)],
    ['base', baseLife(body)],
    ['newer', newer(body)],
    [
      'findings',
      body.findings ? `${count(body.findings, 'finding')}; see pharos images get ${shortDigest(body.digest)}` : null,
    ],
    ['files', isFiles(body.host) ? `${body.host}; copy them into a registry with skopeo to pull` : null],
    ['same image', body.sameDigest.map((one) => `${one.repository}:${one.name}${elsewhere(body, one)}`).join(', ')],
  ]);
  // Rules for other repositories explain nothing about this tag, unless there is no better answer.
  const telling = body.explanation.filter(({ clause }) => clause !== 'repositories.include');
  const explanation = telling.length > 0 ? telling : body.explanation;
  if (explanation.length > 0) {
    out.heading('Why it is here');
    for (const { rule, reason, clause, text } of explanation) {
      const because = [clause, text].filter(Boolean).join(' = ');
      out.line(out.style({ text: `${rule?.name ?? 'no rule'}: ${reason}${because ? ` (${because})` : ''}` }));
    }
  }
  if (body.pull.length > 0) {
    out.heading('Pull');
    for (const { command } of body.pull) out.line(out.style({ text: command }));
  }
}
