/** `pharos registries events`: what changed about how a registry answers. */
import type { RegistryEvent } from '@pharos/contract';
import type { Command } from 'commander';
import { clientAction, examples, listCommand, type Shell } from '../command.ts';
import { ago, state } from '../format.ts';
import type { Column } from '../output.ts';
import { type ListOptions, readPages } from '../paging.ts';
import { findRegistry } from '../resolve.ts';

const COLUMNS: Column<RegistryEvent>[] = [
  { head: 'WHEN', cell: (row) => ago(row.at) },
  { head: 'WHAT', cell: (row) => row.subject },
  { head: 'BEFORE', cell: (row) => row.from },
  { head: 'NOW', cell: (row) => state(row.to) },
  { head: 'MESSAGE', cell: (row) => row.message, max: 100 },
];

export function registryEventsCommand(shell: Shell): Command {
  const command = listCommand('events', 'what changed about how a registry answers, newest first').argument(
    '<registry>',
    'name, address or id',
  );
  return examples(command, 'registries events production').action(
    clientAction<ListOptions>(shell, async ({ client, out }, [name], options) => {
      const { id } = await findRegistry(client, name!);
      const body = await readPages(options, (query) => client('listRegistryEvents', { params: { id }, query }));
      out.list(body, (row) => String(row.id), COLUMNS, 'Nothing changed yet: it was never checked.');
    }),
  );
}
