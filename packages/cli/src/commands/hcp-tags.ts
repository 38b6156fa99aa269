/** `pharos hcp-tags`: the library's own labels on repositories and images. */
import { HCP_TAG_COLORS, HCP_TAG_SORTS, type HcpTag, type HcpTagChange, type HcpTagColor } from '@pharos/contract';
import { Command, Option } from 'commander';
import {
  type CommonOptions,
  clientAction,
  clientCommand,
  collect,
  examples,
  listCommand,
  paragraphs,
  type Shell,
} from '../command.ts';
import { CliError } from '../failure.ts';
import { ago, count, minute } from '../format.ts';
import { findImage } from '../image-reference.ts';
import type { Column, Output } from '../output.ts';
import { type ListOptions, readPages } from '../paging.ts';
import { findHcpTag, findRepository } from '../resolve.ts';

export function hcpTagsCommand(shell: Shell): Command {
  return new Command('hcp-tags')
    .summary('label repositories and images')
    .description(
      paragraphs(`HCP tags: the library's own labels on repositories and images.

They stay in the library: nothing is written to a registry. On an image they stay with its digest, also when a tag
moves.`),
    )
    .addCommand(list(shell))
    .addCommand(create(shell))
    .addCommand(update(shell))
    .addCommand(remove(shell))
    .addCommand(assign(shell, 'apply'))
    .addCommand(assign(shell, 'remove'))
    .addCommand(history(shell));
}

const COLUMNS: Column<HcpTag>[] = [
  { head: 'NAME', cell: (row) => row.name, max: 40 },
  { head: 'COLOR', cell: (row) => row.color },
  { head: 'REPOSITORIES', cell: (row) => row.repositoryCount, align: 'right' },
  { head: 'IMAGES', cell: (row) => row.imageCount, align: 'right' },
  { head: 'CHANGED', cell: (row) => ago(row.updatedAt) },
  { head: 'BY', cell: (row) => row.updatedBy, max: 30 },
  { head: 'DESCRIPTION', cell: (row) => row.description, max: 60 },
];

function list(shell: Shell): Command {
  const command = listCommand('list', 'list HCP tags, with what they are on')
    .option('--search <TEXT>', 'part of the name or description')
    .addOption(new Option('--sort <ORDER>', 'order, "-" for descending').choices([...HCP_TAG_SORTS]));
  return examples(command, 'hcp-tags list', 'hcp-tags list --sort -updated --json').action(
    clientAction<ListOptions & { search?: string; sort?: (typeof HCP_TAG_SORTS)[number] }>(
      shell,
      async ({ client, out }, _args, { search: q, sort, ...paging }) => {
        const body = await readPages(paging, (query) => client('listHcpTags', { query: { ...query, q, sort } }));
        out.list(body, (row) => row.id, COLUMNS, 'No HCP tags. Make one: pharos hcp-tags create NAME');
      },
    ),
  );
}

interface Looks extends CommonOptions {
  name?: string;
  color?: HcpTagColor;
  description?: string;
}

function looks(command: Command): Command {
  return command
    .addOption(new Option('--color <COLOR>', 'how it looks').choices([...HCP_TAG_COLORS]))
    .option('--description <TEXT>', 'what it means');
}

function create(shell: Shell): Command {
  const command = looks(clientCommand('create', 'add an HCP tag').argument('<name>', 'its name, e.g. "team ai"'));
  return examples(command, 'hcp-tags create approved-production --color green').action(
    clientAction<Looks>(shell, async ({ client, out }, [name], { color, description }) => {
      show(out, await client('createHcpTag', { body: { name: name!, color, description } }));
    }),
  );
}

function update(shell: Shell): Command {
  const command = looks(named('update', 'rename, colour or describe an HCP tag')).option('--name <NAME>', 'a new name');
  return examples(command, 'hcp-tags update beta --name preview --color purple').action(
    clientAction<Looks>(shell, async ({ client, out }, [which], { name, color, description }) => {
      const { id } = await findHcpTag(client, which!);
      show(out, await client('updateHcpTag', { params: { id }, body: { name, color, description } }));
    }),
  );
}

function remove(shell: Shell): Command {
  const command = named('delete', 'take an HCP tag off everything, and delete it').option(
    '--yes',
    'also when it is on something',
  );
  return examples(command, 'hcp-tags delete beta --yes').action(
    clientAction<CommonOptions & { yes?: boolean }>(shell, async ({ client, out }, [name], options) => {
      const tag = await findHcpTag(client, name!);
      if (tag.repositoryCount + tag.imageCount > 0 && !options.yes) {
        throw new CliError(
          'confirmation-needed',
          `The HCP tag "${tag.name}" is on ${onWhat(tag)}; deleting takes it off all of them.`,
          'Add --yes when that is meant.',
        );
      }
      await client('deleteHcpTag', { params: { id: tag.id } });
      out.one({ id: tag.id, removed: true }, tag.id, () =>
        out.line(out.style({ text: `Deleted the HCP tag "${tag.name}", which was on ${onWhat(tag)}.` })),
      );
    }),
  );
}

interface Subjects extends CommonOptions {
  repository?: string[];
  tag?: string[];
  image?: string[];
}

const WORDS = {
  apply: ['put HCP tags on repositories and images', 'add'],
  remove: ['take HCP tags off repositories and images', 'remove'],
} as const;

function assign(shell: Shell, action: keyof typeof WORDS): Command {
  const [summary, field] = WORDS[action];
  const command = clientCommand(action, summary)
    .argument('<hcp-tag...>', 'names or ids')
    .option('--repository <NAME>', 'this repository (repeatable)', collect)
    .option('--tag <REPOSITORY:TAG>', 'the image that this tag points to now (repeatable)', collect)
    .option('--image <DIGEST>', 'this image, by its digest or its beginning (repeatable)', collect)
    .addHelpText('after', '\nAll of it is done or nothing, and doing it twice is the same as once.');
  return examples(
    command,
    `hcp-tags ${action} "team ai" --repository postgresql`,
    `hcp-tags ${action} beta preview --tag postgresql:18 --tag postgresql:17`,
  ).action(
    clientAction<Subjects>(shell, async ({ client, out }, [names], options) => {
      if (!options.repository && !options.tag && !options.image) {
        throw new CliError(
          'subject-missing',
          'No repository and no image was named.',
          'Add --repository, --tag or --image.',
        );
      }
      const tags = await each(names as unknown as string[], (name) => findHcpTag(client, name));
      const repositories = await each(options.repository ?? [], (name) => findRepository(client, name));
      const images = await each([...(options.tag ?? []), ...(options.image ?? [])], (name) => findImage(client, name));
      const done = await client('assignHcpTags', {
        body: {
          [field]: tags.map(({ id }) => id),
          repositories: repositories.map(({ id }) => id),
          images,
        },
      });
      out.one(done, String(done.added + done.removed), () => {
        const changed = action === 'apply' ? `put on ${done.added}` : `taken off ${done.removed}`;
        out.line(`HCP tags ${changed}; ${done.unchanged} ${done.unchanged === 1 ? 'was' : 'were'} so before.`);
      });
    }),
  );
}

/** One after the other: a command line is short, and the first error names what is wrong. */
async function each<T, R>(list: readonly T[], find: (one: T) => Promise<R>): Promise<R[]> {
  const found: R[] = [];
  for (const one of list) found.push(await find(one));
  return found;
}

const CHANGES: Column<HcpTagChange>[] = [
  { head: 'WHEN', cell: (row) => minute(row.at) },
  { head: 'BY', cell: (row) => row.by, max: 30 },
  { head: 'DID', cell: (row) => row.action },
  { head: 'HCP TAG', cell: (row) => row.name, max: 40 },
  { head: 'REPOSITORIES', cell: (row) => row.repositories || null, align: 'right' },
  { head: 'IMAGES', cell: (row) => row.images || null, align: 'right' },
  { head: 'DETAIL', cell: (row) => row.detail || row.subjects.slice(0, 3).join(', '), max: 80 },
];

function history(shell: Shell): Command {
  const command = listCommand('history', 'who did what with HCP tags, newest first').argument(
    '[hcp-tag]',
    'name or id',
  );
  return examples(command, 'hcp-tags history', 'hcp-tags history beta --json').action(
    clientAction<ListOptions>(shell, async ({ client, out }, [name], options) => {
      const hcpTagId = name ? (await findHcpTag(client, name)).id : undefined;
      const body = await readPages(options, (query) => client('listHcpTagChanges', { query: { ...query, hcpTagId } }));
      out.list(body, (row) => String(row.id), CHANGES, 'Nobody did anything with HCP tags yet.');
    }),
  );
}

function named(name: string, summary: string): Command {
  return clientCommand(name, summary).argument('<hcp-tag>', 'name or id');
}

function onWhat({ repositoryCount, imageCount }: HcpTag): string {
  return `${count(repositoryCount, 'repository', 'repositories')} and ${count(imageCount, 'image')}`;
}

function show(out: Output, tag: HcpTag): void {
  out.one(tag, tag.id, (body) =>
    out.fields([
      ['name', body.name],
      ['id', body.id],
      ['color', body.color],
      ['description', body.description || null],
      ['on', onWhat(body)],
      ['made', `${minute(body.createdAt)} by ${body.createdBy}`],
    ]),
  );
}
