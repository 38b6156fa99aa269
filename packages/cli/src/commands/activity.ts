/** `pharos activity`: what happened in the library. */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  ACTIVITY_TYPES,
  type ActivityEntry,
  type ActivityQuery,
  type ActivityType,
  type Client,
} from '@pharos/contract';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { clientAction, examples, listCommand, type Shell, secondsOf } from '../command.ts';
import { ago } from '../format.ts';
import type { Cell, Column, Output } from '../output.ts';
import { type ListOptions, readPages } from '../paging.ts';
import { findRegistry, findRepository } from '../resolve.ts';

interface Options extends ListOptions {
  type?: ActivityType;
  registry?: string;
  repository?: string;
  since?: string;
  follow?: boolean;
}

const POLL_MS = 2_000;
/** Read at each turn: more than this in two seconds is told by the next call of the command. */
const MOST = 200;

const COLUMNS: Column<ActivityEntry>[] = [
  { head: 'WHEN', cell: (row) => ago(row.at) },
  { head: 'WHAT', cell: typeCell },
  { head: 'REGISTRY', cell: (row) => row.registry, max: 30 },
  { head: 'MESSAGE', cell: (row) => row.message, max: 120 },
];

export function activityCommand(shell: Shell): Command {
  const command = listCommand('activity', 'what happened in the library, newest first; kept for 90 days')
    .addOption(new Option('--type <TYPE>', 'only this').choices([...ACTIVITY_TYPES]))
    .option('--registry <REGISTRY>', 'of this registry: name, address or id')
    .option('--repository <REPOSITORY>', 'of this repository: name, host/name or id')
    .option('--since <WHEN>', 'since this long ago (2h, 7d) or since this time (RFC 3339)', timeOf)
    .addOption(
      new Option(
        '-f, --follow',
        'go on with what happens from now, oldest first; --json prints one object a line',
      ).conflicts(['all', 'cursor']),
    );
  return examples(
    command,
    'activity',
    'activity --type tag.moved --since 7d',
    'activity --repository postgresql --all --json',
    'activity --follow',
  ).action(
    clientAction<Options>(shell, async ({ client, out }, _args, options) => {
      const registryId = options.registry ? (await findRegistry(client, options.registry)).id : undefined;
      const repositoryId = options.repository
        ? (await findRepository(client, options.repository, registryId)).id
        : undefined;
      const filter = { type: options.type, registryId, repositoryId, since: options.since };
      if (options.follow) return follow(client, out, filter, options.limit ?? 10);
      const body = await readPages(options, (query) => client('listActivity', { query: { ...query, ...filter } }));
      out.list(body, (row) => String(row.id), COLUMNS, 'Nothing happened yet that fits.');
    }),
  );
}

type Filter = Pick<ActivityQuery, 'type' | 'registryId' | 'repositoryId' | 'since'>;

/**
 * Prints the newest few and then what comes, until it is interrupted or the control plane fails. Ids may appear out of
 * order, because the entry of a long transaction is seen late: what was printed is remembered, not how far it went.
 */
async function follow(client: Client, out: Output, filter: Filter, first: number): Promise<void> {
  let known = new Set<number>();
  for (let isFirst = true; ; isFirst = false) {
    const { items } = await client('listActivity', { query: { limit: MOST, ...filter } });
    const news = isFirst ? items.slice(0, first) : items.filter(({ id }) => !known.has(id));
    for (const entry of news.toReversed()) print(out, entry);
    known = new Set([...items.map(({ id }) => id), ...known].slice(0, 5 * MOST));
    await sleep(POLL_MS);
  }
}

function print(out: Output, entry: ActivityEntry): void {
  if (out.json) out.line(JSON.stringify(entry));
  else if (out.quiet) out.line(String(entry.id));
  else
    out.line(
      `${out.style({ text: entry.at, style: 'dim' })}  ${out.style(typeCell(entry))}  ${out.style({ text: entry.message })}`,
    );
}

const BAD = /failed|lost|held|disabled|vanished/;

function typeCell({ type }: ActivityEntry): Cell {
  return BAD.test(type) ? { text: type, style: 'yellow' } : { text: type };
}

function timeOf(text: string): string {
  const seconds = secondsOf(text);
  if (seconds !== null) return new Date(Date.now() - seconds * 1000).toISOString();
  const time = Date.parse(text);
  if (!Number.isNaN(time) && /^\d{4}-\d\d-\d\d/.test(text)) return new Date(time).toISOString();
  throw new InvalidArgumentError('It must be a duration such as 2h or 7d, or a time such as 2026-03-01T12:00:00Z.');
}
